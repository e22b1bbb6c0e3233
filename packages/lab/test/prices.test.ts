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

  it.each([
    ['openai.responses', 'gpt-5', { baseURL: 'https://gateway.example.com/v1' }, false],
    ['openai.chat', 'gpt-5', { url: ({ path }: { path: string }) => `https://gateway.example.com/v1${path}` }, false],
    ['anthropic.messages', 'claude-sonnet-4-5', { baseURL: 'http://127.0.0.1:8080/v1' }, false],
    ['openai.responses', 'gpt-5', { baseURL: 'https://api.openai.com/v1' }, true],
    ['openai.chat', 'gpt-5', { url: ({ path }: { path: string }) => `https://eu.api.openai.com/v1${path}` }, true],
    ['anthropic.messages', 'claude-sonnet-4-5', { url: 'of something else' }, true],
  ])('%s %s at %j: is the published one there: %s', async (provider, id, config, priced) => {
    const record = await recordOf(Object.assign(model(provider, id), { config }));
    expect([record.usd !== undefined, record.unpriced === undefined]).toEqual([priced, priced]);
  });

  it('models of the vendors’ packages say where they ask', async () => {
    const { createOpenAI } = await import('@ai-sdk/openai');
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    const budgets = [{ name: 'b', usdPerDay: 1 }];
    const known = [
      createOpenAI({ apiKey: 'k' })('gpt-5'),
      createOpenAI({ apiKey: 'k' }).chat('gpt-5'),
      createAnthropic({ apiKey: 'k' })('claude-sonnet-4-5'),
    ];
    expect(() => holdfast({ models: known, budgets })).not.toThrow();
    const other = { apiKey: 'k', baseURL: 'https://gateway.example.com/v1' };
    for (const one of [createOpenAI(other)('gpt-5'), createOpenAI(other).chat('gpt-5'), createAnthropic(other)('claude-sonnet-4-5')])
      expect(() => holdfast({ models: [one], budgets })).toThrow(/price of .* is not known/);
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
