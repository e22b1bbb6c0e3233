import { holdfast, type CallRecord, type ModelEntry } from '@holdfast/core';
import { scriptedModel } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { PROMPT } from './scene.ts';

const usage = { input: 1000, output: 100 };

async function recordOf(entry: ModelEntry): Promise<CallRecord> {
  const { providerMetadata } = await holdfast({ models: [entry] }).doGenerate({ prompt: PROMPT });
  return providerMetadata!['holdfast'] as unknown as CallRecord;
}

const model = (provider: string, id: string) => scriptedModel({ provider, id, script: { text: 'yes', usage } });

describe('what a call costs', () => {
  it('is the published price of a model that is asked at its own vendor', async () => {
    const record = await recordOf(model('anthropic.messages', 'claude-sonnet-4-5'));
    expect(record.attempts[0]!.usage).toMatchObject({ input: 1000, output: 100 });
    expect(record.usd).toBeCloseTo((1000 * 3 + 100 * 15) / 1e6, 9);
    expect(record).not.toHaveProperty('unpriced');
  });

  it.each([
    ['vertex.anthropic.messages', 'claude-sonnet-4-5'],
    ['openai.chat', 'gpt-99'],
    ['lab', 'a'],
  ])('is unknown, not nothing, where %s serves %s', async (provider, id) => {
    const record = await recordOf(model(provider, id));
    expect(record).toMatchObject({ unpriced: true, attempts: [{ unpriced: true }] });
    expect(record).not.toHaveProperty('usd');
  });

  it('is what the entry says, even nothing', async () => {
    const claude = model('anthropic.messages', 'claude-sonnet-4-5');
    expect((await recordOf({ model: claude, price: { input: 1, output: 2 } })).usd).toBeCloseTo((1000 + 200) / 1e6, 9);
    const free = await recordOf({ model: model('lab', 'local'), price: { input: 0, output: 0 } });
    expect(free.usd).toBe(0);
    expect(free).not.toHaveProperty('unpriced');
  });

  it.each<[unknown, RegExp]>([
    ['cheap', /models\[0\]\.price.*US dollars per million tokens/],
    [{ input: 1 }, /price\.output/],
    [{ input: -1, output: 2 }, /price\.input/],
    [{ input: 1, output: 2, cache_read: 1 }, /price\.cache_read.*did you mean cacheRead/],
    [{ input: 1, output: 2, longer: { input: 1, output: 2 } }, /price\.longer\.above/],
  ])('a wrong price is refused: %o', (price, message) => {
    expect(() => holdfast({ models: [{ model: model('lab', 'a'), price } as ModelEntry] })).toThrow(message);
  });
});
