import { describe, expect, it } from 'vitest';
import type { AgentParts } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { EventRow, RunEvent } from '../src/rules/events.ts';
import type { Runtime } from '../src/runtime.ts';
import { call, calls, modelOf, portsOf, runtimeOf, says, seen, toolOf, type CallOptions } from './kit.ts';

type Answer = (options: CallOptions, n: number) => ReturnType<typeof says>;

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: `You are ${name}.`, cwd: '/work', ...more });
const member = (name: string, answer: Answer, more: Partial<AgentParts> & { readonly settings?: object } = {}): AgentParts => ({
  tools: [],
  permit: () => ({ do: 'run' }),
  model: modelOf(answer),
  ...more,
  agent: settings(name, more.settings),
});
const teamOf = (...members: readonly AgentParts[]) => new Map(members.map((one) => [one.agent.name, one]));
const rowsOf = async (runtime: { readonly store: ReturnType<typeof memorySessions> }, session: string) => runtime.store.read(session, 0);
const at = (rows: readonly EventRow[], path: readonly string[]) =>
  rows.filter((row) => JSON.stringify(row.path) === JSON.stringify(path)).map(({ event }) => event);
const resultOf = (events: readonly RunEvent[], id: string) =>
  events.find((event): event is RunEvent & { type: 'tool-result' } => event.type === 'tool-result' && event.id === id);
const lastUser = ({ prompt }: CallOptions) => JSON.stringify(prompt.findLast(({ role }) => role === 'user'));

/** A lead that makes one call and then says what came of it. */
const lead =
  (toolName: string, input: object): Answer =>
  (options, n) =>
    n === 1 ? calls(call('t1', toolName, input)) : says(`lead: ${JSON.stringify(options.prompt.at(-1))}`);

describe('transfer_task', () => {
  const opened = (sub: AgentParts, input: object, more: object = {}) => {
    const store = memorySessions();
    const ports = portsOf({
      model: modelOf(lead('transfer_task', input)),
      store,
      agent: settings('root', { subAgents: ['helper'], ...more }),
      team: teamOf(sub),
    });
    return { store, runtime: runtimeOf(ports) };
  };

  it('D2: the child answers under its own path, its last text is the result, the parent goes on', async () => {
    const helper = member('helper', ({ prompt }) => says(`42 (${prompt.length})`));
    const { runtime, store } = opened(helper, { agent: 'helper', task: 'count the files', expected_output: 'a number' });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).why).toBe('done');
    const rows = await store.read(run.session, 0);
    const child = at(rows, ['helper@t1']);
    expect(child[0]).toMatchObject({ type: 'run-start', agent: 'helper', task: { kind: 'transfer', call: 't1', task: 'count the files' } });
    expect(child.map(({ type }) => type)).toEqual(['run-start', 'input', 'input', 'model-reply', 'run-end']);
    const root = at(rows, []);
    expect(resultOf(root, 't1')).toMatchObject({ failed: false, output: expect.stringContaining('42') });
    expect((await runtime.state(run.session)).agent).toBe('root');
    const asked = JSON.stringify((helper.model as ReturnType<typeof modelOf>).asked[0]?.prompt);
    expect(asked).toContain('You are helper.');
    expect(asked).toContain('count the files');
    expect(asked).toContain('a number');
    const streamed: (readonly string[])[] = [];
    for await (const { path } of run.events) streamed.push(path);
    expect(streamed).toContainEqual(['helper@t1']);
  });

  it('D1, D3: a transfer to somebody else is an error that names the available agents, and nobody is asked', async () => {
    const helper = member('helper', () => says('never'));
    const { runtime, store } = opened(helper, { agent: 'stranger', task: 'x' });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const result = resultOf(at(await store.read(run.session, 0), []), 't1');
    expect(result?.output).toContain(
      'Agent root cannot transfer task to stranger: target agent not in sub-agents list. Available agent IDs are: helper',
    );
    expect((helper.model as ReturnType<typeof modelOf>).asked).toHaveLength(0);
  });

  it('D7: a child that fails is stored with what it did, and its failure is the result of the call', async () => {
    const helper = member('helper', () => {
      throw Object.assign(new Error('no model answers'), { kind: 'resting' });
    });
    const { runtime, store } = opened(helper, { agent: 'helper', task: 'x' });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).why).toBe('done');
    const rows = await store.read(run.session, 0);
    expect(resultOf(at(rows, []), 't1')).toMatchObject({ failed: true, output: expect.stringContaining('no model answers') });
    expect(at(rows, ['helper@t1']).at(-1)).toMatchObject({ type: 'run-end', why: 'failed' });
  });

  it('nobody transfers to an agent that waits for this very task', async () => {
    const helper = member(
      'helper',
      (_, n) => (n === 1 ? calls(call('h1', 'transfer_task', { agent: 'root', task: 'back' })) : says('then I do it')),
      {
        settings: { subAgents: ['root'] },
      },
    );
    const { runtime, store } = opened(helper, { agent: 'helper', task: 'x' });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).why).toBe('done');
    expect(resultOf(at(await store.read(run.session, 0), ['helper@t1']), 'h1')?.output).toContain(
      'it waits for this task itself (root → helper)',
    );
  });

  it('two transfers of one reply run side by side; cost flows up', async () => {
    const store = memorySessions();
    const helper = member('helper', (options) => says(`did ${lastUser(options).length}`));
    const model = modelOf((_, n) =>
      n === 1
        ? calls(call('t1', 'transfer_task', { agent: 'helper', task: 'a' }), call('t2', 'transfer_task', { agent: 'helper', task: 'b' }))
        : says('ok'),
    );
    const runtime = runtimeOf({ model, store, agent: settings('root', { subAgents: ['helper'] }), team: teamOf(helper) });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const paths = new Set((await store.read(run.session, 0)).map(({ path }) => path.join('/')));
    expect(paths).toEqual(new Set(['', 'helper@t1', 'helper@t2']));
  });

  it('a limit of tokens counts what children spend', async () => {
    const store = memorySessions();
    const helper = member('helper', () => says('done'));
    const model = modelOf((_, n) => (n < 9 ? calls(call(`t${n}`, 'transfer_task', { agent: 'helper', task: `t${n}` })) : says('ok')));
    const runtime = runtimeOf({
      model,
      store,
      attended: false,
      agent: settings('root', { subAgents: ['helper'], limits: { tokens: 60 } }),
      team: teamOf(helper),
    });
    const result = await (await runtime.start({ prompt: 'go' })).done;
    // 15 tokens a call: two turns of the root and two of the child.
    expect(result).toMatchObject({ why: 'over-limit', failure: { kind: 'limit', message: 'the run reached its limit of tokens (60)' } });
    expect(model.asked).toHaveLength(2);
  });

  it('a question of a child is answered by its id, and a stop of the root reaches it', async () => {
    const store = memorySessions();
    const work = toolOf('write');
    const helper = member('helper', (_, n) => (n === 1 ? calls(call('w', 'write')) : says('written')), {
      tools: [work],
      permit: () => ({ do: 'ask', reason: 'it writes' }),
    });
    const open = (): Runtime =>
      runtimeOf({
        model: modelOf(lead('transfer_task', { agent: 'helper', task: 'x' })),
        store,
        agent: settings('root', { subAgents: ['helper'] }),
        team: teamOf(helper),
      });
    const runtime = open();
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    expect(id).toMatch(/^helper@t1\/approval:/);
    expect(await runtime.pending(run.session)).toMatchObject([{ id, path: ['helper@t1'], about: 'approval' }]);
    await runtime.stop(run.session);
    expect((await run.done).why).toBe('stopped');
    const rows = await store.read(run.session, 0);
    expect(at(rows, ['helper@t1']).at(-1)).toEqual({ type: 'run-end', why: 'stopped' });
    expect(work.ran).toEqual([]);
  });

  it('R2: a process that dies in a child goes on with the child, in another process; its tool runs once', async () => {
    const store = memorySessions();
    const ran: string[] = [];
    let dead = false;
    const work = toolOf('write', { run: (_, id) => (ran.push(id), { output: 'written', failed: false }) });
    const open = (broken: boolean): Runtime => {
      const helper = member(
        'helper',
        ({ prompt }) => (prompt.some(({ role }) => role === 'tool') ? says('all written') : calls(call('w', 'write'))),
        { tools: [work] },
      );
      const append: typeof store.append = async (session, after, entries, when) => {
        if (dead) throw new Error('power cut');
        const last = await store.append(session, after, entries, when);
        if (broken && entries.some(({ event, path }) => event.type === 'tool-result' && path.length > 0)) dead = true;
        return last;
      };
      const model = modelOf(({ prompt }) =>
        prompt.some(({ role }) => role === 'tool') ? says('lead done') : calls(call('t1', 'transfer_task', { agent: 'helper', task: 'x' })),
      );
      return runtimeOf({
        model,
        store: { ...store, append },
        agent: settings('root', { subAgents: ['helper'] }),
        team: teamOf(helper),
        identity: { self: () => ({ pid: 1, started: '', boot: '' }), alive: () => false },
      });
    };
    const first = await open(true).start({ prompt: 'go' });
    await expect(first.done).rejects.toThrow('power cut');
    dead = false;
    const again = await open(false).resume(first.session);
    expect(await again.done).toEqual({ why: 'done', answer: 'lead done' });
    expect(ran).toEqual(['w']);
    const rows = await store.read(first.session, 0);
    expect(at(rows, ['helper@t1']).filter(({ type }) => type === 'run-end')).toEqual([{ type: 'run-end', why: 'done' }]);
    expect(resultOf(at(rows, []), 't1')?.output).toBe('all written');
  });
});

describe('handoff', () => {
  it('the same conversation goes on with the other agent’s instruction and tools, and stays with it', async () => {
    const store = memorySessions();
    const own = toolOf('ledger');
    const clerk = member('clerk', (_, n) => (n === 1 ? calls(call('l1', 'ledger')) : says('from the clerk')), { tools: [own] });
    const model = modelOf(lead('handoff', { agent: 'clerk' }));
    const runtime = runtimeOf({ model, store, agent: settings('root', { handoffs: ['clerk'] }), team: teamOf(clerk) });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).answer).toBe('from the clerk');
    expect(own.ran).toEqual(['l1']);
    expect(model.asked).toHaveLength(1);
    const next = await runtime.start({ session: run.session, prompt: 'and now?' });
    expect((await next.done).answer).toBe('from the clerk');
    const events = at(await store.read(run.session, 0), []);
    expect(events.find(({ type }) => type === 'agent-switch')).toEqual({ type: 'agent-switch', from: 'root', to: 'clerk', how: 'handoff' });
    expect(events.filter((event) => event.type === 'model-reply').map(({ agent }) => agent)).toEqual(['root', 'clerk', 'clerk', 'clerk']);
  });

  it('to an agent that is no handoff is an error; force_handoff goes on by itself, once', async () => {
    const store = memorySessions();
    const clerk = member('clerk', () => says('clerk has the last word'));
    const model = modelOf((_, n) => (n === 1 ? calls(call('t1', 'handoff', { agent: 'nobody' })) : says('root is done')));
    const runtime = runtimeOf({
      model,
      store,
      agent: settings('root', { handoffs: ['clerk'], forceHandoff: 'clerk' }),
      team: teamOf(clerk),
    });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).answer).toBe('clerk has the last word');
    const events = at(await store.read(run.session, 0), []);
    expect(resultOf(events, 't1')?.output).toContain('It can hand off to: clerk.');
    expect(events.filter(({ type }) => type === 'agent-switch')).toHaveLength(1);
  });
});

describe('background agents', () => {
  const opened = (helper: AgentParts, answer: Answer, store = memorySessions()) => ({
    store,
    runtime: runtimeOf({
      model: modelOf(answer),
      store,
      agent: settings('root', { subAgents: ['helper'], background: true }),
      team: teamOf(helper),
    }),
  });
  const begin = (id: string, input: object = { agent: 'helper', task: 'look around' }) => call(id, 'run_background_agent', input);

  it('B3: works on while the conversation goes on; shown, listed, stored under its path', async () => {
    let free = (): void => {};
    const wait = new Promise<void>((resolve) => (free = resolve));
    const helper = member('helper', () => wait.then(() => says('found it')) as never);
    const { runtime, store } = opened(helper, (_, n) => {
      if (n === 1) return calls(begin('b1'));
      if (n === 2)
        return calls(
          call('v1', 'view_background_agent', { task_id: 'agent_task_b1' }),
          call('v2', 'view_background_agent', { task_id: 'agent_task_x' }),
        );
      if (n === 4) return calls(call('v3', 'view_background_agent', { task_id: 'agent_task_b1' }), call('v4', 'list_background_agents'));
      return says(`turn ${n}`);
    });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).answer).toBe('turn 3');
    const events = at(await store.read(run.session, 0), []);
    expect(resultOf(events, 'b1')).toMatchObject({ failed: false, output: 'Background task started: agent_task_b1 (agent helper).' });
    expect(resultOf(events, 'v1')?.output).toContain('(no output yet)');
    expect(resultOf(events, 'v2')).toMatchObject({
      failed: true,
      output: 'There is no background task agent_task_x. There are: agent_task_b1.',
    });
    free();
    const end = runtime.follow(run.session, 0, new AbortController().signal);
    for await (const { event, path } of end) if (path.length > 0 && event.type === 'run-end') break;
    const next = await runtime.start({ session: run.session, prompt: 'and?' });
    await next.done;
    const more = at(await store.read(run.session, 0), []);
    expect(resultOf(more, 'v3')?.output).toContain('found it');
    expect(resultOf(more, 'v4')?.output).toContain('agent_task_b1: helper, completed; task: look around');
  });

  it('B5: an empty task, a stranger and bad arguments are errors; B4: so are stopping what is unknown or over', async () => {
    const helper = member('helper', () => says('done'));
    const { runtime, store } = opened(helper, (_, n) => {
      if (n === 1)
        return calls(
          begin('e1', { agent: 'helper', task: ' ' }),
          begin('e2', { agent: 'stranger', task: 'x' }),
          call('e3', 'run_background_agent', '[1'),
          begin('b1'),
        );
      if (n === 2) return calls(call('s1', 'stop_background_agent', { task_id: 'nope' }));
      return says('ok');
    });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const events = at(await store.read(run.session, 0), []);
    for (const id of ['e1', 'e2', 'e3', 's1']) expect([id, resultOf(events, id)?.failed]).toEqual([id, true]);
  });

  it('B1: the twenty-first waits', async () => {
    const helper = member('helper', () => new Promise<never>(() => {}) as never);
    const { runtime, store } = opened(helper, (_, n) =>
      n === 1 ? calls(...Array.from({ length: 21 }, (__, i) => begin(`b${i}`))) : says('ok'),
    );
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const events = at(await store.read(run.session, 0), []);
    expect(resultOf(events, 'b20')).toMatchObject({
      failed: true,
      output: expect.stringContaining('maximum of concurrent background agents'),
    });
    await runtime.close();
    const rows = await store.read(run.session, 0);
    expect(rows.filter(({ path, event }) => path.length > 0 && event.type === 'run-end').map(({ event }) => event)).toEqual(
      Array.from({ length: 20 }, () => ({ type: 'run-end', why: 'stopped' })),
    );
  });

  it('asks nobody: what needs a question is denied', async () => {
    const work = toolOf('write');
    const helper = member('helper', (_, n) => (n === 1 ? calls(call('w', 'write')) : says('could not')), {
      tools: [work],
      permit: ({ attended }) => (attended ? { do: 'ask', reason: 'it writes' } : { do: 'refuse', output: 'nobody there' }),
    });
    const { runtime, store } = opened(helper, (_, n) => (n === 1 ? calls(begin('b1')) : says('ok')));
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const all = runtime.follow(run.session, 0, new AbortController().signal);
    for await (const { event, path } of all) if (path.length > 0 && event.type === 'run-end') break;
    expect(resultOf(at(await store.read(run.session, 0), ['helper@b1']), 'w')).toMatchObject({ failed: true, how: 'refused' });
    expect(work.ran).toEqual([]);
  });

  it('nor does who works for one of them: a task it gives away has nobody to ask either', async () => {
    const store = memorySessions();
    const deep = member('deep', (_, n) => (n === 1 ? calls(call('w', 'write')) : says('could not')), {
      tools: [toolOf('write')],
      permit: ({ attended }) => (attended ? { do: 'ask', reason: 'it writes' } : { do: 'refuse', output: 'nobody there' }),
    });
    const helper = member('helper', lead('transfer_task', { agent: 'deep', task: 'write it' }), { settings: { subAgents: ['deep'] } });
    const runtime = runtimeOf({
      model: modelOf((_, n) => (n === 1 ? calls(begin('b1')) : says('ok'))),
      store,
      agent: settings('root', { subAgents: ['helper'], background: true }),
      team: teamOf(helper, deep),
    });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    for await (const { event, path } of runtime.follow(run.session, 0, new AbortController().signal)) {
      expect(event.type).not.toBe('question');
      if (path.length === 1 && event.type === 'run-end') break;
    }
    expect(resultOf(at(await store.read(run.session, 0), ['helper@b1', 'deep@t1']), 'w')).toMatchObject({ how: 'refused' });
  });

  it('B1: those of all agents of a session count together; one below a child is taken up like any other', async () => {
    const store = memorySessions();
    const hangs = member('helper', () => new Promise<never>(() => {}) as never);
    const middle = member('middle', (_, n) => (n === 1 ? calls(...Array.from({ length: 20 }, (__, i) => begin(`m${i}`))) : says('begun')), {
      settings: { subAgents: ['helper'], background: true },
    });
    const agent = settings('root', { subAgents: ['helper', 'middle'], background: true });
    const model = modelOf((_, n) =>
      n === 1 ? calls(call('t1', 'transfer_task', { agent: 'middle', task: 'x' })) : n === 2 ? calls(begin('b1')) : says('ok'),
    );
    const run = await runtimeOf({ model, store, agent, team: teamOf(hangs, middle) }).start({ prompt: 'go' });
    await run.done;
    expect(resultOf(at(await store.read(run.session, 0), []), 'b1')?.output).toContain('maximum of concurrent background agents');
    const helper = member('helper', () => says('found after all'));
    const identity = { self: () => ({ pid: 2, started: '', boot: '' }), alive: () => false };
    const second = runtimeOf({ model: modelOf(() => says('second')), store, agent, team: teamOf(helper, middle), identity });
    await (
      await second.start({ session: run.session, prompt: 'more' })
    ).done;
    for await (const { event, path } of second.follow(run.session, 0, new AbortController().signal))
      if (path.length === 2 && event.type === 'run-end') break;
    expect(at(await store.read(run.session, 0), ['middle@t1', 'helper@m0']).at(-1)).toEqual({ type: 'run-end', why: 'done' });
  });

  it('one that a dead process left is gone on with when the session is', async () => {
    const store = memorySessions();
    const hangs = member('helper', () => new Promise<never>(() => {}) as never);
    const first = opened(hangs, (_, n) => (n === 1 ? calls(begin('b1')) : says('ok')), store);
    const run = await first.runtime.start({ prompt: 'go' });
    await run.done;
    const helper = member('helper', () => says('found after all'));
    const second = runtimeOf({
      model: modelOf(() => says('second')),
      store,
      agent: settings('root', { subAgents: ['helper'], background: true }),
      team: teamOf(helper),
      identity: { self: () => ({ pid: 2, started: '', boot: '' }), alive: () => false },
    });
    const next = await second.start({ session: run.session, prompt: 'more' });
    expect((await next.done).answer).toBe('second');
    for await (const { event, path } of second.follow(run.session, 0, new AbortController().signal))
      if (path.length > 0 && event.type === 'run-end') break;
    expect(at(await rowsOf({ store }, run.session), ['helper@b1']).at(-1)).toEqual({ type: 'run-end', why: 'done' });
  });
});
