import { AsyncLocalStorage } from 'node:async_hooks';
import { agentRuntime, memorySessions } from '@holdfast/agent';
import {
  callInfoOf,
  generateWith,
  holdfast,
  isModelFailure,
  laneRegistry,
  metaCalls,
  systemClock,
  systemNewId,
  type HoldfastOptions,
  type Model,
} from '@holdfast/core';
import type { Target } from '@holdfast/core/engine';
import { scriptedModel, VirtualClock, type ModelAnswer, type ScriptedModel } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { failureOf, PROMPT, scene, tell } from './scene.ts';

const SECOND = 1000;
const MINUTE = 60_000;

type Own = { readonly caller?: string; readonly run?: string; readonly priority?: number };

/** Ms after which a call was answered whole, from the clock's start. */
const generated = async (model: Model, clock: VirtualClock, own: Own = {}, abortSignal?: AbortSignal): Promise<number> => {
  await model.doGenerate({ prompt: PROMPT, providerOptions: { holdfast: own }, ...(abortSignal && { abortSignal }) });
  return clock.mono();
};

const opened = async (model: Model, abortSignal?: AbortSignal) =>
  (await model.doStream({ prompt: PROMPT, ...(abortSignal && { abortSignal }) })).stream;

const read = async (reader: { read(): Promise<{ readonly done: boolean }> }): Promise<void> => {
  while (!(await reader.read()).done);
};

/** Every model in one lane, of one place unless said otherwise. */
const inOne = (options: Record<string, unknown> = {}): Partial<HoldfastOptions> => ({
  lanes: { one: { match: ['*'], concurrency: 1, ...options } },
});

describe('a chain in lanes', () => {
  it("time in the queue is nobody else's: limits begin with the slot, and the record says how long it waited", async () => {
    const { clock, model, events, health } = scene({ a: { text: 'hello', after: 1000 } }, { ...inOne(), timeouts: { firstToken: 1500 } });
    const calls = Array.from({ length: 5 }, () => tell2(model));
    const told = await clock.run(Promise.all(calls));
    expect(clock.mono()).toBe(5000);
    expect(told.map(({ record }) => record!.attempts.map(({ laneWaitMs, ms }) => [laneWaitMs, ms]))).toEqual(
      [0, 1000, 2000, 3000, 4000].map((waited) => [[waited, 1000]]),
    );
    const ends = events.filter((event) => event.type === 'attempt-end');
    expect(ends.map((event) => event.type === 'attempt-end' && event.laneWaitMs)).toEqual([0, 1000, 2000, 3000, 4000]);
    const waits = events.filter((event) => event.type === 'lane-wait');
    expect(waits.map(({ lane, position, target, attempt }) => [lane, position, target, attempt])).toEqual(
      [0, 1, 2, 3].map((position) => ['one', position, 'lab/a', 1]),
    );
    expect(await health.list()).toEqual([]);
    expect(clock.armed).toBe(0);
  });

  it('a model is not late for what its call waited: nobody is asked beside it', async () => {
    const lanes = laneRegistry({ one: { match: ['lab/a'], concurrency: 1 } });
    const usual = Array.from({ length: 20 }, () => ({ text: 'hello', after: 100 }));
    const answers = [...usual, { text: 'hello', after: 90 }];
    const { clock, model, models, events } = scene({ a: answers, b: { text: 'other' } }, { lanes, hedge: true });
    for (let n = 0; n < 20; n++) await clock.run(tell2(model));
    await clock.run(Promise.all([1, 2, 3].map(() => tell2(model))));
    expect(events.filter(({ type }) => type === 'hedge')).toEqual([]);
    expect([models['a']!.requests.length, models['b']!.requests.length]).toEqual([23, 0]);
    await lanes.closeAll();
  });

  it("the call's total ends a wait in the queue, and cools nothing", async () => {
    const { clock, model, models, health } = scene({ a: { text: 'hello', after: 60 * SECOND } }, { ...inOne(), timeouts: { total: 5000 } });
    const first = opened(model).then(tell);
    const waits = failureOf(model.doGenerate({ prompt: PROMPT }));
    const failure = await clock.run(waits);
    expect(clock.mono()).toBe(5000);
    expect(failure.record.attempts).toMatchObject([
      { laneWaitMs: 5000, failure: { facts: { code: 'queue-timeout', lane: { name: 'one' } } } },
    ]);
    expect(models['a']!.requests).toHaveLength(1);
    await clock.run(first.catch(() => {}));
    expect(await health.list()).toEqual([]);
  });

  it('B4.47, B4.26: who leaves the queue leaves at once: no failover, nobody asked, and the error says whose call it was', async () => {
    const { clock, model, models, events } = scene({ a: { text: 'hello', after: 1000 }, b: { text: 'other' } }, inOne());
    const first = opened(model).then(tell);
    const leaver = new AbortController();
    const reason = new Error('gone');
    const waits = generated(model, clock, { caller: 'ann', run: 'r1' }, leaver.signal).catch((error: unknown) => error);
    await clock.advance(10);
    leaver.abort(reason);
    const error = await clock.run(waits);
    expect(error).toBe(reason);
    expect(clock.mono()).toBe(10);
    expect(callInfoOf(error)).toMatchObject({ caller: 'ann', run: 'r1', messages: PROMPT });
    expect(events.filter(({ type }) => type === 'switch')).toEqual([]);
    await clock.run(first);
    expect([models['a']!.requests.length, models['b']!.requests.length]).toEqual([1, 0]);
  });

  it.each(['generate', 'stream'] as const)('an abort while it runs ends it and frees the slot: %s', async (how) => {
    const { clock, model, models } = scene({ a: [{ text: 'never', after: MINUTE }, { text: 'next' }] }, inOne());
    const leaver = new AbortController();
    const first: Promise<unknown> = how === 'generate' ? generated(model, clock, {}, leaver.signal) : opened(model, leaver.signal);
    const next = generated(model, clock);
    clock.after(100, () => leaver.abort(new Error('stop')));
    await expect(clock.run(first)).rejects.toThrow('stop');
    expect(await clock.run(next)).toBe(100);
    expect(models['a']!.open).toBe(0);
  });

  it('B4.13: detach all: an answer that is not streamed goes on when its caller leaves', async () => {
    const { clock, model } = scene({ a: { text: 'hello', after: 300 } }, inOne({ detach: 'all' }));
    const leaver = new AbortController();
    clock.after(100, () => leaver.abort(new Error('stop')));
    const streamed = opened(model, leaver.signal).catch((error: unknown) => error);
    expect(await clock.run(streamed)).toMatchObject({ message: 'stop' });
    const whole = new AbortController();
    clock.after(100, () => whole.abort(new Error('stop')));
    expect(await clock.run(generated(model, clock, {}, whole.signal))).toBe(400);
  });

  it.each(['queue-full', 'lane-closed'] as const)(
    'B4.47: %s sends the call to its next target, in another lane, and cools nothing',
    async (code) => {
      const lanes = laneRegistry({ east: { match: ['lab/a'], concurrency: 1, queue: 0 }, west: { match: ['lab/b'] } });
      const { clock, model, models, events, health } = scene({ a: { text: 'hello', after: 1000 }, b: { text: 'other' } }, { lanes });
      const first = opened(model).then(tell);
      await clock.advance(1);
      if (code === 'lane-closed') void lanes.getOrCreate('east')!.close();
      const told = await tell(await clock.run(opened(model)));
      expect([told.text, clock.mono()]).toEqual(['other', 1]);
      expect(events.find(({ type }) => type === 'switch')).toMatchObject({ from: 'lab/a', to: 'lab/b', failure: { code } });
      expect(told.record!.attempts[0]!.failure!.facts.lane).toMatchObject({ name: 'east', depth: 0 });
      expect((await clock.run(first)).text).toBe('hello');
      expect(await health.list()).toEqual([]);
      expect(models['a']!.requests).toHaveLength(1);
    },
  );

  it('a full queue in front of the only target is told at once, with lane, caller and depth', async () => {
    const { clock, model } = scene({ a: { text: 'hello', after: 1000 } }, inOne({ queue: 0 }));
    const first = opened(model).then(tell);
    await clock.advance(1);
    const failure = await clock.run(failureOf(generated(model, clock, { caller: 'ann' })));
    expect([failure.kind, clock.mono()]).toEqual(['rate-limit', 1]);
    expect(failure.message).toContain('lane one is full: nobody may wait (caller ann)');
    await clock.run(first);
  });

  it('callers, keys and priorities of the calls reach the lane', async () => {
    const { clock, model, models } = scene({ a: { text: 'hello', after: 10 } }, inOne({ weights: { people: 2 } }));
    const calls = [
      ...Array.from({ length: 4 }, () => generated(model, clock, { caller: 'ci/nightly', run: 'ci' })),
      ...Array.from({ length: 4 }, () => generated(model, clock, { caller: 'people/ann', run: 'people' })),
      generated(model, clock, { caller: 'ci/urgent', priority: 5, run: 'urgent' }),
    ];
    await clock.run(Promise.all(calls));
    const order = models['a']!.requests.length;
    expect(order).toBe(9);
    const ends = await Promise.all(calls);
    expect(ends[8]).toBe(20);
    // One slot, weights 1 and 2: after ci and the urgent one, people catch up twice as fast.
    expect(ends.slice(4, 8)).toEqual([30, 40, 50, 60]);
  });
});

/** A call read to its end. */
const tell2 = async (model: Model) => tell(await opened(model));

describe('streams in lanes', () => {
  const long: ModelAnswer = { text: 'one two three four', every: 10 };

  it('hold stream: the slot is kept until the stream is over', async () => {
    const { clock, model } = scene({ a: long }, inOne());
    const first = tell2(model);
    const second = opened(model).then(async (stream) => [clock.mono(), await tell(stream)] as const);
    const done = first.then(() => clock.mono());
    const [began] = await clock.run(second);
    expect(began).toBeGreaterThanOrEqual(await done);
  });

  it.each(['cancelled', 'broken', 'aborted', 'failed'] as const)('hold stream: however it ends: %s', async (how) => {
    const fails: ModelAnswer =
      how === 'broken' ? { ...long, fails: { fail: 'server', afterParts: 4 } } : how === 'failed' ? { fails: { fail: 'server' } } : long;
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 1 } });
    const { clock, model, models } = scene({ a: [fails, { text: 'next' }] }, { lanes, retries: 0, onPartial: 'fail' });
    const leaver = new AbortController();
    const first = opened(model, leaver.signal).then(async (stream) => {
      const reader = stream.getReader();
      await reader.read();
      if (how === 'cancelled') await reader.cancel('enough');
      if (how === 'aborted') leaver.abort(new Error('stop'));
      while (!(await reader.read()).done);
    });
    await clock.run(first.catch(() => {}));
    await clock.advance(100);
    expect([lanes.get('one')!.stats().running, models['a']!.open]).toEqual([0, 0]);
    expect((await clock.run(tell2(model))).text).toBe('next');
    expect(clock.armed).toBe(0);
  });

  it('B4.32: hold open: a slow reader keeps nobody waiting', async () => {
    const { clock, model } = scene({ a: { text: 'one two three' } }, inOne({ hold: 'open' }));
    const slow = opened(model).then(async (stream) => {
      const reader = stream.getReader();
      while (!(await reader.read()).done) await clock.sleep(MINUTE, new AbortController().signal);
    });
    expect(await clock.run(generated(model, clock))).toBe(0);
    await clock.run(slow);
    expect(clock.mono()).toBeGreaterThan(MINUTE);
  });

  it('maxOpenStreams: so many answers are open at a time, and the next call waits until one is over', async () => {
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 4, hold: 'open', maxOpenStreams: 2 } });
    const { clock, model } = scene({ a: { text: 'one two three' } }, { lanes });
    const readers = [];
    for (let n = 0; n < 2; n++) readers.push((await clock.run(opened(model))).getReader());
    expect(lanes.get('one')!.stats()).toMatchObject({ running: 0, open: 2, queued: 0 });
    const late = [opened(model), opened(model)];
    await clock.advance(100);
    expect(lanes.get('one')!.stats()).toMatchObject({ running: 0, open: 2, queued: 2 });
    await readers[0]!.cancel();
    await clock.run(late[0]!);
    expect(lanes.get('one')!.stats()).toMatchObject({ open: 2, queued: 1 });
    await clock.run(read(readers[1]!));
    for (const stream of late) await clock.run(read((await clock.run(stream)).getReader()));
    expect(lanes.get('one')!.stats()).toMatchObject({ running: 0, open: 0, queued: 0 });
    expect(clock.armed).toBe(0);
  });

  it('B4.33: hold open: a reader who calls the same lane for every part goes on', async () => {
    const { clock, model } = scene({ a: { text: 'one two three' } }, inOne({ hold: 'open' }));
    const nested = opened(model).then(async (stream) => {
      let parts = 0;
      for await (const part of stream) {
        parts++;
        if (part.type === 'text-delta') await generated(model, clock);
      }
      return parts;
    });
    expect(await clock.run(nested)).toBeGreaterThan(3);
  });

  it.each(['stream', 'open'] as const)('B4.34: what opens after its caller has left is let go (hold: %s)', async (hold) => {
    const clock = new VirtualClock();
    let open!: (value: { stream: ReadableStream }) => void;
    let cancelled = 0;
    const deaf = { ...bare('deaf'), doStream: () => new Promise((resolve) => (open = resolve as typeof open)) } as unknown as Model;
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 1, hold, maxOpenStreams: 1 } }, { clock });
    const model = holdfast({ models: [deaf], clock, lanes });
    const leaver = new AbortController();
    const opening = opened(model, leaver.signal).catch((error: unknown) => error);
    await clock.advance(10);
    leaver.abort(new DOMException('left', 'AbortError'));
    expect(await clock.run(opening)).toMatchObject({ name: 'AbortError' });
    expect(lanes.get('one')!.stats()).toMatchObject({ running: 0, queued: 0 });
    open({ stream: new ReadableStream({ cancel: () => void cancelled++ }) });
    await clock.advance(0);
    expect([cancelled, lanes.get('one')!.stats().open]).toEqual([1, 0]);
  });

  it('B4.35: what never opens ends at its limit, with the slot free', async () => {
    const { clock, model, models } = scene(
      { a: { fails: { stop: 'hang' } }, b: { text: 'other' } },
      {
        lanes: { one: { match: ['lab/a'], concurrency: 1 } },
        timeouts: { firstToken: 5000 },
      },
    );
    expect((await clock.run(tell2(model))).text).toBe('other');
    expect([clock.mono(), models['a']!.open]).toEqual([5000, 0]);
  });

  it('B4.36: a limit for whole answers never cuts a stream; a break is told with what was used, and the reader who leaves cancels once', async () => {
    const { clock, model, models } = scene(
      { a: [{ ...long, every: 40 * SECOND }, long] },
      { ...inOne(), timeouts: { firstToken: '5m', stall: '5m' } },
    );
    expect((await clock.run(tell2(model))).text).toBe('one two three four');
    const left = opened(model).then(async (stream) => {
      for await (const part of stream) if (part.type === 'text-delta') break;
    });
    await clock.run(left);
    const ends = models['a']!.log.filter(({ nth, what }) => nth === 2 && what !== 'asked' && what !== 'answered');
    expect(ends.map(({ what }) => what)).toEqual(['aborted']);
    const broken = scene({ a: { ...long, fails: { fail: 'server', afterParts: 5 } } }, { ...inOne(), onPartial: 'fail' });
    const told = await broken.clock.run(tell2(broken.model));
    expect(told.failure!.record.attempts.at(-1)).toMatchObject({ shown: 'hard', failure: { kind: 'server' }, usage: { estimated: true } });
  });
});

/** One run of an agent, to its end. */
async function ran(model: Model): Promise<void> {
  const runtime = agentRuntime({
    agent: { name: 'root', file: '/agents/root.yaml', instruction: 'Be brief.', cwd: '/work' },
    model,
    tools: [],
    permit: () => ({ do: 'run' }),
    store: memorySessions(),
    clock: systemClock,
    newId: systemNewId,
    identity: { self: () => ({ pid: 1, started: '0', boot: '0' }), alive: () => true },
    redact: (data) => data,
    reap: async () => false,
    attended: false,
  });
  const run = await runtime.start({ prompt: 'Say good morning.' });
  expect((await run.done).answer).toBe('Good morning.');
  await runtime.close();
}

const bare = (modelId: string): Omit<Model, 'doStream'> => ({
  doGenerate: () => Promise.reject(new Error('is streamed')),
  specificationVersion: 'v4',
  provider: 'lab',
  modelId,
  supportedUrls: {},
});

describe('limits of lanes and models', () => {
  it("B4.28: the inner limit of 30 min is told before the lane's 31", async () => {
    const { clock, model } = scene(
      { a: { text: 'never', after: 90 * MINUTE } },
      {
        ...inOne({ execTimeout: '31m' }),
        timeouts: { attempt: '30m', firstToken: '30m', total: '5h' },
        retries: 0,
      },
    );
    const failure = await clock.run(failureOf(model.doGenerate({ prompt: PROMPT })));
    expect(failure.record.attempts[0]!.failure!.facts.limit).not.toBe('exec');
    expect(clock.mono()).toBe(30 * MINUTE);
  });

  it.each([
    [{ attempt: '31m' }, '30m', 'attempt'],
    [{ stall: '40m' }, '30m', 'stall'],
    [{ firstToken: '30m' }, '30m', 'firstToken'],
  ])('B4.28: an inner limit %j that exceeds the outer of %s is refused', (timeouts, execTimeout, name) => {
    const build = () => scene({ a: {} }, { ...inOne({ execTimeout }), timeouts });
    expect(build).toThrow(`holdfast({ lanes.one.execTimeout }): 1800000 ms is not longer than the limit ${name} of lab/a inside it`);
  });

  it('the time of a job ends a stream too, from its start, and cools nothing', async () => {
    const { clock, model, health } = scene(
      { a: { text: 'one two three four five six', every: 20 * SECOND } },
      {
        ...inOne({ execTimeout: '100s' }),
        timeouts: { firstToken: '99s', stall: '50s' },
        retries: 0,
      },
    );
    const first = tell2(model);
    const second = tell2(model);
    const told = await clock.run(first);
    expect(told.failure!.record.attempts[0]!.failure!.facts).toMatchObject({ limit: 'exec', lane: { name: 'one' } });
    expect(clock.mono()).toBe(100 * SECOND);
    await clock.run(second);
    expect(clock.mono()).toBe(200 * SECOND);
    expect(await health.list()).toEqual([]);
  });

  it.each([
    [{ one: { match: ['*'], weights: { ci: 0 } } }, 'lanes.one.weights.ci }): must be a number above 0'],
    [{ one: { match: ['*'], weights: { ci: -1 } } }, 'lanes.one.weights.ci }): must be a number above 0'],
    [{ one: { match: ['*'], concurrency: -1 } }, 'lanes.one.concurrency }): must be a whole number of at least 0'],
    [{ one: { match: ['*'], width: 3 } }, 'lanes.one.width }): is no option'],
    [{ one: { match: ['a/*b'] } }, '"a/*b" is no pattern'],
    [{ one: {} }, 'lanes.one.match }): names the targets'],
    [{ one: { match: ['lab'] }, two: { match: ['lab/*'] } }, '"lab/*" stands in lane one already'],
    [{ one: { match: ['*'], hold: 'slot' } }, "must be 'stream' or 'open'"],
    [[], 'must be an object'],
  ])('%j is refused', (lanes, message) => {
    expect(() => scene({ a: {} }, { lanes: lanes as never })).toThrow(message);
  });
});

describe('registries', () => {
  it('B4.21: one name is one lane, and chains that share a registry share its slots', async () => {
    const clock = new VirtualClock();
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 1 } }, { clock });
    const all = await Promise.all(Array.from({ length: 100 }, async () => lanes.getOrCreate('one')));
    expect(new Set(all).size).toBe(1);
    const models = ['a', 'b'].map((id) => scriptedModel({ id, provider: 'lab', clock, script: { text: id, after: 10 } }));
    const chains = models.map((model) => holdfast({ models: [model], clock, lanes }));
    expect(await clock.run(Promise.all(chains.map((chain) => generated(chain, clock))))).toEqual([10, 20]);
  });

  it('B4.21, B4.30: a lane may be declined, and is asked for anew for every call', async () => {
    const clock = new VirtualClock();
    let open = true;
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 1 } }, { clock, admits: () => open });
    const model = holdfast({ models: [scriptedModel({ provider: 'lab', clock, script: { text: 'x', after: 10 } })], clock, lanes });
    expect(await clock.run(Promise.all([generated(model, clock), generated(model, clock)]))).toEqual([10, 20]);
    open = false;
    expect(await clock.run(Promise.all([generated(model, clock), generated(model, clock)]))).toEqual([30, 30]);
    open = true;
    expect(await clock.run(Promise.all([generated(model, clock), generated(model, clock)]))).toEqual([40, 50]);
  });

  it('lanes are not made without end, and none lets anybody in after all were closed', async () => {
    const lanes = laneRegistry({ default: {}, one: { match: ['a'] } }, { most: 2 });
    const names = ['x', 'y', 'z', 'none', 'one'].map((name) => lanes.getOrCreate(name)?.name);
    expect(names).toEqual(['x', 'y', 'default', undefined, 'one']);
    expect(laneRegistry({}, { most: 0 }).getOrCreate('x')).toBeNull();
    await lanes.closeAll();
    const late = laneRegistry();
    await late.closeAll();
    expect([lanes.list().map((lane) => lane.stats().state), late.getOrCreate('x')!.stats().state]).toEqual([
      ['closed', 'closed', 'closed', 'closed'],
      'closed',
    ]);
  });

  it('what is known of a model is forgotten when it says nothing any more, however many models are named', () => {
    const clock = new VirtualClock();
    const lanes = laneRegistry({ one: { match: ['*'] } }, { clock });
    const lane = lanes.getOrCreate('one')!;
    const gateOf = (group: string) => lanes.gateFor(lane, { entry: 'e', account: 'a', group } as Target);
    const [told, idle] = [gateOf('told'), gateOf('idle')];
    const asking = { tokens: 1, turn: 1 };
    told.begin(asking);
    told.tell(asking, [{ of: 'requests', name: 'requests', limit: 60, remaining: 0, resetAt: 60_000 }], 0, clock.mono());
    for (let n = 0; n < 3000; n++) gateOf(`model ${n}`);
    expect([gateOf('told') === told, gateOf('idle') === idle]).toEqual([true, false]);
  });

  it('a lane is changed while it runs', async () => {
    const clock = new VirtualClock();
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 1 } }, { clock });
    const model = holdfast({ models: [scriptedModel({ provider: 'lab', clock, script: { text: 'x', after: 10 } })], clock, lanes });
    const calls = Promise.all([1, 2, 3].map(() => generated(model, clock)));
    await clock.advance(5);
    lanes.configure('one', { concurrency: 2 });
    expect(await clock.run(calls)).toEqual([10, 15, 20]);
    expect(() => lanes.configure('one', { weights: { a: 0 } })).toThrow('lanes.one.weights.a: must be a number above 0');
  });

  it('B4.29: each call runs in its own async context, whoever freed the slot', async () => {
    const clock = new VirtualClock();
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const script = scriptedModel({ provider: 'lab', clock, script: { text: 'x', after: 10 } });
    const model = {
      ...bare('seeing'),
      doStream: async (options: Parameters<Model['doStream']>[0]) => {
        seen.push(storage.getStore());
        await clock.sleep(5, new AbortController().signal);
        seen.push(storage.getStore());
        return script.doStream(options);
      },
    } as unknown as Model;
    const chain = holdfast({ models: [model], clock, ...inOne() });
    await clock.run(Promise.all(['p', 'q', 'r'].map((name) => storage.run(name, () => generated(chain, clock)))));
    expect(seen.join('')).toBe('ppqqrr');
  });

  it('L7: a chain inside a chain may share its lane', async () => {
    const clock = new VirtualClock();
    const lanes = laneRegistry({ default: { concurrency: 1 } }, { clock });
    const inner = holdfast({ models: [scriptedModel({ provider: 'lab', clock, script: { text: 'x', after: 10 } })], clock, lanes });
    const outer = holdfast({ models: [inner], clock, lanes });
    expect(await clock.run(Promise.all([generated(outer, clock), generated(outer, clock)]))).toEqual([10, 20]);
  });

  it('B4.48: every attempt at a provider is one job of its lane, whoever makes it', async () => {
    const clock = new VirtualClock();
    const lanes = laneRegistry({ one: { match: ['*'] } }, { clock });
    const models: ScriptedModel[] = [
      scriptedModel({ id: 'a', provider: 'lab', clock, script: { fails: { fail: 'server' } } }),
      scriptedModel({ id: 'b', provider: 'lab', clock, script: { text: '{"n":1}' } }),
    ];
    const chain = holdfast({ models, clock, lanes, retries: 1 });
    await clock.run(tell2(chain));
    await clock.run(generated(chain, clock));
    await clock.run(Promise.resolve(generateWith({ model: chain, prompt: 'a number', schema: { type: 'object' } })));
    const meta = metaCalls({ models: { fast: chain }, allow: ['fast'], clock });
    await clock.run(meta.for({ run: 'r' }).generate({ model: 'fast', prompt: 'a number', schema: { type: 'object' } }));
    expect(lanes.get('one')!.stats().started).toBe(models.reduce((sum, { requests }) => sum + requests.length, 0));
  });
});

it('B4.48: so is every model call of a run of an agent', async () => {
  const model = scriptedModel({ provider: 'lab', script: { text: 'Good morning.' } });
  const lanes = laneRegistry({ one: { match: ['lab'] } });
  await ran(holdfast({ models: [model], lanes }));
  expect([model.requests.length, lanes.get('one')!.stats().started]).toEqual([1, 1]);
});

describe('rates', () => {
  /** A model whose answers tell what is left of a limit. */
  const telling = (clock: VirtualClock, headers: () => Record<string, string>, script: ModelAnswer = { text: 'x', after: 10 }) => {
    const inner = scriptedModel({ id: 'told', provider: 'lab', clock, script });
    const starts: number[] = [];
    const model = {
      ...bare('told'),
      doStream: async (options: Parameters<Model['doStream']>[0]) => {
        starts.push(clock.mono());
        return { ...(await inner.doStream(options)), response: { headers: headers() } };
      },
    } as unknown as Model;
    return { model, starts };
  };

  it('with 3 of 60 left, the fourth call waits for the reset', async () => {
    const clock = new VirtualClock({ start: 1_700_000_000_000 });
    let left = 4;
    const { model, starts } = telling(clock, () => ({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': String(--left),
      'x-ratelimit-reset-requests': `${20 - clock.mono() / 1000}s`,
    }));
    const chain = holdfast({ models: [model], clock, lanes: { one: { match: ['*'] } }, timeouts: { firstToken: 1000 } });
    await clock.run(generated(chain, clock));
    const told = await clock.run(Promise.all([1, 2, 3, 4].map(() => tell2(chain))));
    expect(starts.slice(0, 4)).toEqual([0, 10, 10, 10]);
    expect(Math.abs(starts[4]! - 20_000)).toBeLessThanOrEqual(50);
    expect(told.map(({ record }) => record!.attempts.length)).toEqual([1, 1, 1, 1]);
  });

  it('rpm and tpm of the lane: what was reserved is settled', async () => {
    const clock = new VirtualClock();
    const usage = { input: 100, output: 20 };
    const { model, starts } = telling(clock, () => ({}), { text: 'x', after: 10, usage });
    const chain = holdfast({ models: [model], clock, lanes: { one: { match: ['*'], concurrency: 1, rpm: 3, tpm: 2000 } } });
    await clock.run(Promise.all([1, 2, 3, 4].map(() => generated(chain, clock))));
    expect(starts).toEqual([0, 10, 20, 60_000]);
  });

  it('a target at its limit holds back nobody but its own', async () => {
    const clock = new VirtualClock({ start: 1_700_000_000_000 });
    const spent = telling(clock, () => ({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '30s' }));
    const other = scriptedModel({ id: 'other', provider: 'lab', clock, script: { text: 'x', after: 10 } });
    const lanes = laneRegistry({ one: { match: ['*'], concurrency: 2 } }, { clock });
    const [one, two] = [spent.model, other].map((model) => holdfast({ models: [model], clock, lanes }));
    await clock.run(generated(one!, clock));
    const waits = Promise.all([generated(one!, clock), generated(one!, clock)]);
    expect(await clock.run(generated(two!, clock))).toBe(20);
    expect((await clock.run(waits))[0]).toBe(30_010 + 10);
  });

  it('a large request that met a token limit by itself cools nothing; the next large one of its caller waits', async () => {
    const clock = new VirtualClock({ start: 1_700_000_000_000 });
    let refuses = true;
    const starts: [number, number][] = [];
    const inner = scriptedModel({ id: 'large', provider: 'lab', clock, script: { text: 'x' } });
    const headers = { 'x-ratelimit-limit-tokens': '10000', 'x-ratelimit-remaining-tokens': '9000', 'x-ratelimit-reset-tokens': '1s' };
    const model = {
      ...bare('large'),
      doStream: async (options: Parameters<Model['doStream']>[0]) => {
        starts.push([clock.mono(), options.maxOutputTokens ?? 0]);
        const error = {
          statusCode: 429,
          responseHeaders: { ...headers, 'retry-after': '30' },
          message: 'Rate limit reached on tokens',
          url: '',
          requestBodyValues: {},
        };
        if (refuses && (options.maxOutputTokens ?? 0) > 1000) throw Object.assign(new Error('Rate limit reached on tokens per min'), error);
        return { ...(await inner.doStream(options)), response: { headers } };
      },
    } as unknown as Model;
    const lanes = laneRegistry({ one: { match: ['*'] } }, { clock });
    const chain = holdfast({ models: [model], clock, lanes, retries: 0, patience: 0 });
    const ask = (maxOutputTokens: number, caller: string) =>
      chain.doGenerate({ prompt: PROMPT, maxOutputTokens, providerOptions: { holdfast: { caller } } });
    const failure = await clock.run(failureOf(ask(5000, 'ann')));
    expect(isModelFailure(failure.cause) || failure.kind === 'rate-limit').toBe(true);
    refuses = false;
    await clock.run(ask(500, 'ann'));
    await clock.run(ask(5000, 'bob'));
    await clock.run(ask(5000, 'ann'));
    expect(starts.map(([at, size]) => [Math.round(at / 1000), size])).toEqual([
      [0, 5000],
      [0, 500],
      [0, 5000],
      [30, 5000],
    ]);
  });
});
