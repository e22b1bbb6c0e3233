import {
  askModel,
  composeModel,
  MemoryHealth,
  systemClock,
  systemNewId,
  systemRandom,
  type Model,
  type ModelOptions,
} from '@holdfast/core/engine';
import { scriptedModel } from '@holdfast/lab';
import { expect, it } from 'vitest';
import { PROMPT } from './scene.ts';

/** What the vendor's package is given for a request, where the file sets these defaults. */
async function askedFor(defaults: Partial<ModelOptions>, request: Partial<ModelOptions>) {
  const vendor = scriptedModel({ id: 'm', provider: 'lab', script: { text: 'hello' } });
  const target = {
    place: 0,
    ref: 'lab/m',
    entry: 'lab',
    model: 'm',
    protocol: 'other',
    credential: 'lab#-',
    account: 'lab#-',
    group: 'm',
  } as const;
  const settings = { retries: 0, maxAttempts: 1, patience: 0, total: 60_000, onPartial: 'fail', onRefusal: 'pass' } as const;
  const model: Model = composeModel(
    { name: 'c', reachable: [{ target, ask: askModel(() => Promise.resolve(vendor)), defaults }], settings, timeouts: {} },
    {
      clock: systemClock,
      random: systemRandom,
      newId: systemNewId,
      owner: 'test',
      health: new MemoryHealth(),
      hash: (text) => text,
      classify: (error) => {
        throw error;
      },
    },
  );
  await model.doGenerate({ prompt: PROMPT, ...request });
  return vendor.requests[0]!;
}

it('what the file sets for a vendor reaches it beside what a call says of itself', async () => {
  const thinking = { type: 'enabled', budgetTokens: 2048 };
  const asked = await askedFor(
    { maxOutputTokens: 500, providerOptions: { anthropic: { thinking } }, headers: { 'anthropic-beta': 'x' } },
    { providerOptions: { holdfast: { run: 'r' } }, headers: { 'x-own': '1' } },
  );
  expect(asked.providerOptions).toEqual({ anthropic: { thinking } });
  expect(asked.headers).toEqual({ 'anthropic-beta': 'x', 'x-own': '1' });
  expect(asked.maxOutputTokens).toBe(500);
});

it('where both speak the request wins, option by option', async () => {
  const asked = await askedFor(
    { temperature: 0, providerOptions: { openai: { parallelToolCalls: false, user: 'file' } } },
    { temperature: 1, providerOptions: { openai: { user: 'call' } } },
  );
  expect(asked.temperature).toBe(1);
  expect(asked.providerOptions).toEqual({ openai: { parallelToolCalls: false, user: 'call' } });
});
