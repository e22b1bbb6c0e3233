import { VirtualClock } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import type { AgentParts, RuntimePorts } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { SessionStore } from '../src/ports.ts';
import type { EventRow, RunEvent } from '../src/rules/events.ts';
import { SessionError } from '../src/rules/session-error.ts';
import { call, calls, modelOf, portsOf, runtimeOf, says, seen, toolOf } from './kit.ts';

/** What drills of whole teams brought to light, each by itself. */

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: '', cwd: '/work', ...more });
type Answer = Parameters<typeof modelOf>[0];
const member = (name: string, answer: Answer, more: Partial<AgentParts> & { readonly settings?: object } = {}): AgentParts => ({
  tools: [],
  permit: () => ({ do: 'run' }),
  ...more,
  model: modelOf(answer),
  agent: settings(name, more.settings),
});
const never: Answer = () => new Promise<never>(() => {});
/** Speaks by how often it has spoken in this conversation. */
const byTurn =
  (...replies: readonly ReturnType<typeof says>[]): Answer =>
  ({ prompt }) =>
    replies[prompt.filter(({ role }) => role === 'assistant').length] ?? says('the end');
const at = (rows: readonly EventRow[], ...path: readonly string[]) =>
  rows.filter((row) => row.path.join('/') === path.join('/')).map(({ event }) => event);
const resultOf = (events: readonly RunEvent[], id: string) =>
  events.find((event): event is RunEvent & { type: 'tool-result' } => event.type === 'tool-result' && event.id === id);

/** Processes over one store; each but the last dies when it has appended something of a kind. */
function processes(ports: Omit<Parameters<typeof portsOf>[0], 'store'>) {
  const store = memorySessions();
  return {
    store,
    open: (dies?: (event: RunEvent, path: readonly string[]) => boolean, more: Partial<RuntimePorts> = {}) => {
      let dead = false;
      const append: SessionStore['append'] = async (session, after, entries, when) => {
        if (dead) return new Promise<never>(() => {});
        const last = await store.append(session, after, entries, when);
        dead = dies !== undefined && entries.some(({ event, path }) => dies(event, path));
        return dead ? new Promise<never>(() => {}) : last;
      };
      return runtimeOf({
        ...ports,
        store: { ...store, append },
        identity: { self: () => ({ pid: 1, started: '', boot: '' }), alive: () => false },
        ...more,
      });
    },
  };
}

/** Resolves when a session has a row that fits. */
async function until(store: SessionStore, session: string, fits: (row: EventRow) => boolean): Promise<void> {
  while (!(await store.read(session, 0)).some(fits)) await new Promise((resolve) => setImmediate(resolve));
}

describe('what may have run', () => {
  it('R2: and is refused when it would run again is told as unknown, never as not run', async () => {
    const ran: string[] = [];
    const safe = toolOf('safe', { idempotent: true, run: (_, id) => (ran.push(id), new Promise<never>(() => {})) });
    const { store, open } = processes({ model: modelOf(byTurn(calls(call('c1', 'safe')))), tools: [safe] });
    const first = await open(({ type }) => type === 'tool-result').start({ prompt: 'go' });
    await until(store, first.session, () => ran.length > 0);
    const again = await open(undefined, { permit: () => ({ do: 'refuse', output: 'a rule says no', by: 'team rule "safe"' }) }).resume(
      first.session,
    );
    expect((await again.done).why).toBe('done');
    expect(resultOf(at(await store.read(first.session, 0)), 'c1')).toMatchObject({
      how: 'unknown',
      by: 'team rule "safe"',
      output: expect.stringMatching(/may have run.*not run again: a rule says no/s),
    });
  });

  it('R2: calls made before a handoff of the same reply are their caller’s, in another process too', async () => {
    const ledger = toolOf('ledger', { sequential: true });
    const clerk = member('clerk', () => says('from the clerk'));
    const { store, open } = processes({
      model: modelOf(byTurn(calls(call('h1', 'handoff', { agent: 'clerk' }), call('l1', 'ledger')))),
      tools: [ledger],
      agent: settings('root', { handoffs: ['clerk'] }),
      team: new Map([['clerk', clerk]]),
    });
    // The start of `ledger` stands with the result of the handoff.
    const first = await open(({ type }) => type === 'agent-switch').start({ prompt: 'go' });
    await until(store, first.session, ({ event }) => event.type === 'agent-switch');
    const again = open();
    const run = await again.resume(first.session);
    await again.answer(first.session, (await seen(run, 'question')).id, { decision: 'allow' });
    expect(await run.done).toEqual({ why: 'done', answer: 'from the clerk' });
    expect(ledger.ran).toEqual(['l1']);
    expect(resultOf(at(await store.read(first.session, 0)), 'l1')).toMatchObject({ how: 'done', output: 'ledger ok' });
  });

  it('a call id is used once, also when the reply that had it is in a summary', async () => {
    const store = memorySessions();
    const tool = toolOf('a');
    const model = modelOf((_, n) => (n % 2 === 1 ? calls(call('c0', 'a')) : says('well')));
    const summaries = {
      ...model,
      doGenerate: async () => ({
        content: [{ type: 'text' as const, text: 'S' }],
        finishReason: { unified: 'stop' as const, raw: 's' },
        usage: { inputTokens: {}, outputTokens: {} },
        warnings: [],
      }),
    };
    const runtime = runtimeOf({ model, store, tools: [tool], summaries: summaries as never });
    const run = await runtime.start({ prompt: 'word '.repeat(200) });
    await run.done;
    await runtime.compact(run.session);
    await (
      await runtime.start({ session: run.session, prompt: 'again' })
    ).done;
    expect((await runtime.state(run.session)).compactions).toBe(1);
    expect(new Set(tool.ran).size).toBe(2);
  });
});

describe('children', () => {
  const team = (helper: AgentParts, root: Answer, ...others: readonly AgentParts[]) => ({
    model: modelOf(root),
    agent: settings('root', { subAgents: ['helper'], background: true }),
    team: new Map([helper, ...others].map((one) => [one.agent.name, one])),
  });
  const inBackground = byTurn(calls(call('b1', 'run_background_agent', { agent: 'helper', task: 'x' })));
  const deeper = (tool: string, answer: Answer, more: Partial<AgentParts> = {}) =>
    [
      member('helper', byTurn(calls(call('d1', tool, { agent: 'deep', task: 'y' }))), {
        settings: { subAgents: ['deep'], background: true },
      }),
      member('deep', answer, more),
    ] as const;

  it('R2: a background child of a child is gone on with too', async () => {
    const [helper, deep] = deeper('run_background_agent', never);
    const { store, open } = processes(team(helper, inBackground, deep));
    const first = await open(({ type }, path) => type === 'input' && path.length === 2).start({ prompt: 'go' });
    await until(store, first.session, ({ path, event }) => event.type === 'input' && path.length === 2);
    const [, found] = deeper('run_background_agent', () => says('found'));
    const next = open(undefined, { team: new Map([helper, found].map((one) => [one.agent.name, one])) });
    await next.start({ session: first.session, prompt: 'more' });
    await until(store, first.session, ({ path, event }) => path.length === 2 && event.type === 'run-end');
    expect(at(await store.read(first.session, 0), 'helper@b1', 'deep@d1').at(-1)).toEqual({ type: 'run-end', why: 'done' });
    await next.close();
  });

  it('whoever works for a background child asks nobody', async () => {
    const store = memorySessions();
    const [helper, deep] = deeper('transfer_task', byTurn(calls(call('w', 'write'))), {
      tools: [toolOf('write')],
      permit: ({ attended }) => (attended ? { do: 'ask', reason: 'it writes' } : { do: 'refuse', output: 'nobody there' }),
    });
    const runtime = runtimeOf({ ...team(helper, inBackground, deep), store });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    await until(store, run.session, ({ path, event }) => path.length === 1 && event.type === 'run-end');
    const rows = await store.read(run.session, 0);
    expect(rows.some(({ event }) => event.type === 'question')).toBe(false);
    expect(resultOf(at(rows, 'helper@b1', 'deep@d1'), 'w')).toMatchObject({ how: 'refused', output: 'nobody there' });
    await runtime.close();
  });

  it('B4: stopping a background child stops those it began', async () => {
    const store = memorySessions();
    const [helper, deep] = deeper('run_background_agent', never);
    const busy = member(
      'helper',
      (options, n) =>
        n === 1
          ? (byTurn(calls(call('d1', 'run_background_agent', { agent: 'deep', task: 'y' })))(options, n) as never)
          : new Promise<never>(() => {}),
      { settings: { subAgents: ['deep'], background: true } },
    );
    expect(helper.agent.name).toBe('helper');
    let free = (): void => {};
    const wait = new Promise<void>((resolve) => (free = resolve));
    const root = modelOf(async (_, n) => {
      if (n === 1) return calls(call('b1', 'run_background_agent', { agent: 'helper', task: 'x' }));
      if (n > 2) return says('ok');
      await wait;
      return calls(call('s1', 'stop_background_agent', { task_id: 'agent_task_b1' }));
    });
    const runtime = runtimeOf({ ...team(busy, never, deep), model: root, store });
    const run = await runtime.start({ prompt: 'go' });
    await until(store, run.session, ({ path, event }) => path.length === 2 && event.type === 'input');
    free();
    await run.done;
    const rows = await store.read(run.session, 0);
    for (const path of [['helper@b1'], ['helper@b1', 'deep@d1']])
      expect(at(rows, ...path).at(-1)).toEqual({ type: 'run-end', why: 'stopped' });
    await runtime.close();
  });

  it('one that was stopped is told as stopped, and its question is nobody’s any more', async () => {
    const store = memorySessions();
    const helper = member('helper', byTurn(calls(call('w', 'write'))), {
      tools: [toolOf('write')],
      permit: () => ({ do: 'ask', reason: 'it writes' }),
    });
    const runtime = runtimeOf({ ...team(helper, byTurn(calls(call('t1', 'transfer_task', { agent: 'helper', task: 'x' })))), store });
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    await runtime.stop(run.session);
    expect(resultOf(at(await store.read(run.session, 0)), 't1')?.output).toContain('helper could not finish the task (stopped)');
    expect(await runtime.pending(run.session)).toEqual([]);
    await expect(runtime.answer(run.session, id, { decision: 'allow' })).rejects.toMatchObject({ kind: 'gone' });
  });

  it('whose session cannot be read is no result of its call: the run ends with it, and goes on with the child', async () => {
    const store = memorySessions();
    let fails = true;
    const inbox: SessionStore['inbox'] = async (session) => {
      const asked = (await store.read(session, 0)).some(({ event }) => event.type === 'question');
      if (fails && asked) throw new SessionError('locked', 'others kept writing');
      return store.inbox(session);
    };
    const work = toolOf('write');
    const helper = member('helper', byTurn(calls(call('w', 'write'))), {
      tools: [work],
      permit: () => ({ do: 'ask', reason: 'it writes' }),
    });
    const runtime = runtimeOf({
      ...team(helper, byTurn(calls(call('t1', 'transfer_task', { agent: 'helper', task: 'x' })))),
      store: { ...store, inbox },
    });
    const run = await runtime.start({ prompt: 'go' });
    await expect(run.done).rejects.toMatchObject({ kind: 'locked' });
    expect(resultOf(at(await store.read(run.session, 0)), 't1')).toBeUndefined();
    fails = false;
    const again = await runtime.resume(run.session);
    await runtime.answer(run.session, (await seen(again, 'question')).id, { decision: 'allow' });
    expect((await again.done).why).toBe('done');
    expect(work.ran).toEqual(['w']);
  });
});

describe('a store that fails', () => {
  it('G4: is written to no more, though what failed may have been stored; it is read anew, and the run goes on', async () => {
    const store = memorySessions();
    let fails = true;
    const append: SessionStore['append'] = async (session, after, entries, when) => {
      const last = await store.append(session, after, entries, when);
      if (fails && entries.some(({ event }) => event.type === 'tool-result' && event.id === 'c1'))
        throw new SessionError('unwritable', 'the disk is gone');
      return last;
    };
    const tool = toolOf('a', { run: () => ({ output: 'did it', failed: false }) });
    const helper = member('helper', never);
    const runtime = runtimeOf({
      model: modelOf(byTurn(calls(call('b1', 'run_background_agent', { agent: 'helper', task: 'x' }), call('c1', 'a')))),
      store: { ...store, append },
      tools: [tool],
      agent: settings('root', { subAgents: ['helper'], background: true }),
      team: new Map([['helper', helper]]),
    });
    const run = await runtime.start({ prompt: 'go' });
    await expect(run.done).rejects.toMatchObject({ kind: 'unwritable' });
    fails = false;
    const again = await runtime.resume(run.session);
    expect(await again.done).toEqual({ why: 'done', answer: 'the end' });
    expect(tool.ran).toEqual(['c1']);
    expect(resultOf(at(await store.read(run.session, 0)), 'c1')).toMatchObject({ how: 'done', output: 'did it' });
    await runtime.close();
  });

  it('who looks at a session twice at once knows it once', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: modelOf(() => says('hi')), store });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const reader = runtimeOf({ model: modelOf(() => says('')), store });
    await Promise.all([reader.state(run.session), reader.pending(run.session), reader.state(run.session)]);
    await (
      await runtime.start({ session: run.session, prompt: 'more' })
    ).done;
    await Promise.all([reader.state(run.session), reader.pending(run.session)]);
    expect(await reader.state(run.session)).toEqual(await runtime.state(run.session));
  });
});

describe('a tool that asks', () => {
  it('is not heard any more when its time is over, and leaves nobody waiting', async () => {
    const clock = new VirtualClock();
    const store = memorySessions();
    let late: Promise<unknown> = Promise.resolve();
    const asks = {
      ...toolOf('asks'),
      timeout: 100,
      prepare: async (_: unknown, { elicit }: Parameters<ReturnType<typeof toolOf>['prepare']>[1]) => ({
        run: async () => {
          const first = elicit({ mode: 'form', message: 'Which?' });
          late = first.catch(() => elicit({ mode: 'form', message: 'Really?' }));
          late.catch(() => {});
          return { output: JSON.stringify(await first), failed: false };
        },
        drop: () => {},
      }),
    };
    const runtime = runtimeOf({ model: modelOf(byTurn(calls(call('c1', 'asks')))), store, tools: [asks], clock });
    const run = await runtime.start({ prompt: 'go' });
    expect((await clock.run(run.done)).why).toBe('done');
    await expect(late).rejects.toThrow('the call is over');
    expect((await store.read(run.session, 0)).filter(({ event }) => event.type === 'question')).toHaveLength(1);
    expect(await runtime.pending(run.session)).toEqual([]);
    expect(clock.armed).toBe(0);
  });
});
