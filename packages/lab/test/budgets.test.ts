/** Budgets of whole calls (B1–B5): reserved before each attempt, settled after, whatever goes wrong meanwhile. */
import {
  generateWith,
  holdfast,
  isBudgetExceeded,
  isCallFailure,
  type BudgetExceeded,
  ModelFailure,
  type CallEvent,
  type HoldfastOptions,
} from '@holdfast/core';
import { MemoryBudgets } from '@holdfast/core/engine';
import { sqliteBudgets } from '@holdfast/core/sqlite';
import { scriptedModel, tempState, VirtualClock, type ModelAnswer, type ScriptedModelOptions } from '@holdfast/lab';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROMPT, tell } from './scene.ts';

const START = Date.parse('2026-11-20T14:00:00Z');
type Scripts = Readonly<
  Record<string, { readonly price?: { input: number; output: number }; readonly script: NonNullable<ScriptedModelOptions['script']> }>
>;

function scene(scripts: Scripts, options: Partial<HoldfastOptions>) {
  const clock = new VirtualClock({ start: START });
  const events: CallEvent[] = [];
  const asked = Object.entries(scripts).map(([id, { script, price }]) => ({
    model: scriptedModel({ id, provider: 'lab', clock, script }),
    ...(price && { price }),
  }));
  const store = new MemoryBudgets();
  const model = holdfast({
    models: asked,
    clock,
    random: () => 0.5,
    retries: 0,
    budgetStore: store,
    emit: (event) => void events.push(event),
    ...options,
  });
  const ask = (more: object = {}, holdfastOptions: object = {}) =>
    clock.run(
      Promise.resolve(
        model.doGenerate({ prompt: PROMPT, maxOutputTokens: 100, providerOptions: { holdfast: { ...holdfastOptions } }, ...more }),
      ),
    );
  const refused = (more?: object, own?: object): Promise<BudgetExceeded> =>
    ask(more, own).then(
      () => {
        throw new Error('it answered');
      },
      (error: unknown) => {
        if (isBudgetExceeded(error)) return error;
        throw error;
      },
    );
  const spent = () =>
    Object.fromEntries(store.list(clock.now()).map(({ id, used, held }) => [JSON.parse(id).slice(0, 3).join(' '), [used, held]]));
  return { clock, model, models: asked.map((one) => one.model), events, ask, refused, spent, store };
}

/** A dollar a token, both ways: what is paid can be read off. */
const DOLLAR = { input: 1e6, output: 1e6 };
const answer = (input: number, output: number): ModelAnswer => ({ text: 'done', usage: { input, output } });

describe('a budget', () => {
  it('B5: counts what was paid, not what was held', async () => {
    const { ask, spent } = scene(
      { one: { price: DOLLAR, script: answer(3, 4) } },
      { budgets: [{ name: 'b', usdPerDay: 300, tokensPerMonth: 1000, callsPerRun: 9 }] },
    );
    await ask({}, { run: 'r' });
    expect(spent()).toEqual({ 'b usd day': [7, 0], 'b tokens month': [7, 0], 'b calls run': [1, 0] });
  });

  it('that is used up asks nobody, names itself, and renews', async () => {
    const { ask, refused, models, clock, events } = scene(
      { one: { script: answer(1, 1) } },
      { budgets: [{ name: 'nightly', callsPerDay: 2 }] },
    );
    await ask();
    await ask();
    const error = await refused();
    expect(error).toMatchObject({ kind: 'quota', facts: { code: 'budget-exceeded', retryAt: Date.parse('2026-11-21T00:00:00Z') } });
    expect(error.budget).toEqual({
      budget: 'nightly',
      unit: 'calls',
      per: 'day',
      limit: 2,
      left: 0,
      needs: 1,
      renewsAt: Date.parse('2026-11-21T00:00:00Z'),
    });
    expect(error.name).toBe('BudgetExceeded');
    expect(error.message).toBe('budget "nightly": no call of 2 a day left; it renews at 2026-11-21T00:00:00Z, in 10 h');
    expect(error.record).toMatchObject({
      outcome: 'quota',
      attempts: [],
      skips: [{ target: 'lab/one', reason: 'budget' }],
      retryAt: Date.parse('2026-11-21T00:00:00Z'),
    });
    expect(isCallFailure(error)).toBe(true);
    expect(models[0]!.requests).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'skip')).toHaveLength(1);
    await clock.advance(10 * 3_600_000);
    await ask();
    expect(models[0]!.requests).toHaveLength(3);
  });

  it('of a caller holds for it and those below it alone; no model rests for it', async () => {
    const { ask, refused, models } = scene({ one: { script: answer(1, 1) } }, { budgets: [{ name: 'b', caller: 'ci', callsPerDay: 1 }] });
    await ask({}, { caller: 'ci/nightly' });
    await refused({}, { caller: 'ci' });
    await ask({}, { caller: 'people' });
    await ask();
    expect(models[0]!.requests).toHaveLength(3);
  });

  it('B4: passes over what is too dear and asks what fits', async () => {
    const { ask, models, spent } = scene(
      { dear: { price: { input: 10e6, output: 10e6 }, script: answer(1, 1) }, cheap: { price: DOLLAR, script: answer(1, 1) } },
      { budgets: [{ name: 'b', usdPerDay: 200 }] },
    );
    const { providerMetadata } = await ask();
    expect(providerMetadata!['holdfast']).toMatchObject({ target: 'lab/cheap', skips: [{ target: 'lab/dear', reason: 'budget' }] });
    expect(models.map(({ requests }) => requests.length)).toEqual([0, 1]);
    expect(spent()).toEqual({ 'b usd day': [2, 0] });
  });

  it('B4: the error tells of the cheapest', async () => {
    const { refused } = scene(
      { dear: { price: { input: 9e6, output: 9e6 }, script: answer(1, 1) }, cheap: { price: DOLLAR, script: answer(1, 1) } },
      { budgets: [{ name: 'b', usdPerRun: 50 }] },
    );
    const { budget, message } = await refused();
    expect(budget).toMatchObject({ left: 50, limit: 50, per: 'run' });
    expect(budget.needs).toBeLessThan(120);
    expect(message).toMatch(/^budget "b": 50 USD of 50 USD for this run left, this call may take up to 10\d(\.\d+)? USD$/);
  });

  it('B3: what a failed attempt cost counts before the next begins', async () => {
    const broken: ModelAnswer = {
      text: 'half an answer of some length',
      usage: { input: 90, output: 90 },
      fails: { fail: 'server', afterParts: 5 },
    };
    const scripts = { one: { price: DOLLAR, script: broken }, two: { price: DOLLAR, script: answer(1, 1) } };
    const rich = scene(scripts, { budgets: [{ name: 'b', usdPerDay: 120 }] });
    await rich.ask();
    expect(rich.models.map(({ requests }) => requests.length)).toEqual([1, 1]);
    const [used] = rich.spent()['b usd day']!;
    const poor = scene(scripts, { budgets: [{ name: 'b', usdPerDay: 104 + used! - 3 }] });
    const error = await poor.ask().catch((reason: unknown) => reason);
    expect(isCallFailure(error) && !isBudgetExceeded(error) && error.kind).toBe('server');
    expect(isCallFailure(error) && error.record.skips).toEqual([expect.objectContaining({ target: 'lab/two', reason: 'budget' })]);
    expect(poor.models.map(({ requests }) => requests.length)).toEqual([1, 0]);
  });

  it('a stream that is left in the middle is settled with what it had used', async () => {
    const { model, clock, spent } = scene(
      { one: { price: DOLLAR, script: { text: 'one two three four five six seven', every: 10 } } },
      { budgets: [{ name: 'b', usdPerDay: 900 }] },
    );
    const { stream } = await clock.run(Promise.resolve(model.doStream({ prompt: PROMPT, maxOutputTokens: 100 })));
    const reader = stream.getReader();
    await clock.run(reader.read());
    expect(spent()['b usd day']![1]).toBeGreaterThan(100);
    await reader.cancel('enough');
    expect(spent()['b usd day']![1]).toBe(0);
  });

  it('B3: a hedge is held beside the attempt that is late, and not asked where both do not fit', async () => {
    for (const [tokensPerDay, asked] of [
      [2 * (20 * 2 + 104) + 100, 1],
      [20 * 2 + 150, 0],
    ] as const) {
      const script = (_: unknown, nth: number): ModelAnswer => ({ ...answer(1, 1), after: nth <= 20 ? 10 : 1000 });
      const { model, models, clock } = scene(
        { one: { script }, two: { script: answer(1, 1) } },
        { budgets: [{ name: 'b', tokensPerDay }], hedge: true },
      );
      const stream = () =>
        clock.run(Promise.resolve(model.doStream({ prompt: PROMPT, maxOutputTokens: 100 })).then(({ stream: parts }) => tell(parts)));
      for (let n = 0; n < 21; n++) expect((await stream()).finish).toBe('stop');
      expect(models[1]!.requests).toHaveLength(asked);
    }
  });

  it('holds what is published of a model where the request does not say how much it may answer', async () => {
    const model = scriptedModel({ provider: 'anthropic.messages', id: 'claude-haiku-4-5', script: answer(1, 1) });
    const budgets = [{ name: 'b', tokensPerDay: 60_000 }];
    const ask = (more: object) => holdfast({ models: [model], budgets }).doGenerate({ prompt: PROMPT, ...more });
    const error = await Promise.resolve(ask({})).catch((reason: unknown) => reason);
    expect(isBudgetExceeded(error) && Math.floor(error.budget.needs / 1000)).toBe(64);
    await ask({ maxOutputTokens: 1000 });
  });

  it('of tokens limits a stream too', async () => {
    const { model, clock } = scene({ one: { script: answer(1, 1) } }, { budgets: [{ name: 'b', tokensPerDay: 10 }] });
    const failed = await clock.run(
      Promise.resolve(model.doStream({ prompt: PROMPT, maxOutputTokens: 100 })).then(
        ({ stream }) => tell(stream),
        (error: unknown) => error,
      ),
    );
    expect(isBudgetExceeded(failed)).toBe(true);
  });

  it('given to two models as one list is one budget', async () => {
    const budgets = [{ name: 'b', callsPerDay: 1 }];
    const [one, two] = [1, 2].map(() => holdfast({ models: [scriptedModel({ script: { text: '{}' } })], budgets }));
    await generateWith({ model: one!, schema: { type: 'object' }, prompt: 'x' });
    expect(
      isBudgetExceeded(await generateWith({ model: two!, schema: { type: 'object' }, prompt: 'x' }).catch((error: unknown) => error)),
    ).toBe(true);
  });

  it('shared by a folder is one budget for all who name it, and outlives them', async () => {
    using state = tempState();
    const ask = async () => {
      const budgetStore = sqliteBudgets({ folder: state.dir });
      const model = holdfast({
        models: [scriptedModel({ script: { text: '{}' } })],
        budgets: [{ name: 'b', callsPerDay: 2 }],
        budgetStore,
      });
      const answers = [1, 2].map(() =>
        generateWith({ model, schema: { type: 'object' }, prompt: 'x' }).then(() => 'answered', isBudgetExceeded),
      );
      const told = await Promise.all(answers);
      await budgetStore.close();
      return told;
    };
    expect(await ask()).toEqual(['answered', 'answered']);
    expect(await ask()).toEqual([true, true]);
  });

  it('whose store hangs or fails stops no call, and counts in this process meanwhile', async () => {
    for (const reserve of [
      () => new Promise<never>(() => {}),
      () => Promise.reject(new Error('gone')),
      () => {
        throw new Error('gone');
      },
    ]) {
      const { ask, refused } = scene(
        { one: { script: answer(1, 1) } },
        { budgets: [{ name: 'b', callsPerDay: 1 }], budgetStore: { reserve, settle: reserve, list: reserve, close: () => {} } },
      );
      await ask();
      expect((await refused()).budget.budget).toBe('b');
    }
  });
});

describe('budgets that cannot be meant', () => {
  const model = scriptedModel({});
  it.each<[string, Partial<HoldfastOptions>, string]>([
    [
      'a model without a price under a budget of money',
      { budgets: [{ name: 'b', usdPerDay: 1 }] },
      'holdfast({ budgets }): budget "b" limits money, and the price of lab/scripted is not known: say `unpriced: allow` to let it spend uncounted, or give a price: { model, price: { input, output } }',
    ],
    [
      'a misspelt limit',
      { budgets: [{ name: 'b', usdPerDya: 1 } as never] },
      'holdfast({ budgets[0].usdPerDya }): is no key of a budget; did you mean usdPerDay?',
    ],
    ['no limit', { budgets: [{ name: 'b' }] }, 'holdfast({ budgets[0] }): limits nothing'],
    ['no list', { budgets: 5 as never }, 'holdfast({ budgets[0] }): expected a list of budgets'],
  ])('%s: said at load', (_, options, message) => {
    let thrown: unknown;
    try {
      holdfast({ models: [model], ...options });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ModelFailure);
    expect((thrown as Error).message).toContain(message);
  });

  it('`unpriced: allow` lets it stand, and the record says that its cost is unknown', async () => {
    const { ask } = scene({ one: { script: answer(1, 1) } }, { budgets: [{ name: 'b', usdPerDay: 1, unpriced: 'allow' }] });
    expect((await ask()).providerMetadata!['holdfast']).toMatchObject({ unpriced: true });
  });
});

describe('calls side by side', () => {
  const call = fc.record({
    at: fc.nat(20),
    after: fc.nat(20),
    input: fc.integer({ min: 1, max: 4 }),
    output: fc.nat(100),
    fails: fc.boolean(),
    leaves: fc.option(fc.nat(30)),
  });

  it('B2, B3: under any order of arrivals, failures and cancels, no budget is ever gone beyond, and nothing stays held', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(call, { maxLength: 12 }),
        fc.nat(500),
        fc.nat(400),
        fc.integer({ min: 1, max: 6 }),
        async (calls, usdPerDay, tokensPerDay, callsPerDay) => {
          const clock = new VirtualClock({ start: START });
          const store = new MemoryBudgets();
          const failing: ModelAnswer = { text: 'begun and broken', fails: { fail: 'server', afterParts: 4 } };
          const script = (options: { readonly seed?: number }): ModelAnswer => {
            const { after, input, output, fails } = calls[options.seed ?? 0]!;
            return fails ? { ...failing, after } : { text: 'done', after, usage: { input, output } };
          };
          const models = ['a', 'b'].map((id) => ({ model: scriptedModel({ id, provider: 'lab', clock, script }), price: DOLLAR }));
          const budgets = [{ name: 'b', usdPerDay, tokensPerDay, callsPerDay }];
          const model = holdfast({ models, clock, random: () => 0.5, retries: 1, budgets, budgetStore: store });
          const limit = { usd: usdPerDay, tokens: tokensPerDay, calls: callsPerDay };
          const check = (): void => {
            for (const { id, used, held } of store.list(clock.now()))
              expect(used + held).toBeLessThanOrEqual(limit[JSON.parse(id)[1] as 'usd'] + 1e-6);
          };
          let running = 0;
          let most = 0;
          await clock.run(
            Promise.all(
              calls.map(async ({ at, leaves }, seed) => {
                const stop = new AbortController();
                if (leaves !== null) clock.after(at + leaves, () => stop.abort('left'));
                await clock.sleep(at, new AbortController().signal);
                most = Math.max(most, ++running);
                await Promise.resolve(model.doGenerate({ prompt: PROMPT, maxOutputTokens: 100, seed, abortSignal: stop.signal })).catch(
                  () => {},
                );
                running--;
                check();
              }),
            ),
          );
          for (const { held } of store.list(clock.now())) expect(held).toBe(0);
        },
      ),
      { numRuns: 150 },
    ));
});
