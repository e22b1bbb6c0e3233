import { describe, expect, it } from 'vitest';
import { systemClock } from '@holdfast/core/engine';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { LiveEvent } from '../src/live.ts';
import type { EventRow, RunEvent } from '../src/rules/events.ts';
import type { Runtime } from '../src/runtime.ts';
import { call, calls, eventsOf, finish, modelOf, runtimeOf, says, seen, text, toolOf } from './kit.ts';

const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
const results = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'tool-result');

describe('runs', () => {
  it('R3: a turn with one tool costs two appends: the reply with its start, and the result', async () => {
    const store = memorySessions();
    const appends: string[][] = [];
    const counted = {
      ...store,
      append: (...args: Parameters<typeof store.append>) => (appends.push(types(args[2].map(({ event }) => event))), store.append(...args)),
    };
    const add = toolOf('add', { run: () => ({ output: '4', failed: false }) });
    const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'add', { a: 2 })) : says('it is ', '4')));
    const run = await runtimeOf({ model, store: counted, tools: [add] }).start({ prompt: 'what is 2+2?' });
    expect(await run.done).toEqual({ why: 'done', answer: 'it is 4' });
    expect(appends).toEqual([['run-start', 'input'], ['model-reply', 'tool-start'], ['tool-result'], ['model-reply', 'run-end']]);
    const rows: EventRow[] = [];
    for await (const row of run.events) rows.push(row);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(types(await eventsOf(store, run.session))).toEqual(types(rows.map(({ event }) => event)));
  });

  it('R3: a question adds an append of its own, and the results of one moment share one', async () => {
    const store = memorySessions();
    const appends: string[][] = [];
    const counted = {
      ...store,
      append: (...args: Parameters<typeof store.append>) => (appends.push(types(args[2].map(({ event }) => event))), store.append(...args)),
    };
    const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'a'), call('c2', 'b')) : says('ok')));
    const runtime = runtimeOf({
      model,
      store: counted,
      tools: [toolOf('a'), toolOf('b')],
      permit: ({ tool }) => (tool.name === 'a' ? { do: 'ask', reason: 'why' } : { do: 'run' }),
    });
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    await runtime.approve(run.session, id);
    await run.done;
    expect(appends.slice(1)).toEqual([
      ['model-reply', 'question'],
      ['answer', 'tool-start', 'tool-start'],
      ['tool-result', 'tool-result'],
      ['model-reply', 'run-end'],
    ]);
  });

  it('a call that cannot run goes back to the model as a tool error that says what was wrong', async () => {
    const store = memorySessions();
    const list = toolOf('list', { touches: () => Promise.reject(new Error('no folder /nowhere')) });
    const model = modelOf((_, n) =>
      n === 1 ? calls(call('c1', 'lst'), call('c2', 'list', '{"path": '), call('c3', 'list', '[1]'), call('c4', 'list')) : says('sorry'),
    );
    const run = await runtimeOf({ model, store, tools: [list, toolOf('read')] }).start({ prompt: 'go' });
    expect((await run.done).answer).toBe('sorry');
    const [unknown, broken, array, nowhere] = results(await eventsOf(store, run.session)) as (RunEvent & { type: 'tool-result' })[];
    expect(unknown?.output).toBe("Tool 'lst' does not exist. The tools are: list, read.");
    expect(broken?.output).toMatch(/^The arguments of list are not valid JSON: .*Received: \{"path":$/);
    expect(array?.output).toBe('The arguments of list must be a JSON object. Received: [1]');
    expect(nowhere?.output).toBe('no folder /nowhere');
    expect([unknown, broken, array, nowhere].every((one) => one?.how === 'refused' && one.failed)).toBe(true);
    expect(list.ran).toEqual([]);
  });

  it('with nobody there an approval is refused', async () => {
    const store = memorySessions();
    const tool = toolOf('write');
    const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'write')) : says('could not')));
    const permit = () => ({ do: 'ask', reason: 'it writes' }) as const;
    const run = await runtimeOf({ model, store, tools: [tool], attended: false, permit }).start({ prompt: 'go' });
    expect((await run.done).answer).toBe('could not');
    const [result] = results(await eventsOf(store, run.session));
    expect(result).toMatchObject({ how: 'refused', output: expect.stringContaining('nobody is there') });
    expect(tool.ran).toEqual([]);
  });

  it('a rejected call tells the model the reason; `allow-tool` holds for the rest of the session', async () => {
    const store = memorySessions();
    const tool = toolOf('write');
    const model = modelOf((_, n) => (n < 4 ? calls(call(`c${n}`, 'write', { n })) : says('ok')));
    const runtime = runtimeOf({
      model,
      store,
      tools: [tool],
      permit: ({ allowed }) => (allowed.has('write') ? { do: 'run' } : { do: 'ask', reason: 'it writes' }),
    });
    const run = await runtime.start({ prompt: 'go' });
    const decisions = [{ decision: 'deny', reason: 'not there' } as const, { decision: 'allow-tool' } as const];
    for await (const { event } of run.events) {
      const answer = event.type === 'question' && decisions.shift();
      if (event.type === 'question' && answer) await runtime.answer(run.session, event.id, answer);
    }
    expect((await run.done).why).toBe('done');
    expect(tool.ran).toEqual(['c2', 'c3']);
    const events = await eventsOf(store, run.session);
    expect(events.filter(({ type }) => type === 'question')).toHaveLength(2);
    expect(results(events)[0]).toMatchObject({ output: 'The user rejected the tool call. Reason: not there' });
  });

  it('ids that a model uses twice become unique: the call id is the idempotency key of its tool', async () => {
    const tool = toolOf('a');
    const model = modelOf((_, n) => (n < 3 ? calls(call('call_0', 'a', { n, i: 0 }), call('call_0', 'a', { n, i: 1 })) : says('ok')));
    const run = await runtimeOf({ model, tools: [tool] }).start({ prompt: 'go' });
    expect((await run.done).why).toBe('done');
    expect(tool.ran[0]).toBe('call_0');
    expect(new Set(tool.ran).size).toBe(4);
  });

  it('a tool that throws is an error for the model, one that says nothing says so', async () => {
    const store = memorySessions();
    const tools = [
      toolOf('bad', { run: () => Promise.reject(new Error('disk on fire')) }),
      toolOf('mute', { run: () => ({ output: '', failed: false }) }),
    ];
    const model = modelOf((_, n) => (n === 1 ? calls(call('1', 'bad'), call('2', 'mute')) : says('ok')));
    const run = await runtimeOf({ model, store, tools }).start({ prompt: 'go' });
    await run.done;
    const found = results(await eventsOf(store, run.session)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(found).toMatchObject([
      { output: 'Error calling tool: disk on fire', failed: true, how: 'done' },
      { output: '(no output)', failed: false, how: 'done' },
    ]);
  });

  it('the same calls over and over end the run; a limit on turns does too, and going on counts anew', async () => {
    const stuck = modelOf((_, n) => calls(call(`c${n}`, 'a', n % 2 ? { x: 1, y: 2 } : { y: 2, x: 1 })));
    const run = await runtimeOf({ model: stuck, tools: [toolOf('a')] }).start({ prompt: 'go' });
    expect(await run.done).toMatchObject({ why: 'failed', failure: { kind: 'tool-loop' } });
    // Told once after five, stopped when it goes on.
    expect(stuck.asked).toHaveLength(6);

    const busy = modelOf((_, n) => calls(call(`c${n}`, 'a', { n })));
    const agent = { name: 'root', file: '/a.yaml', instruction: '', cwd: '/', maxIterations: 3 };
    const runtime = runtimeOf({ model: busy, tools: [toolOf('a')], agent, attended: false });
    const limited = await runtime.start({ prompt: 'go' });
    expect((await limited.done).why).toBe('out-of-turns');
    expect(busy.asked).toHaveLength(3);
    expect((await (await runtime.resume(limited.session)).done).why).toBe('out-of-turns');
    expect(busy.asked).toHaveLength(6);
  });

  it('a failed call ends the run with what was shown; resumed, it asks once more', async () => {
    const failure = Object.assign(new Error('all rest'), { kind: 'resting', facts: { retryAt: 5 }, salvaged: 'half' });
    const model = modelOf((_, n) => (n === 1 ? [...text('half').slice(0, 2), { type: 'error', error: failure }] : says('whole')));
    const runtime = runtimeOf({ model });
    const run = await runtime.start({ prompt: 'go' });
    expect(await run.done).toEqual({
      why: 'failed',
      failure: { kind: 'resting', message: 'all rest', retryAt: 5, salvaged: 'half' },
      answer: '',
    });
    expect(await (await runtime.resume(run.session)).done).toEqual({ why: 'done', answer: 'whole' });
    expect(model.asked[1]?.prompt).toEqual(model.asked[0]?.prompt);
  });

  it('a stream that ends without a finish is truncated, never an answer', async () => {
    const run = await runtimeOf({ model: modelOf(() => text('half')) }).start({ prompt: 'go' });
    expect(await run.done).toMatchObject({ why: 'failed', failure: { kind: 'truncated', salvaged: 'half' } });
  });

  it('an empty turn after tools ends the run, and is left out of later prompts', async () => {
    const model = modelOf((_, n) => (n === 1 ? calls(call('1', 'a')) : n === 2 ? [finish()] : says('hello')));
    const runtime = runtimeOf({ model, tools: [toolOf('a')] });
    const run = await runtime.start({ prompt: 'go' });
    expect(await run.done).toEqual({ why: 'done', answer: '' });
    await (
      await runtime.start({ prompt: 'and?', session: run.session })
    ).done;
    expect(model.asked[2]?.prompt.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
  });

  it('resuming a finished run answers at once and appends nothing', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: modelOf(() => says('done that')), store });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    const before = (await store.read(run.session, 0)).length;
    const again = await runtime.resume(run.session);
    expect(await again.done).toEqual({ why: 'done', answer: 'done that' });
    for await (const _ of again.events) throw new Error('no event was expected');
    expect((await store.read(run.session, 0)).length).toBe(before);
    using _lock = await store.lock(run.session, { pid: 9, started: '', boot: '' }, () => true);
  });

  it('two live runs of one session: the second is told who drives it', async () => {
    const runtime = runtimeOf({ model: modelOf(() => text('…'), true) });
    const run = await runtime.start({ prompt: 'go' });
    await expect(runtime.start({ prompt: 'me too', session: run.session })).rejects.toMatchObject({
      kind: 'busy',
      facts: { writer: { pid: 1 } },
    });
    await expect(runtime.resume('no such')).rejects.toMatchObject({ kind: 'missing' });
    await runtime.close();
  });
});

describe('steering', () => {
  it('is taken between steps; a follow-up gets a turn of its own, one after the other', async () => {
    const model = modelOf(({ prompt }) => {
      const users = prompt.filter(({ role }) => role === 'user').length;
      const tools = prompt.some(({ role }) => role === 'tool');
      return tools ? says(`answer to ${users}`) : calls(call('c', 'a'));
    });
    const at: { runtime?: Runtime; session?: string } = {};
    const tool = toolOf('a', {
      run: async () => {
        await at.runtime?.followUp(at.session ?? '', 'later 1');
        await at.runtime?.followUp(at.session ?? '', 'later 2');
        await at.runtime?.steer(at.session ?? '', 'now');
        return { output: 'ok', failed: false };
      },
    });
    const store = memorySessions();
    at.runtime = runtimeOf({ model, store, tools: [tool] });
    await store.create({ id: 's', file: '/a.yaml', agent: 'root', cwd: '/', at: 0 });
    at.session = 's';
    const run = await at.runtime.start({ prompt: 'go', session: 's' });
    expect(await run.done).toEqual({ why: 'done', answer: 'answer to 4' });
    const events = await eventsOf(store, 's');
    expect(events.map((event) => (event.type === 'input' ? event.text : event.type))).toEqual([
      'run-start',
      'go',
      'model-reply',
      'tool-start',
      'tool-result',
      'now',
      'model-reply',
      'later 1',
      'model-reply',
      'later 2',
      'model-reply',
      'run-end',
    ]);
    expect(await store.inbox('s')).toEqual([]);
  });

  it('said while nothing runs, it waits for the next run', async () => {
    const model = modelOf(({ prompt }) => says(`${prompt.filter(({ role }) => role === 'user').length}`));
    const runtime = runtimeOf({ model });
    const run = await runtime.start({ prompt: 'one' });
    await run.done;
    await runtime.steer(run.session, 'two');
    expect((await (await runtime.resume(run.session)).done).answer).toBe('2');
  });
});

describe('stop', () => {
  const stopped = async (over: Parameters<typeof runtimeOf>[0], until: RunEvent['type']) => {
    const store = memorySessions();
    const runtime = runtimeOf({ ...over, store });
    const run = await runtime.start({ prompt: 'go' });
    await seen(run, until);
    await runtime.stop(run.session);
    expect((await run.done).why).toBe('stopped');
    return { runtime, run, store, events: await eventsOf(store, run.session) };
  };

  it('reaches a model that does not heed it, and cancels one that does', async () => {
    let cancelled = false;
    const deaf = modelOf(() => new Promise(() => {}));
    expect(types((await stopped({ model: deaf }, 'input')).events)).toEqual(['run-start', 'input', 'run-end']);
    const hanging = modelOf(() => []);
    hanging.doStream = async () => ({ stream: new ReadableStream({ cancel: () => void (cancelled = true) }, { highWaterMark: 0 }) });
    await stopped({ model: hanging }, 'input');
    expect(cancelled).toBe(true);
  });

  it('ends a question; resumed, the same question is asked again, and a new prompt instead drops the call', async () => {
    const tool = toolOf('a');
    const ask = () => ({ do: 'ask', reason: 'why' }) as const;
    const model = modelOf(({ prompt }) => (prompt.some(({ role }) => role === 'tool') ? says('ok') : calls(call('c1', 'a'))));
    const { runtime, run, store } = await stopped({ model, tools: [tool], permit: ask }, 'question');
    const again = await runtime.resume(run.session);
    const question = await seen(again, 'question');
    await runtime.stop(run.session);
    const asked = (await eventsOf(store, run.session)).filter((event) => event.type === 'question');
    expect(asked.map(({ id }) => id)).toEqual([question.id, question.id]);
    const other = await runtime.start({ prompt: 'never mind', session: run.session });
    expect((await other.done).why).toBe('done');
    expect(results(await eventsOf(store, run.session))).toMatchObject([
      { how: 'refused', output: expect.stringContaining('the user stopped') },
    ]);
    expect(tool.ran).toEqual([]);
  });

  it('T5: kills tools; what they said last is kept, one that does not heed it is left', async () => {
    const heeds = toolOf('heeds', {
      run: (_, __, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve({ output: 'half way', failed: true }), { once: true })),
    });
    const deaf = toolOf('deaf', { run: () => new Promise(() => {}) });
    const later = toolOf('later', { sequential: true });
    const model = modelOf(() => calls(call('1', 'heeds'), call('2', 'deaf'), call('3', 'later')));
    const { events } = await stopped({ model, tools: [heeds, deaf, later], clock: systemClock }, 'tool-start');
    const found = results(events);
    expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([
      { id: '1', how: 'unknown', output: expect.stringMatching(/^half way\nThe user stopped/) },
      { id: '2', how: 'unknown', output: expect.stringMatching(/^The user stopped/) },
      { id: '3', how: 'refused' },
    ]);
    expect(later.ran).toEqual([]);
    expect(events.filter(({ type }) => type === 'tool-start')).toMatchObject([{ id: '1' }, { id: '2' }]);
    expect(events.at(-1)).toEqual({ type: 'run-end', why: 'stopped' });
  });
});

describe('live', () => {
  it('M2: pieces carry the attempt whose reply is recorded; a withdrawal ends the showing before', async () => {
    const store = memorySessions();
    const record = {
      id: 'call-7',
      target: 'b/two',
      place: 1,
      usage: { output: 2 },
      usd: 0.5,
      marks: ['mark'],
      attempts: [{ attempt: 1, target: 'a/one' }],
    };
    const failure = { kind: 'overload', message: 'overloaded' };
    const model = modelOf(() => [
      ...text('Hel'),
      { type: 'raw', rawValue: { holdfast: { type: 'withdrawn', attempt: 1, failure } } },
      ...text('Good ', 'day'),
      finish('stop', record),
    ]);
    const runtime = runtimeOf({ model, store });
    const live: LiveEvent[] = [];
    using _listening = runtime.live((event) => live.push(event));
    using _broken = runtime.live(() => {
      throw new Error('a listener of no account');
    });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).answer).toBe('Good day');
    const pieces = live.filter((event) => event.type !== 'tool-output');
    const [first, , second] = pieces.map(({ attempt }) => attempt);
    expect(pieces.map((event) => [event.type, event.type === 'withdrawn' ? event.kind : event.text, event.attempt])).toEqual([
      ['text', 'Hel', first],
      ['withdrawn', 'overload', first],
      ['text', 'Good ', second],
      ['text', 'day', second],
    ]);
    expect(first).not.toBe(second);
    const rows = await store.read(run.session, 0);
    const reply = rows.find(({ event }) => event.type === 'model-reply');
    expect(reply?.attempt).toBe(second);
    expect(reply?.event).toMatchObject({
      call: 'call-7',
      usd: 0.5,
      usage: { output: 2 },
      marks: ['mark'],
      origin: { place: 1, ref: 'b/two' },
    });
    expect(rows.map(({ event }) => event)).toContainEqual({ type: 'attempt-withdrawn', turn: 1, attempt: 1, target: 'a/one', ...failure });
  });

  it('what is stored, shown and said again to a model is redacted', async () => {
    const store = memorySessions();
    const redact = <T>(data: T): T => JSON.parse(JSON.stringify(data).replaceAll('sk-secret', '[redacted]')) as T;
    const tool = toolOf('a', { run: () => ({ output: 'key=sk-secret', failed: false }) });
    const model = modelOf((_, n) => (n === 1 ? calls(...text('sk-secret'), call('1', 'a', { k: 'sk-secret' })) : says('sk-secret')));
    const runtime = runtimeOf({ model, store, tools: [tool], redact });
    const live: LiveEvent[] = [];
    using _listening = runtime.live((event) => live.push(event));
    const run = await runtime.start({ prompt: 'my key is sk-secret' });
    const result = await run.done;
    for (const data of [await store.read(run.session, 0), live, model.asked.map(({ prompt }) => prompt), result, await store.list({})]) {
      expect(JSON.stringify(data)).not.toContain('sk-secret');
      expect(data).not.toEqual([]);
    }
  });

  it('M1: the target that answered is named in the next call; tools and who asks are told', async () => {
    const model = modelOf((_, n) => (n === 1 ? calls(call('1', 'a')) : says('ok')));
    const run = await runtimeOf({ model, tools: [toolOf('a')], caller: 'ci' }).start({ prompt: 'go' });
    await run.done;
    const [first, second] = model.asked.map(({ providerOptions }) => providerOptions?.['holdfast']);
    expect(first).toEqual({ run: run.run, session: run.session, onPartial: 'restart', caller: 'ci' });
    expect(second).toEqual({ ...first, keep: { place: 0, ref: 'fake/one' } });
    expect(model.asked[0]?.tools).toEqual([
      { type: 'function', name: 'a', description: 'does a', inputSchema: { type: 'object', properties: {} } },
    ]);
  });
});
