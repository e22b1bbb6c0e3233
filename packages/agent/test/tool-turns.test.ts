import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { Prepared, ToolContext, ToolOutput } from '../src/ports.ts';
import type { RunEvent } from '../src/rules/events.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, seen, toolOf } from './kit.ts';

const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
const results = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'tool-result');

describe('the calls of one reply', () => {
  it('T4: a sequential call runs alone, in its place', async () => {
    const log: string[] = [];
    const run = async (_: unknown, id: string) => {
      log.push(`+${id}`);
      for (let i = 0; i < 5; i++) await Promise.resolve();
      log.push(`-${id}`);
      return { output: 'ok', failed: false };
    };
    const tools = [toolOf('free', { run }), toolOf('alone', { run, sequential: true })];
    const model = modelOf((_, n) =>
      n === 1 ? calls(call('1', 'free'), call('2', 'free'), call('3', 'alone'), call('4', 'alone'), call('5', 'free')) : says('ok'),
    );
    await (
      await runtimeOf({ model, tools }).start({ prompt: 'go' })
    ).done;
    expect(log).toEqual(['+1', '+2', '-1', '-2', '+3', '-3', '+4', '-4', '+5', '-5']);
  });

  /** A run of one reply with these calls: what was appended together. Whose name begins with `alone` is sequential. */
  const appended = async (names: readonly string[], over: Partial<Parameters<typeof runtimeOf>[0]> = {}) => {
    const store = memorySessions();
    const appends: string[][] = [];
    const worded = (event: RunEvent) =>
      event.type === 'tool-start' || event.type === 'tool-result' ? `${event.type} ${event.id}` : event.type;
    const append: typeof store.append = (...args) => (appends.push(args[2].map(({ event }) => worded(event))), store.append(...args));
    const model = modelOf((_, n) => (n === 1 ? calls(...names.map((name, i) => call(`${i + 1}`, name))) : says('ok')));
    const tools = names.map((name) => toolOf(name, { sequential: name.startsWith('alone') }));
    const run = await runtimeOf({ model, store: { ...store, append }, tools, ...over }).start({ prompt: 'go' });
    await run.done;
    return appends.slice(1, -1);
  };

  it('T6: a call that has to wait has no `tool-start` before its turn, and a turn of sequential calls costs no append more', async () => {
    expect(await appended(['alone-a', 'alone-b', 'alone-c'])).toEqual([
      ['model-reply', 'tool-start 1'],
      ['tool-result 1', 'tool-start 2'],
      ['tool-result 2', 'tool-start 3'],
      ['tool-result 3'],
    ]);
    expect(await appended(['a', 'alone-b', 'c', 'd'])).toEqual([
      ['model-reply', 'tool-start 1'],
      ['tool-result 1', 'tool-start 2'],
      ['tool-result 2', 'tool-start 3', 'tool-start 4'],
      ['tool-result 3', 'tool-result 4'],
    ]);
  });

  it('T2: a call that cannot be prepared has no `tool-start`, and holds nobody up', async () => {
    const bad = (name: string) => ({ ...toolOf(name, { sequential: true }), prepare: () => Promise.reject(new Error('no such folder')) });
    const tools = [toolOf('alone-a', { sequential: true }), bad('alone-bad'), toolOf('alone-c', { sequential: true }), bad('alone-last')];
    expect(await appended(['alone-bad', 'alone-a', 'alone-bad', 'alone-c', 'alone-last'], { tools })).toEqual([
      ['model-reply', 'tool-result 1', 'tool-start 2'],
      ['tool-result 2', 'tool-result 3', 'tool-start 4'],
      ['tool-result 4', 'tool-result 5'],
    ]);
    expect(await appended(['alone-bad', 'alone-last'], { tools })).toEqual([['model-reply', 'tool-result 1', 'tool-result 2']]);
  });
});

describe('a call that waits its turn', () => {
  /** Three shells in one reply; what is prepared and let go of is noted. */
  const shells = (
    run: (id: string, signal: AbortSignal) => Promise<ToolOutput>,
    prepare: (id: string) => Promise<void> | void = () => {},
  ) => {
    const log: string[] = [];
    const tool = {
      ...toolOf('shell', { sequential: true }),
      prepare: async (_: unknown, { id, signal }: ToolContext): Promise<Prepared> => {
        log.push(`prepare ${id}`);
        await prepare(id);
        return { run: () => (log.push(`run ${id}`), run(id, signal)), drop: () => void log.push(`drop ${id}`) };
      },
    };
    const model = modelOf((_, n) => (n === 1 ? calls(call('1', 'shell'), call('2', 'shell'), call('3', 'shell')) : says('ok')));
    return { log, tool, model };
  };
  const ok = async () => ({ output: 'ok', failed: false });

  it('is prepared when what it waits for is over', async () => {
    const { log, tool, model } = shells(ok);
    await (
      await runtimeOf({ model, tools: [tool] }).start({ prompt: 'go' })
    ).done;
    expect(log).toEqual(['prepare 1', 'run 1', 'prepare 2', 'run 2', 'prepare 3', 'run 3']);
  });

  it('is refused in the append of the result before it, when the run is stopped', async () => {
    const store = memorySessions();
    const appends: string[][] = [];
    const append: typeof store.append = (...args) => (appends.push(types(args[2].map(({ event }) => event))), store.append(...args));
    const { log, tool, model } = shells(
      (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ output: 'half way', failed: true }))),
    );
    const runtime = runtimeOf({ model, store: { ...store, append }, tools: [tool] });
    const run = await runtime.start({ prompt: 'go' });
    await seen(run, 'tool-start');
    await runtime.stop(run.session);
    expect(log).toEqual(['prepare 1', 'run 1']);
    expect(appends.slice(1)).toEqual([['model-reply', 'tool-start'], ['tool-result', 'tool-result', 'tool-result'], ['run-end']]);
    expect(results(await eventsOf(store, run.session)).map(({ how }) => how)).toEqual(['unknown', 'refused', 'refused']);
  });

  it('is refused when the run is stopped while it is prepared, and what was held is let go', async () => {
    const store = memorySessions();
    let free = () => {};
    let reached = () => {};
    const preparing = new Promise<void>((resolve) => (reached = resolve));
    const { log, tool, model } = shells(ok, (id) =>
      id === '2' ? (reached(), new Promise<void>((resolve) => (free = resolve))) : undefined,
    );
    const runtime = runtimeOf({ model, store, tools: [tool] });
    const run = await runtime.start({ prompt: 'go' });
    await preparing;
    await runtime.stop(run.session);
    free();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['prepare 1', 'run 1', 'prepare 2', 'drop 2']);
    const events = await eventsOf(store, run.session);
    expect(results(events).map(({ how }) => how)).toEqual(['done', 'refused', 'refused']);
    expect(types(events).filter((type) => type === 'tool-start')).toHaveLength(1);
  });

  it('is let go of, and not run, when its start cannot be stored', async () => {
    const store = memorySessions();
    const append: typeof store.append = (...args) =>
      args[2].some(({ event }) => event.type === 'tool-start' && event.id === '2')
        ? Promise.reject(new Error('disk full'))
        : store.append(...args);
    const { log, tool, model } = shells(ok);
    const run = await runtimeOf({ model, store: { ...store, append }, tools: [tool] }).start({ prompt: 'go' });
    await expect(run.done).rejects.toThrow('disk full');
    expect(log).toEqual(['prepare 1', 'run 1', 'prepare 2', 'drop 2']);
    expect(types(await eventsOf(store, run.session)).at(-1)).toBe('tool-start');
  });

  it.each(['allowed by rule', 'approved'])('%s, is run on resume unasked when the process died before its turn', async (how) => {
    const store = memorySessions();
    let dead = false;
    const append: typeof store.append = (...args) => (dead ? Promise.reject(new Error('power cut')) : store.append(...args));
    const first = shells(async () => ((dead = true), ok()));
    const permit = () => (how === 'approved' ? ({ do: 'ask', reason: 'why' } as const) : ({ do: 'run' } as const));
    const before = runtimeOf({ model: first.model, store: { ...store, append }, tools: [first.tool], permit });
    const run = await before.start({ prompt: 'go' });
    const answering = (async () => {
      for await (const { event } of run.events) if (event.type === 'question') await before.approve(run.session, event.id);
    })();
    await expect(run.done).rejects.toThrow('power cut');
    await answering;
    const asked = types(await eventsOf(store, run.session)).filter((type) => type === 'question').length;
    expect(asked).toBe(how === 'approved' ? 3 : 0);

    const second = shells(ok);
    const identity = { self: () => ({ pid: 2, started: '2', boot: 'b' }), alive: () => false };
    const after = runtimeOf({ model: modelOf(() => says('done')), store, tools: [second.tool], permit, identity, attended: false });
    expect(await (await after.resume(run.session)).done).toEqual({ why: 'done', answer: 'done' });
    expect(second.log.filter((line) => line.startsWith('run'))).toEqual(['run 2', 'run 3']);
    const events = await eventsOf(store, run.session);
    expect(results(events).map(({ id, how: end }) => [id, end])).toEqual([
      ['1', 'unknown'],
      ['2', 'done'],
      ['3', 'done'],
    ]);
    // The one more is about what may have run.
    expect(types(events).filter((type) => type === 'question')).toHaveLength(asked + 1);
  });
});
