import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentParts } from '../src/compose.ts';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { Hooks, Tool } from '../src/ports.ts';
import type { Model } from '@holdfast/core';
import { call, calls, eventsOf, finish, modelOf, runtimeOf, says, seen, text, toolOf } from './kit.ts';

type Part = ReturnType<typeof finish>;

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: `You are ${name}.`, cwd: '/work', ...more });
const member = (name: string, model: Model, more: object = {}): AgentParts => ({
  agent: settings(name, more),
  tools: [],
  permit: () => ({ do: 'run' }),
  model,
});
const once = (tool: string, input: unknown = {}) => modelOf((_, n) => (n === 1 ? calls(call('c1', tool, input)) : says('so be it')));

let root = '';
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'holdfast-bad-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a session that is deleted while it runs', () => {
  const stores = [
    ['memory', async () => memorySessions()],
    ['SQLite', () => openSqliteSessions({ folder: mkdtempSync(join(root, 's')), alive: () => true })],
  ] as const;
  it.each(stores)('%s: it is not, unless by force; then its run ends, says so, and nothing goes on behind it', async (_, open) => {
    const store = await open();
    let free = (): void => {};
    const slow = toolOf('slow', { run: () => new Promise((resolve) => (free = () => resolve({ output: 'late', failed: false }))) });
    const runtime = runtimeOf({ model: once('slow'), store, tools: [slow] });
    const run = await runtime.start({ prompt: 'go' });
    await seen(run, 'tool-start');
    await expect(store.delete(run.session, { alive: () => true })).rejects.toMatchObject({ kind: 'busy', facts: { session: run.session } });
    await store.delete(run.session, { alive: () => true, force: true });
    free();
    await expect(run.done).rejects.toMatchObject({ kind: 'missing', message: expect.stringContaining(run.session) });
    for await (const { event } of run.events) expect(event.type).not.toBe('tool-result');
    await expect(runtime.steer(run.session, 'still there?')).rejects.toMatchObject({ kind: 'missing' });
    await expect(runtime.resume(run.session)).rejects.toMatchObject({ kind: 'missing' });
    const next = await runtime.start({ prompt: 'another' });
    expect((await next.done).why).toBe('done');
    await runtime.close();
    await store.close();
  });
});

describe('two writers', () => {
  it('the second is told who drives the session, and the first does not notice', async () => {
    const store = memorySessions();
    const model = once('ask');
    const first = runtimeOf({ model, store, tools: [toolOf('ask')], permit: () => ({ do: 'ask', reason: 'r' }) });
    const second = runtimeOf({ model, store, identity: { self: () => ({ pid: 2, started: '2', boot: 'b' }), alive: () => true } });
    const run = await first.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    for (const begin of [second.resume(run.session), second.start({ session: run.session, prompt: 'mine' })])
      await expect(begin).rejects.toMatchObject({
        kind: 'busy',
        message: expect.stringContaining('process 1'),
        facts: { writer: { pid: 1 } },
      });
    await second.approve(run.session, id);
    expect((await run.done).why).toBe('done');
  });

  it('one that was taken for dead and wakes up writes nothing over the other', async () => {
    const store = memorySessions();
    const as = (pid: number, model: Model, more: object = {}) =>
      runtimeOf({
        model,
        store,
        tools: [toolOf('a')],
        identity: { self: () => ({ pid, started: '', boot: '' }), alive: () => false },
        ...more,
      });
    let wake = (): void => {};
    const asleep = modelOf(() => new Promise((resolve) => (wake = () => resolve(calls(call('c1', 'a'))))));
    const before = await as(1, asleep).start({ prompt: 'go' });
    await seen(before, 'input');
    const after = await as(
      2,
      modelOf(() => says('from the second')),
    ).resume(before.session);
    expect(await after.done).toEqual({ why: 'done', answer: 'from the second' });
    const rows = await eventsOf(store, before.session);
    wake();
    await expect(before.done).rejects.toMatchObject({ kind: 'moved-on', message: expect.stringContaining(before.session) });
    expect(await eventsOf(store, before.session)).toEqual(rows);
  });
});

describe('a full disk', () => {
  it('the run ends with what the store says, all that worked for it too; with room again it goes on, and no tool runs twice', async () => {
    const store = memorySessions();
    let full = false;
    const append: typeof store.append = (...args) =>
      full ? Promise.reject(new Error('the disk is full; make room')) : store.append(...args);
    const tool = toolOf('work', { run: () => ((full = true), { output: 'worked', failed: false }) });
    const helper = member(
      'helper',
      modelOf(() => new Promise<never>(() => {})),
    );
    const model = modelOf(({ prompt }) =>
      prompt.some(({ role }) => role === 'tool')
        ? says('done')
        : calls(call('b1', 'run_background_agent', { agent: 'helper', task: 't' }), call('w1', 'work')),
    );
    const runtime = runtimeOf({
      model,
      store: { ...store, append },
      tools: [tool],
      agent: settings('root', { subAgents: ['helper'], background: true }),
      team: new Map([['helper', helper]]),
    });
    const run = await runtime.start({ prompt: 'go' });
    await expect(run.done).rejects.toThrow('the disk is full; make room');
    full = false;
    const again = await runtime.resume(run.session);
    const { id } = await seen(again, 'question');
    expect(id).toMatch(/^may-have-run:/);
    await runtime.answer(run.session, id, { decision: 'deny' });
    expect((await again.done).why).toBe('done');
    expect(tool.ran).toEqual(['w1']);
    await runtime.close();
  });
});

describe('an answer to a request that is gone', () => {
  it('says so, whether it was answered, its call is over, or it was never asked', async () => {
    const runtime = runtimeOf({ model: once('a'), tools: [toolOf('a')], permit: () => ({ do: 'ask', reason: 'r' }) });
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    const gone = { kind: 'gone', message: expect.stringMatching(/has no open question .* look at what is pending/) };
    await expect(runtime.answer(run.session, 'approval:9:x:0', { decision: 'allow' })).rejects.toMatchObject(gone);
    await runtime.answer(run.session, id, { decision: 'allow' });
    await expect(runtime.answer(run.session, id, { decision: 'deny' })).rejects.toMatchObject(gone);
    expect((await run.done).why).toBe('done');
    await expect(runtime.answer(run.session, id, { decision: 'deny' })).rejects.toMatchObject(gone);
  });

  it('two at once: the first counts, and the other does not wait for ever', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: once('a'), store, tools: [toolOf('a')], permit: () => ({ do: 'ask', reason: 'r' }) });
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    await Promise.allSettled([
      runtime.answer(run.session, id, { decision: 'deny' }),
      runtime.answer(run.session, id, { decision: 'allow' }),
    ]);
    expect((await run.done).why).toBe('done');
    const events = await eventsOf(store, run.session);
    expect(events.filter(({ type }) => type === 'answer')).toMatchObject([{ id, decision: 'deny' }]);
    expect(await store.inbox(run.session)).toEqual([]);
  });
});

describe('an agent that the file no longer has', () => {
  const team = (names: readonly string[], model: Model, more: object = {}) => ({
    model,
    agent: settings('root', { handoffs: names.filter((name) => name !== 'root') }),
    team: new Map(names.map((name) => [name, member(name, model)])),
    ...more,
  });

  it('named at the start is refused before there is a session, with the names there are', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({
      ...team(
        ['root', 'clerk'],
        modelOf(() => says('x')),
      ),
      store,
    });
    await expect(runtime.start({ prompt: 'go', agent: 'clark' })).rejects.toThrow(/no agent "clark".*root, clerk/);
    expect(await store.list({})).toEqual([]);
  });

  it('in the middle of a session: it is said, the first agent goes on, and what it had called is not run', async () => {
    const store = memorySessions();
    const tool = toolOf('ledger');
    const before = runtimeOf({
      ...team(
        ['root'],
        modelOf((_, n) => (n === 1 ? calls(call('h1', 'handoff', { agent: 'clerk' })) : says('x'))),
      ),
      agent: settings('root', { handoffs: ['clerk'] }),
      team: new Map([
        [
          'clerk',
          {
            ...member(
              'clerk',
              modelOf(() => calls(call('l1', 'ledger'))),
            ),
            tools: [tool],
            permit: () => ({ do: 'ask' as const, reason: 'r' }),
          },
        ],
      ]),
      store,
    });
    const run = await before.start({ prompt: 'go' });
    await seen(run, 'question');
    await before.stop(run.session);
    const model = modelOf(() => says('I take over'));
    const after = runtimeOf({ ...team(['root'], model), agent: settings('root'), store });
    const again = await after.resume(run.session);
    expect(await again.done).toEqual({ why: 'done', answer: 'I take over' });
    const events = await eventsOf(store, run.session);
    expect(events).toContainEqual({ type: 'notice', text: expect.stringMatching(/no agent "clerk".*root goes on/) });
    expect(events.filter((event) => event.type === 'tool-result' && event.id === 'l1')).toMatchObject([
      { how: 'refused', output: expect.stringContaining('no agent "clerk"') },
    ]);
    expect(tool.ran).toEqual([]);
    expect(await after.pending(run.session)).toEqual([]);
  });

  it('a task of its own in the background ends, and says why', async () => {
    const store = memorySessions();
    const open = (names: readonly string[], model: Model) =>
      runtimeOf({
        model,
        store,
        agent: settings('root', { subAgents: names, background: true }),
        team: new Map(
          names.map((name) => [
            name,
            member(
              name,
              modelOf(() => new Promise<never>(() => {})),
            ),
          ]),
        ),
        identity: { self: () => ({ pid: 1, started: '', boot: '' }), alive: () => false },
      });
    const first = open(
      ['helper'],
      modelOf((_, n) => (n === 1 ? calls(call('b1', 'run_background_agent', { agent: 'helper', task: 't' })) : says('ok'))),
    );
    const run = await first.start({ prompt: 'go' });
    await run.done;
    const second = open(
      [],
      modelOf(() => says('second')),
    );
    const next = await second.start({ session: run.session, prompt: 'more' });
    expect((await next.done).answer).toBe('second');
    const end = second.follow(run.session, 0, new AbortController().signal);
    for await (const { event, path } of end)
      if (path.length > 0 && event.type === 'run-end') {
        expect(event).toMatchObject({ why: 'failed', failure: { message: expect.stringContaining('no agent "helper"') } });
        break;
      }
  });
});

describe('a tool that breaks its word', () => {
  const broken = (over: Partial<Tool>): Tool => ({ ...toolOf('odd'), ...over });
  const fail = (): never => {
    throw new Error('it broke at once');
  };
  it.each<readonly [string, Tool, RegExp]>([
    ['throws when it is asked what it touches', broken({ touches: fail }), /it broke at once/],
    ['throws when it is prepared', broken({ prepare: fail }), /it broke at once/],
    ['throws when it runs', broken({ prepare: async () => ({ run: fail, drop: () => {} }) }), /it broke at once/],
    ['answers nothing', toolOf('odd', { run: () => undefined as never }), /odd answered with no text/],
    ['answers no text', toolOf('odd', { run: () => ({ output: 7, failed: false }) as never }), /odd answered with no text/],
    ['throws what is no error', toolOf('odd', { run: () => Promise.reject('a word') }), /a word/],
  ])('%s: the model is told, and the run goes on', async (_, tool, words) => {
    const store = memorySessions();
    const run = await runtimeOf({ model: once('odd'), store, tools: [tool] }).start({ prompt: 'go' });
    expect(await run.done).toEqual({ why: 'done', answer: 'so be it' });
    const result = (await eventsOf(store, run.session)).find((event) => event.type === 'tool-result');
    expect(result).toMatchObject({ failed: true, output: expect.stringMatching(words) });
  });

  it('rules that break let nothing run', async () => {
    const store = memorySessions();
    const tool = toolOf('a');
    const run = await runtimeOf({ model: once('a'), store, tools: [tool], permit: fail }).start({ prompt: 'go' });
    expect((await run.done).why).toBe('done');
    expect(tool.ran).toEqual([]);
    const result = (await eventsOf(store, run.session)).find((event) => event.type === 'tool-result');
    expect(result).toMatchObject({ how: 'refused', output: expect.stringContaining('it broke at once') });
  });
});

describe('a hook that hangs', () => {
  it.each(['session_start', 'pre_tool_use', 'post_tool_use', 'before_llm_call', 'stop'])(
    '%s: a stop ends the run all the same',
    async (event) => {
      const store = memorySessions();
      let reached = (): void => {};
      const there = new Promise<void>((resolve) => (reached = resolve));
      const hooks: Hooks = { has: (one) => one === event, run: () => (reached(), new Promise<never>(() => {})) };
      const runtime = runtimeOf({ model: once('a'), tools: [toolOf('a')], store, hooks });
      const run = await runtime.start({ prompt: 'go' });
      await there;
      await runtime.stop(run.session);
      expect((await run.done).why).toBe('stopped');
      // It had done its work: a stop does not make it unknown.
      if (event === 'post_tool_use')
        expect((await eventsOf(store, run.session)).filter(({ type }) => type === 'tool-result')).toMatchObject([
          { how: 'done', output: 'a ok' },
        ]);
    },
  );
});

describe('a model that streams garbage', () => {
  const odd = (...parts: readonly unknown[]): Part[] => parts as Part[];
  const answers = async (parts: readonly Part[], then: readonly Part[] = says('then well')) => {
    const store = memorySessions();
    const tool = toolOf('a');
    const runtime = runtimeOf({ model: modelOf((_, n) => (n === 1 ? parts : then)), store, tools: [tool] });
    const run = await runtime.start({ prompt: 'go' });
    return { runtime, run, store, tool, result: await run.done };
  };

  it.each<readonly [string, readonly Part[], RegExp]>([
    ['no end', odd(...text('half')), /broke off without a finish/],
    ['nothing', [], /broke off without a finish/],
    ['an end that says nothing', odd(...text('half'), { type: 'finish' }), /finish/],
    ['an error that is none', odd({ type: 'error', error: 'just words' }), /just words/],
  ])('%s: the run fails with a sentence, and goes on when asked', async (_, parts, words) => {
    const { result, runtime, run } = await answers(parts);
    expect(result).toMatchObject({ why: 'failed', failure: { message: expect.stringMatching(words) } });
    expect(await (await runtime.resume(run.session)).done).toEqual({ why: 'done', answer: 'then well' });
  });

  it('parts nobody knows, text that is no text and usage that is no number do no harm', async () => {
    const usage = { inputTokens: { total: Number.NaN }, outputTokens: { total: -3 } };
    const stop = { unified: 'stop', raw: 'stop' };
    const { result, runtime, run } = await answers(
      odd(
        { type: 'nonsense' },
        { type: 'text-delta', id: 'x', delta: 7 },
        { type: 'text-end', id: 'never' },
        { type: 'finish', usage, finishReason: stop },
      ),
    );
    expect(result).toEqual({ why: 'done', answer: '7' });
    expect((await runtime.state(run.session)).spent).toMatchObject({ input: 0, output: 0 });
  });

  it('calls without name, id or text are calls all the same, and each is told what is wrong with it', async () => {
    const { result, store, run, tool } = await answers(
      odd(
        { type: 'tool-call' },
        { type: 'tool-call', toolCallId: 4, toolName: 'a', input: { x: 1 } },
        { type: 'tool-call', toolName: 'a', input: 5 },
        finish('tool-calls'),
      ),
    );
    expect(result).toEqual({ why: 'done', answer: 'then well' });
    const results = (await eventsOf(store, run.session)).filter((event) => event.type === 'tool-result');
    expect(results.map(({ how }) => how)).toEqual(['refused', 'refused', 'done']);
    expect(tool.ran).toEqual(['4']);
  });
});
