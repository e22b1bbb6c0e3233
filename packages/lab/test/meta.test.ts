/** Meta calls (B3.3): B4 46, limits of a run, the ledger. */
import { getEventListeners } from 'node:events';
import {
  holdfast,
  isBudgetExceeded,
  isCallFailure,
  isModelOutputError,
  metaCalls,
  ModelFailure,
  tiers,
  type CallRecord,
} from '@holdfast/core';
import { scriptedModel, VirtualClock, type ModelAnswer, type ScriptedModelOptions } from '@holdfast/lab';
import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';

const SCHEMA = { type: 'object', properties: { depth: { type: 'integer' } }, required: ['depth'] } as const;
const RIGHT: ModelAnswer = { text: '{"depth":1}', usage: { input: 10, output: 5 } };
const WRONG: ModelAnswer = { text: '{"depth":"one"}', usage: { input: 10, output: 5 } };
const PRICE = { input: 1e6, output: 1e6 };

type Options = Partial<Parameters<typeof metaCalls>[0]>;

function scene(script: ScriptedModelOptions['script'], options: Options = {}) {
  const clock = new VirtualClock({ start: 1_700_000_000_000 });
  const model = scriptedModel({ id: 'small', provider: 'lab', clock, script: script! });
  const records: CallRecord[] = [];
  const chain = holdfast({ models: [{ model, price: PRICE }], clock, random: () => 0.5, retries: 0 });
  const meta = metaCalls({ models: { fast: chain }, allow: ['fast'], clock, record: (record) => void records.push(record), ...options });
  const tool = meta.for({ run: 'r', tool: 'look' });
  const ask = (more: object = {}, scope = tool) =>
    clock.run(scope.generate({ model: 'fast', schema: SCHEMA, prompt: 'How deep?', maxOutputTokens: 20, ...more }));
  return { clock, model, meta, tool, ask, records };
}

const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it answered'),
    (error: Error) => error,
  );

describe('B4 46: meta calls', () => {
  it('who leaves: the ledger and the record have what was asked by then', async () => {
    const { meta, ask, clock, records } = scene([WRONG, { ...RIGHT, after: 1000 }]);
    const caller = new AbortController();
    clock.after(100, () => caller.abort('left'));
    const asked = ask({ signal: caller.signal }).then(
      () => 'answered',
      (reason: unknown) => reason,
    );
    expect(await asked).toBe('left');
    expect(meta.ledger('r')).toMatchObject({ calls: 1, attempts: 2, tokens: 15, usd: 15 });
    expect(records.map(({ outcome, attempts }) => [outcome, attempts.length])).toEqual([['cancelled', 2]]);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it.each<[string, string, Options, RegExp]>([
    ['a tier that is not listed', 'smart', {}, /"smart" may not be asked; there are fast/],
    ['a misspelt one', 'fats', {}, /did you mean fast\?/],
    ['a literal', 'lab/small', {}, /a model by its own name may only be asked where it is listed/],
    ['an effort, unasked for', 'fast:high', {}, /no effort may be asked for/],
    ['more effort than allowed', 'fast:high', { maxEffort: 'low' }, /at most low may be asked for/],
    ['anything, of an empty list', 'fast', { allow: [] }, /no model may be asked/],
  ])('%s: no provider call', async (_, name, options, message) => {
    const { ask, model, meta } = scene(RIGHT, options);
    const error = await failure(ask({ model: name }));
    expect(error).toBeInstanceOf(ModelFailure);
    expect(error).toMatchObject({ kind: 'access-denied', facts: { code: 'not-allowed' } });
    expect(error.message).toMatch(message);
    expect(model.requests).toEqual([]);
    expect(meta.ledger('r').calls).toBe(0);
  });

  it.each([
    [undefined, 'low', /reasoning: 'low': no effort may be asked for/],
    ['low', 'high', /reasoning: 'high': at most low may be asked for/],
  ] as const)('B3.3: up to %s, %s beside the name is more effort than allowed too', async (maxEffort, reasoning, message) => {
    const model = scriptedModel({ script: { text: '{"a":1}' } });
    const meta = metaCalls({ models: { fast: model }, allow: ['fast'], ...(maxEffort && { maxEffort }) }).for({ run: 'r' });
    const asking = meta.generate({ model: 'fast', schema: { type: 'object' }, prompt: 'x', reasoning });
    await expect(asking).rejects.toMatchObject({ kind: 'access-denied', message: expect.stringMatching(message) });
    expect(model.requests).toHaveLength(0);
    await meta.generate({ model: 'fast', schema: { type: 'object' }, prompt: 'x', reasoning: 'none' });
    expect(model.requests).toHaveLength(1);
  });

  it('a literal that is listed, and an effort up to the maximum, are asked', async () => {
    const model = scriptedModel({ id: 'small', provider: 'lab', script: RIGHT });
    const meta = metaCalls({ models: () => model, allow: ['lab/small', 'fast'], maxEffort: 'medium' });
    const { value } = await meta.for({ run: 'r' }).generate({ model: 'lab/small', schema: SCHEMA, prompt: 'x' });
    expectTypeOf(value.depth).toBeNumber();
    await meta.for({ run: 'r' }).generate({ model: 'fast:low', schema: SCHEMA, prompt: 'x' });
    expect(model.requests.map(({ reasoning }) => reasoning)).toEqual([undefined, 'low']);
  });

  it('invalid JSON twice, then valid: three attempts in the ledger, the model is shown its mistake, one record', async () => {
    const { ask, model, meta, records } = scene([WRONG, { text: 'It is one.', usage: { input: 10, output: 5 } }, RIGHT]);
    const { value, record } = await ask();
    expect(value).toEqual({ depth: 1 });
    expect(meta.ledger('r')).toMatchObject({ calls: 1, attempts: 3, tokens: 45, usd: 45, unpriced: false });
    expect(meta.ledger('r').byTier['fast']).toEqual(meta.ledger('r').byTool['look']);
    const said = model.requests[1]!.prompt.slice(-2);
    expect(said[0]).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: WRONG.text }] });
    expect(JSON.stringify(said[1])).toContain('depth: expected a whole number, got \\"one\\"');
    expect(JSON.stringify(model.requests[2]!.prompt.at(-1))).toContain('not valid JSON');
    expect(record).toMatchObject({
      outcome: 'done',
      run: 'r',
      tool: 'look',
      usd: 45,
      paid: { input: 30, output: 15 },
      marks: ['asked-again'],
    });
    expect(record!.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(records).toEqual([record]);
  });

  it('more mistakes than tries: the last one, with all that was paid', async () => {
    const { ask, meta, model } = scene(WRONG, { retries: 1 });
    const error = await failure(ask());
    expect(isModelOutputError(error) && error).toMatchObject({ kind: 'schema', record: { paid: { input: 20, output: 10 } } });
    expect(model.requests).toHaveLength(2);
    expect(meta.ledger('r')).toMatchObject({ calls: 1, attempts: 2 });
  });

  it.each<[string, ModelAnswer]>([
    ['a cut answer', { text: '{"depth', finish: 'length' }],
    ['a refusal', { text: 'No.', finish: 'content-filter' }],
  ])('%s is not asked for again', async (_, answer) => {
    const { ask, model } = scene(answer);
    expect(isModelOutputError(await failure(ask()))).toBe(true);
    expect(model.requests).toHaveLength(1);
  });

  it('an error of transport is not asked for again, and stays in the ledger', async () => {
    const { ask, model, meta } = scene({ fails: { fail: 'auth' } });
    const error = await failure(ask());
    expect(isCallFailure(error) && error.kind).toBe('auth');
    expect(model.requests).toHaveLength(1);
    expect(meta.end('r')).toMatchObject({ calls: 1, attempts: 1 });
    expect(meta.ledger('r').calls).toBe(0);
  });

  it('maxCalls 2 with five at once: two provider calls, three refused', async () => {
    const { clock, tool, model } = scene({ ...RIGHT, after: 100 }, { limits: { maxCalls: 2 } });
    const asked = Array.from({ length: 5 }, () => failure(tool.generate({ model: 'fast', schema: SCHEMA, prompt: 'x' })));
    const told = await clock.run(Promise.all(asked));
    expect(told.filter(isBudgetExceeded)).toHaveLength(3);
    expect(model.requests).toHaveLength(2);
    expect(told.find(isBudgetExceeded)!.message).toBe('budget "meta calls": no call of 2 for this run left');
  });

  it('each run has its own', async () => {
    const { ask, meta } = scene(RIGHT, { limits: { maxCalls: 1 } });
    await ask();
    expect(isBudgetExceeded(await failure(ask()))).toBe(true);
    await ask({}, meta.for({ run: 'other' }));
  });

  it('asking again is paid out of the same limits', async () => {
    const { ask, model } = scene(WRONG, { limits: { maxTokens: 60 } });
    const error = await failure(ask());
    expect(isBudgetExceeded(error) && error.record.attempts).toHaveLength(model.requests.length);
    expect(model.requests.length).toBeLessThan(3);
  });

  it('a call within a call, deeper than allowed, is refused', async () => {
    const { ask, tool, model } = scene(RIGHT, { limits: { maxDepth: 1 } });
    await ask({}, tool.deeper('inner'));
    const error = await failure(ask({}, tool.deeper().deeper()));
    expect(isBudgetExceeded(error) && error.budget).toMatchObject({ unit: 'depth', limit: 1, needs: 2 });
    expect(model.requests).toHaveLength(1);
  });

  it('a limit of money needs a price, unless it is said that it need not', async () => {
    const model = scriptedModel({ script: RIGHT });
    const ask = (unpriced?: 'allow') =>
      metaCalls({ models: { fast: model }, allow: ['fast'], limits: { maxUsd: 1 }, ...(unpriced && { unpriced }) })
        .for({ run: 'r' })
        .generate({ model: 'fast', schema: SCHEMA, prompt: 'x' });
    expect((await failure(ask())).message).toMatch(/the price of .* is not known: give it one, or say unpriced: 'allow'/);
    expect((await ask('allow')).value).toEqual({ depth: 1 });
  });

  it('models of tiers are known with their prices', async () => {
    const cheap = scriptedModel({ script: RIGHT });
    const shelf = tiers({ resolve: () => ({ model: cheap, price: PRICE }), fallbacks: { fast: 'lab/small' } });
    const meta = metaCalls({ models: (name) => shelf.model(name), allow: ['fast'], limits: { maxUsd: 500 } });
    const scope = meta.for({ run: 'r' });
    await scope.generate({ model: 'fast', schema: SCHEMA, prompt: 'x', maxOutputTokens: 20 });
    expect(meta.ledger('r')).toMatchObject({ usd: 15, unpriced: false });
  });

  it.each<[string, Options, RegExp]>([
    ['no list', { allow: 'fast' as never }, /metaCalls\(\{ allow \}\): must be a list of names/],
    ['a misspelt limit', { limits: { maxCall: 1 } as never }, /limits\.maxCall \}\): is no option; did you mean maxCalls\?/],
    ['a limit below zero', { limits: { maxTokens: -1 } }, /limits\.maxTokens \}\): must be a number/],
    ['half a retry', { retries: 0.5 }, /retries \}\): must be a whole number/],
    ['an effort that is none', { maxEffort: 'much' as never }, /maxEffort \}\): must be 'none' or/],
  ])('%s is told at once', (_, options, message) => expect(() => metaCalls({ models: {}, allow: [], ...options })).toThrow(message));

  it('side by side, under any order of answers and mistakes, no limit is gone beyond', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat(30), mistakes: fc.nat(3), output: fc.integer({ min: 1, max: 20 }) }), { maxLength: 10 }),
        fc.nat(300),
        fc.integer({ min: 1, max: 6 }),
        async (calls, maxTokens, maxCalls) => {
          const tries = new Map<number, number>();
          const script = ({ seed = 0 }: { readonly seed?: number }): ModelAnswer => {
            const { after, mistakes, output } = calls[seed]!;
            const tried = tries.get(seed) ?? 0;
            tries.set(seed, tried + 1);
            return { ...(tried < mistakes ? WRONG : RIGHT), after, usage: { input: 5, output } };
          };
          const { clock, tool, meta } = scene(script, { limits: { maxTokens, maxCalls, maxUsd: maxTokens } });
          await clock.run(
            Promise.all(
              calls.map((_, seed) =>
                tool.generate({ model: 'fast', schema: SCHEMA, prompt: 'How deep?', seed, maxOutputTokens: 20 }).catch(() => {}),
              ),
            ),
          );
          const { calls: made, tokens, usd } = meta.ledger('r');
          expect(tokens).toBeLessThanOrEqual(maxTokens);
          expect(usd).toBeLessThanOrEqual(maxTokens);
          expect(made).toBeLessThanOrEqual(maxCalls);
        },
      ),
      { numRuns: 100 },
    ));
});
