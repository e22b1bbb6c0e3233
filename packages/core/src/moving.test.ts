import { describe, expect, it } from 'vitest';
import { MemoryMoving } from './io/moving-memory.ts';
import { Moving } from './moving.ts';
import type { MovingStore } from './moving-store.ts';
import type { ModelOptions } from './model.ts';
import { madeElsewhere } from './rules/transcript/origin.ts';

const EAST = { entry: 'east', protocol: 'google', model: 'g', account: 'a' } as const;
const DAY = 24 * 3_600_000;
const VALUE = 'an opaque value, long enough';

const holding = (value: string): ModelOptions['prompt'] => [
  { role: 'assistant', content: [{ type: 'reasoning', text: 'hm', providerOptions: { google: { thoughtSignature: value } } }] },
];

/** A store all of whose verbs do the same. */
const every = (verb: () => never | Promise<never>): MovingStore => ({
  repairs: verb,
  learn: verb,
  makers: verb,
  handedOut: verb,
  close: () => {},
});

describe('what is remembered of conversations that move', () => {
  it('T1: who made a value, for thirty days; a value nobody here made is unknown', () => {
    let now = 0;
    const moving = new Moving({ now: () => now, makers: true });
    moving.handedOut([VALUE], { ...EAST, credential: 'not kept' } as typeof EAST);
    expect([moving.madeBy(VALUE), moving.madeBy('another value')]).toEqual([EAST, undefined]);
    now = 30 * DAY;
    expect(moving.madeBy(VALUE)).toEqual(EAST);
    now = 31 * DAY;
    expect(moving.madeBy(VALUE)).toBeUndefined();
  });

  it('T1: long values that differ anywhere in their ends or middle are told apart', () => {
    const moving = new Moving({ now: () => 0, makers: true });
    const long = 'x'.repeat(5000);
    moving.handedOut([`${long}a`], EAST);
    for (const other of [`${long}b`, `b${long}`, `${long.slice(0, 2501)}y${long.slice(2502)}a`, `${long}aa`])
      expect(moving.madeBy(other)).toBeUndefined();
    expect(moving.madeBy(`${long}a`)).toEqual(EAST);
  });

  it('is bounded: the oldest values are forgotten first', () => {
    const moving = new Moving({ now: () => 0, makers: true });
    for (let n = 0; n <= 500; n++)
      moving.handedOut(
        Array.from({ length: 100 }, (_, k) => `value number ${n}.${k}`),
        EAST,
      );
    expect([moving.madeBy('value number 0.0'), moving.madeBy('value number 500.99')]).toEqual([undefined, EAST]);
  });

  it('V1: what another process handed out is fetched before it is needed, once', async () => {
    const store = new MemoryMoving();
    new Moving({ now: () => 0, makers: true, store }).handedOut([VALUE], EAST);
    const moving = new Moving({ now: () => 0, makers: true, store });
    expect(moving.madeBy(VALUE)).toBeUndefined();
    await moving.ready(holding(VALUE));
    expect(moving.madeBy(VALUE)).toEqual(EAST);
    expect(moving.ready(holding(VALUE))).toBeUndefined();
    await moving.ready(holding('of somebody else'));
    expect(moving.ready(holding('of somebody else'))).toBeUndefined();
  });

  it('V1: values of a history of any shape are fetched likewise, and tell whether another target made them', async () => {
    const store = new MemoryMoving();
    new Moving({ now: () => 0, makers: true, store }).handedOut([VALUE], EAST);
    const moving = new Moving({ now: () => 0, makers: true, store });
    const unknown = 'a value that nobody made';
    await moving.readyFor([VALUE, VALUE, unknown]);
    expect([moving.readyFor([VALUE, unknown]), moving.readyFor([])]).toEqual([undefined, undefined]);
    const foreignTo = (model: string) => [VALUE, unknown].map(madeElsewhere(moving.madeBy, { ...EAST, model }));
    expect([foreignTo(EAST.model), foreignTo('another')]).toEqual([
      [false, false],
      [true, false],
    ]);
    expect(new Moving({ now: () => 0, makers: false, store }).readyFor([VALUE])).toBeUndefined();
    expect(new Moving({ now: () => 0, makers: true }).readyFor([VALUE])).toBeUndefined();
  });

  it('T3: repairs of a model, for a week', async () => {
    let now = 0;
    const store = new MemoryMoving();
    const moving = new Moving({ now: () => now, makers: false, store });
    expect(await moving.repairsAt('east/g')).toEqual([]);
    moving.learn('east/g', 'no-images');
    expect([moving.repairsAt('east/g'), await moving.repairsAt('east/h')]).toEqual([['no-images'], []]);
    now = 6 * DAY;
    expect(await new Moving({ now: () => now, makers: false, store }).repairsAt('east/g')).toEqual(['no-images']);
    now = 8 * DAY;
    expect(moving.repairsAt('east/g')).toEqual([]);
    expect(await new Moving({ now: () => now, makers: false, store }).repairsAt('east/g')).toEqual([]);
  });

  it.each<[string, () => never | Promise<never>]>([
    ['throws', () => raise()],
    ['rejects', () => Promise.reject(new Error('gone'))],
  ])('V3: a store that %s is said once and stops nothing', async (_how, verb) => {
    const said: string[] = [];
    const moving = new Moving({ now: () => 0, makers: true, store: every(verb), say: (line) => said.push(line) });
    expect(await moving.repairsAt('east/g')).toEqual([]);
    moving.handedOut([VALUE], EAST);
    moving.learn('east/g', 'no-images');
    await moving.ready(holding('of somebody else'));
    expect([moving.madeBy(VALUE), moving.repairsAt('east/g')]).toEqual([EAST, ['no-images']]);
    expect(said).toEqual([expect.stringContaining('gone')]);
  });
});

describe('V3: a store that hangs', () => {
  const timed = () => {
    const state = { now: 0, asked: 0, said: [] as string[] };
    const timers = new Map<() => void, number>();
    const after = (ms: number, wake: () => void): (() => void) => {
      timers.set(wake, state.now + ms);
      return () => void timers.delete(wake);
    };
    const pass = (ms: number): void => {
      state.now += ms;
      for (const [wake, at] of timers) if (at <= state.now && timers.delete(wake)) wake();
    };
    const store = every(() => {
      state.asked += 1;
      return new Promise<never>(() => {});
    });
    const moving = new Moving({ now: () => state.now, after, makers: true, store, say: (line) => state.said.push(line) });
    return { state, timers, pass, moving };
  };

  it('is waited for a twentieth of a second, left alone for five, and said once', async () => {
    const { state, timers, pass, moving } = timed();
    const first = moving.ready(holding('the first of them all'));
    pass(50);
    await first;
    expect(state).toMatchObject({ asked: 1, said: [expect.stringContaining('no answer within 50 ms')] });
    await moving.ready(holding('another one of them'));
    moving.handedOut([VALUE], EAST);
    expect([state.asked, moving.madeBy(VALUE)]).toEqual([1, EAST]);
    pass(5_000);
    const next = moving.ready(holding('and the last of them'));
    pass(50);
    await next;
    expect([state.asked, state.said.length, timers.size]).toEqual([2, 1, 0]);
  });
});

describe('V3: a store that was slow once', () => {
  it('is asked again for what it had no time to say; a repair that is too old makes room for new ones', async () => {
    let [now, slow] = [0, true];
    const kept = new MemoryMoving();
    new Moving({ now: () => 0, makers: true, store: kept }).handedOut([VALUE], EAST);
    kept.learn('east/g', 'no-images', 0);
    const store: MovingStore = {
      ...every(raise),
      makers: (...asked) => (slow ? new Promise<never>(() => {}) : kept.makers(...asked)),
      repairs: (...asked) => (slow ? new Promise<never>(() => {}) : kept.repairs(...asked)),
      learn: () => {},
    };
    const after = (_ms: number, wake: () => void): (() => void) => {
      queueMicrotask(wake);
      return () => {};
    };
    const moving = new Moving({ now: () => now, after, makers: true, store });
    await moving.ready(holding(VALUE));
    expect([moving.madeBy(VALUE), await moving.repairsAt('east/g')]).toEqual([undefined, []]);
    [now, slow] = [6_000, false];
    await moving.ready(holding(VALUE));
    expect([moving.madeBy(VALUE), await moving.repairsAt('east/g')]).toEqual([EAST, ['no-images']]);
    for (let n = 0; n < 20; n++) moving.learn('east/h', `setting:${n}`);
    now = 8 * DAY;
    moving.learn('east/h', 'no-images');
    expect(moving.repairsAt('east/h')).toEqual(['no-images']);
  });
});

function raise(): never {
  throw new Error('gone');
}
