import { getEventListeners } from 'node:events';
import { isModelFailure } from '@holdfast/core';
import { asyncHeldLanes, Lane, type LaneEvent, type LaneJob, type LaneJobOptions } from '@holdfast/core/engine';
import { VirtualClock } from '@holdfast/lab';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

type Settings = ConstructorParameters<typeof Lane>[1];

/** A lane under a virtual clock. `job` takes as long as is said and leaves its name in `starts` when it is called. */
function laneScene(settings: Settings, ports: { readonly held?: boolean } = {}) {
  const clock = new VirtualClock({ start: 1_700_000_000_000 });
  const events: LaneEvent[] = [];
  const lane = new Lane('lab', settings, { clock, emit: (event) => events.push(event), ...(ports.held && { held: asyncHeldLanes() }) });
  const starts: string[] = [];
  const ends = new Map<string, number>();
  let running = 0;
  let most = 0;
  const job = async (name: string, ms: number, options: LaneJobOptions = {}): Promise<string> => {
    await lane.submit(
      async () => {
        starts.push(name);
        most = Math.max(most, ++running);
        await clock.sleep(ms, new AbortController().signal);
        running--;
      },
      { caller: name[0]!, ...options },
    );
    ends.set(name, clock.mono());
    return name;
  };
  const jobs = (names: string, ms: number, options?: LaneJobOptions): Promise<string>[] =>
    names.split(' ').map((name) => job(name, ms, options));
  const at = async (ms: number, what: () => readonly Promise<unknown>[]): Promise<void> => {
    await clock.sleep(ms, new AbortController().signal);
    await Promise.all(what());
  };
  return { clock, lane, events, starts, ends, job, jobs, at, most: () => most };
}

const hanging = (): Promise<never> => new Promise(() => {});
const run = (count: number, caller: string): string => Array.from({ length: count }, (_, n) => `${caller}${n + 1}`).join(' ');
const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'answered',
    (error: unknown) => error,
  );
const timeout = (): Error => Object.assign(new Error('deadline'), { name: 'TimeoutError' });

describe('lane', () => {
  it('B4.1: at most so many at a time, and all of them in the end', async () => {
    const { clock, jobs, most } = laneScene({ width: 2 });
    await clock.run(Promise.all(jobs('a1 a2 a3 a4 a5', 10)));
    expect([most(), clock.mono()]).toEqual([2, 30]);
  });

  it('B4.2: one slot is shared in turns', async () => {
    const { clock, jobs, at, starts } = laneScene({ width: 1 });
    await clock.run(Promise.all([...jobs('H1 H2 H3 H4 H5', 100), at(1, () => jobs('A1 A2', 100)), at(2, () => jobs('B1 B2', 100))]));
    expect(starts.join(' ')).toBe('H1 A1 B1 H2 A2 B2 H3 H4 H5');
  });

  it('B4.3: two slots are shared by what is at work', async () => {
    const { clock, jobs, at, starts } = laneScene({ width: 2 });
    await clock.run(Promise.all([...jobs(run(6, 'H'), 100), at(1, () => jobs('A1 A2', 100))]));
    expect(starts.join(' ')).toBe('H1 H2 A1 H3 A2 H4 H5 H6');
  });

  it('B4.4: five light callers behind a hundred jobs of a heavy one', async () => {
    const { clock, jobs, at, events, ends } = laneScene({ width: 2 });
    const light = () => [1, 2, 3, 4].flatMap((n) => jobs(`A${n} B${n} C${n} D${n} E${n}`, 100));
    await clock.run(Promise.all([...jobs(run(100, 'H'), 100), at(1, light)]));
    const done = Math.max(...[...ends].filter(([name]) => !name.startsWith('H')).map(([, ms]) => ms));
    expect(done).toBe(1300);
    const heavy = events.filter(({ caller, startedAt }) => caller === 'H' && startedAt! - clock.now() + clock.mono() < 1300);
    expect(heavy).toHaveLength(6);
    expect(clock.mono()).toBe(6000);
  });

  it('B4.5: what is at work is shared, not turns', async () => {
    const { clock, jobs, at, starts, ends } = laneScene({ width: 2 });
    await clock.run(Promise.all([...jobs('L1 L2 L3 L4', 1000), at(1, () => jobs(run(6, 'S'), 100))]));
    expect(starts.join(' ')).toBe('L1 L2 S1 L3 S2 S3 S4 S5 S6 L4');
    expect(ends.get('S6')).toBe(1600);
  });

  it('B4.6: callers without a name are one caller', async () => {
    const { clock, job, starts } = laneScene({ width: 1 });
    const nameless = ['x1', 'x2', 'x3'].map((name, n) => job(name, 10, { caller: n === 1 ? undefined : '' }));
    await clock.run(Promise.all([...nameless, ...['N1', 'N2', 'N3'].map((name) => job(name, 10))]));
    expect(starts.join(' ')).toBe('x1 N1 x2 N2 x3 N3');
  });

  it('B4.7: priority first, then the order of arrival across callers', async () => {
    const { clock, job, starts } = laneScene({ width: 1 });
    const all = [job('x', 10), job('lo', 10), job('hi', 10, { priority: 5 }), job('lo2', 10, { caller: 'm' })];
    await clock.run(Promise.all(all));
    expect(starts.join(' ')).toBe('x hi lo lo2');
  });

  it.each([
    { aging: 100, starts: 510 },
    { aging: Infinity, starts: 2000 },
  ])('B4.8: an endless stream of priority 5 starves nobody when age counts: $aging', async ({ aging, starts }) => {
    const { clock, lane, job, at } = laneScene({ width: 1, aging });
    let began = 0;
    const low = () => [lane.submit(() => void (began = clock.mono()), { caller: 'low' })];
    const stream = Array.from({ length: 200 }, (_, n) => at(n * 10, () => [job('hi', 10, { priority: 5 })]));
    await clock.run(Promise.all([...stream, at(5, low)]));
    expect(began).toBe(starts);
  });

  it('B4.9: who has left before he came is not queued', async () => {
    const { lane } = laneScene({ width: 1 });
    let called = false;
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(lane.submit(() => void (called = true), { signal })).rejects.toThrow('gone');
    expect([called, lane.stats().queued, lane.stats().started]).toEqual([false, 0, 0]);
  });

  it('B4.10: who leaves the queue leaves at once, and moves nobody', async () => {
    const { clock, lane, job, starts } = laneScene({ width: 1, queue: 2 });
    const leaver = new AbortController();
    const first = job('a1', 100);
    const gone = reasonOf(job('b1', 100, { signal: leaver.signal }));
    const next = job('c1', 100);
    await expect(job('d1', 100)).rejects.toThrow('lane lab is full');
    leaver.abort(new Error('gone'));
    expect(await gone).toMatchObject({ message: 'gone' });
    expect(lane.stats()).toMatchObject({ queued: 1, callers: { a: { running: 1 }, c: { queued: 1 } } });
    const later = job('e1', 100);
    await clock.run(Promise.all([first, next, later]));
    expect(starts.join(' ')).toBe('a1 c1 e1');
  });

  it.each(['abort first', 'slot first'])('B4.11: an abort in the tick in which the slot frees: %s', async (order) => {
    const { clock, lane } = laneScene({ width: 1 });
    const leaver = new AbortController();
    let free = (): void => {};
    const first = lane.submit(() => new Promise<void>((resolve) => (free = resolve)));
    let calls = 0;
    let settled = 0;
    const second = lane
      .submit(() => void calls++, { signal: leaver.signal })
      .then(
        () => settled++,
        () => settled++,
      );
    await clock.advance(0);
    if (order === 'abort first') leaver.abort();
    free();
    if (order === 'slot first') leaver.abort();
    await clock.run(Promise.all([first, second]));
    expect([calls <= 1, settled, lane.stats().running, lane.stats().queued]).toEqual([true, 1, 0, 0]);
    await clock.run(lane.submit(() => 'still works'));
  });

  it('B4.12: a deadline that passes after the start is not heard', async () => {
    const { clock, job, ends } = laneScene({ width: 1 });
    const deadline = new AbortController();
    clock.after(60, () => deadline.abort(timeout()));
    await clock.run(Promise.all([job('a1', 50), job('b1', 200, { signal: deadline.signal })]));
    expect(ends.get('b1')).toBe(250);
  });

  describe.each(['deadline', 'all'] as const)('B4.13: a caller who leaves at 100 of 300 ms, detach %s', (detach) => {
    const leaving = async (reason: Error): Promise<readonly unknown[]> => {
      const { clock, lane } = laneScene({ width: 1, detach });
      const leaver = new AbortController();
      clock.after(100, () => leaver.abort(reason));
      let heard: unknown;
      const work = async (job: LaneJob): Promise<string> => {
        job.signal.addEventListener('abort', () => (heard = job.signal.reason));
        await clock.sleep(300, job.signal);
        return 'answer';
      };
      const outcome = await clock.run(reasonOf(lane.submit(work, { signal: leaver.signal }).then((text) => expect(text).toBe('answer'))));
      return [outcome, clock.mono(), heard, lane.stats().running];
    };

    it('a deadline is never heard', async () => {
      expect(await leaving(timeout())).toEqual(['answered', 300, undefined, 0]);
    });

    it(detach === 'all' ? 'an abort is not heard' : 'an abort ends the job', async () => {
      const reason = new Error('stop');
      expect(await leaving(reason)).toEqual(detach === 'all' ? ['answered', 300, undefined, 0] : [reason, 100, reason, 0]);
    });
  });

  it('B4.14: a result outranks an abort of the same tick', async () => {
    const { clock, lane } = laneScene({ width: 1 });
    for (const order of ['result first', 'abort first']) {
      const leaver = new AbortController();
      let finish!: (text: string) => void;
      const done = lane.submit(async () => await new Promise<string>((resolve) => (finish = resolve)), { signal: leaver.signal });
      await clock.advance(0);
      if (order === 'abort first') leaver.abort();
      finish('whole');
      leaver.abort();
      expect(await clock.run(done)).toBe('whole');
    }
  });

  it('B4.15: time counts from the start', async () => {
    const { clock, lane, job } = laneScene({ width: 1, execTimeout: 100 });
    const heeds = ({ signal }: LaneJob) => clock.sleep(1000, signal);
    const first = job('a1', 500, { execTimeout: 600 });
    const second = reasonOf(lane.submit(heeds));
    await clock.run(first);
    expect(await clock.run(second)).toMatchObject({ kind: 'timeout', facts: { limit: 'exec', lane: { name: 'lab' } } });
    expect([clock.mono(), lane.stats().running]).toEqual([600, 0]);
  });

  it('B4.16: who does not end loses the slot after the grace', async () => {
    const { clock, lane } = laneScene({ width: 1, execTimeout: 100, grace: 50 });
    for (const end of ['resolve', 'reject'] as const) {
      const began = clock.mono();
      let late: Record<'resolve' | 'reject', (value?: unknown) => void>;
      const stuck = reasonOf(lane.submit(() => new Promise((resolve, reject) => (late = { resolve, reject }))));
      const next = lane.submit(() => clock.mono());
      expect(await clock.run(stuck)).toMatchObject({ kind: 'timeout' });
      expect([clock.mono() - began, lane.stats().running]).toEqual([100, 1]);
      expect((await clock.run(next)) - began).toBe(150);
      expect(lane.stats()).toMatchObject({ running: 0, zombies: 1 });
      late![end](new Error('late'));
      await clock.advance(0);
      expect(lane.stats().zombies).toBe(0);
    }
  });

  it('B4.17: whatever is thrown, however, the slot is free', async () => {
    const { lane } = laneScene({ width: 1 });
    const error = new Error('own');
    const throwing = (what: unknown) => () => {
      throw what;
    };
    expect(await reasonOf(lane.submit(throwing(error)))).toBe(error);
    expect(await reasonOf(lane.submit(async () => throwing(error)()))).toBe(error);
    expect(await reasonOf(lane.submit(throwing('a text')))).toMatchObject({ message: 'a text', cause: 'a text' });
    expect(await reasonOf(lane.submit(async () => throwing(undefined)()))).toMatchObject({ message: 'undefined' });
    expect(await lane.submit(() => 'next')).toBe('next');
    expect(lane.stats().running).toBe(0);
  });

  it('B4.18: more slots take effect at once, fewer when enough jobs have ended', async () => {
    const { clock, lane, jobs, starts, most } = laneScene({ width: 1 });
    const all = Promise.all([...jobs('a1 a2 a3', 100), ...jobs('b1', 100)]);
    await clock.advance(1);
    expect(starts).toHaveLength(1);
    lane.resize(3);
    await clock.advance(1);
    expect([starts.length, most()]).toEqual([3, 3]);
    lane.resize(1);
    await clock.advance(98);
    expect(starts).toHaveLength(3);
    lane.resize(0);
    expect(lane.stats().state).toBe('paused');
    await clock.advance(1000);
    expect([starts.length, lane.stats().running]).toEqual([3, 0]);
    lane.resize(2);
    await clock.run(all);
    expect(starts).toHaveLength(4);
  });

  it('B4.18: pause and resume', async () => {
    const { clock, lane, job, starts } = laneScene({ width: 1 });
    lane.pause();
    const waits = job('a1', 10);
    await clock.advance(100);
    expect(starts).toEqual([]);
    lane.resume();
    expect(await clock.run(waits)).toBe('a1');
  });

  it('B4.19: a full queue refuses at once, naming lane, caller and depth; who leaves makes room', async () => {
    const { clock, lane, job } = laneScene({ width: 1, queue: 2 });
    const leaver = new AbortController();
    const first = job('a1', 10);
    const leaves = reasonOf(job('b1', 10, { signal: leaver.signal }));
    const stays = job('c1', 10);
    const refused = await reasonOf(job('d1', 10));
    expect(isModelFailure(refused) && refused.facts).toMatchObject({ code: 'queue-full', lane: { name: 'lab', caller: 'd', depth: 2 } });
    leaver.abort();
    await leaves;
    const admitted = job('e1', 10);
    await clock.run(Promise.all([first, stays, admitted]));
    expect(lane.stats().queued).toBe(0);
  });

  it('B4.19: a caller may have a queue of his own', async () => {
    const { clock, jobs, job } = laneScene({ width: 1, queuePerCaller: 1 });
    const all = jobs('a1 a2 b1', 10);
    await expect(job('a3', 10)).rejects.toMatchObject({ facts: { code: 'queue-full', lane: { caller: 'a', depth: 1 } } });
    await clock.run(Promise.all(all));
  });

  it('B4.20: close refuses what waits and lets what runs end', async () => {
    const { clock, lane, job } = laneScene({ width: 1 });
    const runs = job('a1', 100);
    const waits = [reasonOf(job('b1', 10)), reasonOf(job('c1', 10))];
    const closed = lane.close();
    expect(await Promise.all(waits)).toMatchObject([{ facts: { code: 'lane-closed' } }, { facts: { code: 'lane-closed' } }]);
    expect(await clock.run(runs)).toBe('a1');
    await clock.run(closed);
    await expect(job('d1', 10)).rejects.toMatchObject({ facts: { code: 'lane-closed', lane: { name: 'lab' } } });
    expect([lane.stats().state, clock.armed]).toEqual(['closed', 0]);
  });

  it('B4.20: drain works the queue off until its time is up', async () => {
    const { clock, lane, jobs, ends } = laneScene({ width: 1 });
    const all = jobs('a1 a2 a3 a4', 20).map(reasonOf);
    const drained = lane.drain(50);
    await expect(lane.submit(() => 1)).rejects.toMatchObject({ facts: { code: 'lane-closed' } });
    const last = await clock.run(all[3]!);
    expect([clock.mono(), last]).toMatchObject([50, { facts: { code: 'lane-closed' } }]);
    await clock.run(drained);
    expect([clock.mono(), [...ends.keys()]]).toEqual([60, ['a1', 'a2', 'a3']]);
  });

  it('B4.22: a job that waits for its own lane waits for nobody, with every slot taken', async () => {
    const { clock, lane } = laneScene({ width: 1 }, { held: true });
    const other = new Lane('other', { width: 1 }, { clock, held: asyncHeldLanes() });
    const inner = () => lane.submit(async () => `inner of ${lane.stats().running}`);
    expect(await clock.run(lane.submit(async () => [await inner(), await inner(), await other.submit(() => 'other')]))).toEqual([
      'inner of 1',
      'inner of 1',
      'other',
    ]);
    expect(lane.stats()).toMatchObject({ running: 0, queued: 0, started: 3 });
  });

  it('B4.22: work that outlives the job it was begun in is no part of it', async () => {
    const { clock, lane } = laneScene({ width: 1 }, { held: true });
    let later: Promise<number> = Promise.resolve(0);
    await clock.run(
      lane.submit(() => {
        later = clock.sleep(10, new AbortController().signal).then(() => lane.submit(() => clock.mono()));
      }),
    );
    const holds = lane.submit(() => clock.sleep(100, new AbortController().signal));
    expect(await clock.run(later)).toBe(100);
    await holds;
  });

  it('B4.23: ten thousand callers are forgotten', async () => {
    const { clock, lane } = laneScene({ width: 4 });
    await clock.run(Promise.all(Array.from({ length: 10_000 }, (_, n) => lane.submit(async () => n, { caller: `caller ${n}` }))));
    expect(lane.stats()).toMatchObject({ callers: {}, started: 10_000 });
    expect([clock.armed, clock.asleep]).toEqual([0, 0]);
  });
});

describe('lane, races (B4.1 of the list)', () => {
  it('a hundred thousand jobs that end at once overflow nothing', async () => {
    const { lane } = laneScene({ width: 1 });
    let done = 0;
    await Promise.all(Array.from({ length: 100_000 }, () => lane.submit(() => void done++)));
    expect(done).toBe(100_000);
  });

  it('ten thousand jobs on one signal are one listener, and none when they are over', async () => {
    const { clock, lane } = laneScene({ width: 1 });
    const leaver = new AbortController();
    let listeners = 0;
    const { signal } = leaver;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    const first = lane.submit(() => clock.sleep(10, new AbortController().signal));
    const all = Array.from({ length: 10_000 }, () => lane.submit(() => 1, { signal }));
    expect(listeners).toBe(1);
    await clock.run(Promise.all([first, ...all]));
    expect(listeners).toBe(0);
  });

  it('L2: jobs that leave by one signal let none of each other begin', async () => {
    const { clock, lane } = laneScene({ width: 2, tpm: 1000 });
    const called: string[] = [];
    await lane.submit(() => {}, { tokens: 600 });
    const leaver = new AbortController();
    const { signal } = leaver;
    const large = reasonOf(lane.submit(() => void called.push('large'), { tokens: 900, signal }));
    const small = reasonOf(lane.submit(() => void called.push('small'), { tokens: 100, signal }));
    const other = lane.submit(() => void called.push('other'), { tokens: 100 });
    leaver.abort('left');
    expect([await large, await small, await clock.run(other)]).toEqual(['left', 'left', undefined]);
    expect(called).toEqual(['other']);
    expect(lane.stats()).toMatchObject({ running: 0, queued: 0 });
  });

  it('L6: a job that lost its slot leaves no listener on the signal of its caller', async () => {
    const { clock, lane } = laneScene({ width: 1, grace: 10 });
    const caller = new AbortController();
    const lost = reasonOf(lane.submit(hanging, { execTimeout: 100, signal: caller.signal }));
    expect(await clock.run(lost)).toMatchObject({ kind: 'timeout' });
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('L7: what runs in the slot of another is counted by the limits of the lane', async () => {
    const { clock, lane } = laneScene({ width: 1, rpm: 2 }, { held: true });
    await clock.run(lane.submit(async () => lane.submit(() => {})));
    const began = clock.mono();
    await clock.run(lane.submit(() => {}));
    expect(clock.mono() - began).toBe(60_000);
  });

  it.each(['constructor', '__proto__', 'toString'])('a caller may be called %s, and shares like any other', async (caller) => {
    const { clock, jobs, at, starts } = laneScene({ width: 2 });
    await clock.run(Promise.all([...jobs('L1 L2 L3 L4', 1000, { caller }), at(1, () => jobs('S1 S2 S3 S4 S5 S6', 100))]));
    expect(starts.join(' ')).toBe('L1 L2 S1 L3 S2 S3 S4 S5 S6 L4');
  });

  it('L3: who submits again at once does not overtake who waits', async () => {
    const { clock, lane } = laneScene({ width: 1 });
    const order: string[] = [];
    const again = async (caller: string): Promise<void> => {
      for (let n = 0; n < 3; n++) await lane.submit(async () => void order.push(caller), { caller });
    };
    await clock.run(Promise.all([again('a'), again('b')]));
    expect(order.join('')).toBe('ababab');
  });

  it('the width is looked at anew for every start', async () => {
    const { clock, lane, most } = laneScene({ width: 3 });
    const all = Array.from({ length: 9 }, () => lane.submit(async () => lane.resize(1)));
    await clock.run(Promise.all(all));
    expect([lane.stats().started, most()]).toEqual([9, 0]);
  });

  it('two times that are up in one tick are heard in the order in which they were due', async () => {
    const { clock, lane } = laneScene({ width: 2 });
    const order: string[] = [];
    const late = (name: string, execTimeout: number) => reasonOf(lane.submit(hanging, { execTimeout })).then(() => order.push(name));
    const outer = late('outer', 31);
    const inner = late('inner', 30);
    await clock.run(Promise.all([outer, inner]));
    expect(order).toEqual(['inner', 'outer']);
  });

  it('L1, L2, L6: whatever comes, leaves, grows and shrinks', async () => {
    const visit = fc.record({
      at: fc.nat(30),
      hold: fc.nat(12),
      caller: fc.constantFrom('a', 'b', 'c/x', 'c/y'),
      priority: fc.constantFrom(0, 0, 2),
      leaveAfter: fc.option(fc.nat(15)),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(visit, { maxLength: 25 }),
        fc.option(fc.nat(20)),
        async (width, visits, pause) => {
          const { clock, lane, events } = laneScene({ width, aging: 5, execTimeout: 10, grace: 2 });
          let running = 0;
          const one = async ({ at, hold, leaveAfter, fails, ...options }: (typeof visits)[number]) => {
            await clock.sleep(at, new AbortController().signal);
            const leaver = new AbortController();
            if (leaveAfter !== null) clock.after(leaveAfter, () => leaver.abort(new Error('left')));
            const work = async ({ signal }: LaneJob): Promise<void> => {
              expect(++running).toBeLessThanOrEqual(width);
              await clock.sleep(hold, signal).finally(() => running--);
              if (fails) throw new Error('failed');
            };
            await reasonOf(lane.submit(work, { ...options, signal: leaver.signal }));
          };
          const pausing = async (): Promise<void> => {
            if (pause === null) return;
            await clock.sleep(pause, new AbortController().signal);
            lane.pause();
            await clock.sleep(5, new AbortController().signal);
            lane.resume();
          };
          await clock.run(Promise.all([pausing(), ...visits.map(one)]));
          await clock.advance(100);
          expect(lane.stats()).toMatchObject({ running: 0, queued: 0, zombies: 0, callers: {}, jobs: visits.length });
          expect(events).toHaveLength(visits.length);
          expect([clock.armed, clock.asleep]).toEqual([0, 0]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
