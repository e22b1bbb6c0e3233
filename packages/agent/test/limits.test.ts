import { describe, expect, it } from 'vitest';
import type { AgentSettings } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { RunLimits } from '../src/rules/agent-rules.ts';
import { reachedLimit, type Reached } from '../src/rules/loop-limits.ts';
import type { RunEvent } from '../src/rules/events.ts';
import { NOTHING_SPENT } from '../src/rules/run-state.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, seen, toolOf } from './kit.ts';

const counts = (turnsOfRun: number) => ({ turnsOfRun, spentOfRun: NOTHING_SPENT, began: 0, raised: {} });
const agent = (more: Partial<AgentSettings>): AgentSettings => ({ name: 'root', file: '/a.yaml', instruction: '', cwd: '/', ...more });
const busy = () => modelOf((_, n) => calls(call(`c${n}`, 'a', { n })));

describe('limits of a run', () => {
  const cases: readonly (readonly [string, RunLimits, Parameters<typeof reachedLimit>[0], Reached | undefined, number?])[] = [
    ['I1: below the limit', { iterations: 10 }, counts(3), undefined],
    ['I2: 0 is no limit', { iterations: 0 }, counts(1_000_000), undefined],
    ['I4: at the limit; one yes is ten more', { iterations: 10 }, counts(10), { limit: 'iterations', reached: 10, next: 20 }],
    ['as the user raised it', { iterations: 10 }, { ...counts(15), raised: { iterations: 20 } }, undefined],
    ['time', { timeMs: 900 }, counts(1), { limit: 'time', reached: 1000, next: 1900 }],
    [
      'tokens, children included',
      { tokens: 10 },
      { ...counts(1), spentOfRun: { ...NOTHING_SPENT, input: 4, output: 3 } },
      { limit: 'tokens', reached: 12, next: 22 },
      5,
    ],
    ['money', { usd: 1 }, { ...counts(1), spentOfRun: { ...NOTHING_SPENT, usd: 1.5 } }, { limit: 'usd', reached: 1.5, next: 2.5 }],
  ];
  it.each(cases.map((one) => ({ what: one[0], one })))('$what', ({ one: [, limits, state, expected, tokens = 0] }) => {
    expect(reachedLimit(state, limits, { now: 1000, below: { tokens, usd: 0 } })).toEqual(expected);
  });

  it('I3: with nobody there the run ends at its limit, and says which', async () => {
    const model = busy();
    const run = await runtimeOf({ model, tools: [toolOf('a')], agent: agent({ maxIterations: 3 }), attended: false }).start({
      prompt: 'go',
    });
    expect(await run.done).toMatchObject({
      why: 'out-of-turns',
      failure: { kind: 'limit', message: 'the run reached its max_iterations limit (3)' },
    });
    expect(model.asked).toHaveLength(3);
  });

  it('I4, I5: the user lets it go on by ten, then does not', async () => {
    const store = memorySessions();
    const model = busy();
    const runtime = runtimeOf({ model, store, tools: [toolOf('a')], agent: agent({ maxIterations: 2 }) });
    const run = await runtime.start({ prompt: 'go' });
    const answers = ['allow', 'deny'] as const;
    let asked = 0;
    for await (const { event } of run.events)
      if (event.type === 'question') await runtime.answer(run.session, event.id, { decision: answers[asked++]! });
    expect((await run.done).why).toBe('out-of-turns');
    expect(model.asked).toHaveLength(12);
    expect((await eventsOf(store, run.session)).filter(({ type }) => type === 'limit-raised')).toEqual([
      { type: 'limit-raised', limit: 'iterations', to: 12 },
    ]);
  });

  it('I6: a stop while the limit is asked about ends the run without an answer, and it can be gone on with', async () => {
    const model = modelOf((_, n) => (n < 3 ? calls(call(`c${n}`, 'a', { n })) : says('done')));
    const runtime = runtimeOf({ model, tools: [toolOf('a')], agent: agent({ maxIterations: 2 }) });
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    await runtime.stop(run.session);
    expect((await run.done).why).toBe('stopped');
    const again = await runtime.resume(run.session);
    expect((await again.done).answer).toBe('done');
    // The run went on without it: nobody waits at that limit any more.
    await expect(runtime.answer(run.session, id, { decision: 'allow' })).rejects.toMatchObject({ kind: 'gone' });
  });

  it('a failed call counts: its tokens and money are in the totals', async () => {
    const paid = { id: 'k', paid: { input: 7, output: 1 }, usd: 0.25, marks: [], attempts: [], skips: [] };
    const failure = Object.assign(new Error('all failed'), { kind: 'server', record: paid, [Symbol.for('holdfast.call-failure')]: true });
    const model = modelOf(() => {
      throw failure;
    });
    const store = memorySessions();
    const runtime = runtimeOf({ model, store });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).why).toBe('failed');
    const failed = (await eventsOf(store, run.session)).find(({ type }) => type === 'model-failed');
    expect(failed).toMatchObject({ type: 'model-failed', turn: 1, failure: { message: 'all failed' } });
  });

  it('what children spent counts after a restart too, and not for the next run', async () => {
    const store = memorySessions();
    const row = (event: RunEvent, path: readonly string[] = []) => ({ event, run: 'r', path });
    const spent: RunEvent = { type: 'spent', usage: { input: 90, output: 10 } };
    await store.create({ id: 's', file: '/a.yaml', agent: 'root', cwd: '/', at: 1 });
    const begun: RunEvent = { type: 'run-start', agent: 'root', resumed: false };
    await store.append(
      's',
      0,
      [row(begun), row({ type: 'input', text: 'go' }), row({ ...begun, agent: 'kid' }, ['kid@c']), row(spent, ['kid@c'])],
      1,
    );
    const runtime = runtimeOf({ model: modelOf(() => says('done')), store, agent: agent({ limits: { tokens: 50 } }), attended: false });
    expect(await (await runtime.resume('s')).done).toMatchObject({ why: 'over-limit' });
    expect(await (await runtime.start({ session: 's', prompt: 'again' })).done).toMatchObject({ why: 'done' });
  });
});
