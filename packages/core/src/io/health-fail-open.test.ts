import { describe, expect, it } from 'vitest';
import type { Clock, HealthStore } from '../ports.ts';
import type { Report, ReportTarget } from '../rules/belief.ts';
import { scopesOf } from '../rules/scope.ts';
import { healthStoreContract } from '../testing/health-store.contract.ts';
import { failOpen } from './health-fail-open.ts';
import { MemoryHealth } from './health-memory.ts';

/** Time that passes when it is told to. */
class HandClock implements Clock {
  #time = 0;
  #due: { at: number; wake: () => void }[] = [];
  now(): number {
    return this.#time;
  }
  mono(): number {
    return this.#time;
  }
  sleep(): Promise<void> {
    throw new Error('nobody sleeps here');
  }
  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#time + ms, wake };
    this.#due.push(timer);
    return () => void (this.#due = this.#due.filter((one) => one !== timer));
  }
  pass(ms: number): void {
    this.#time += ms;
    for (const timer of this.#due.filter(({ at }) => at <= this.#time)) timer.wake();
  }
  get pending(): number {
    return this.#due.length;
  }
}

type Mood = 'well' | 'throws' | 'rejects' | 'hangs';

/** A store on the far side of something that breaks. `late` settles what hangs. */
function fragile(inner: HealthStore): { store: HealthStore; mood: Mood; late: () => void; asked: number } {
  const waiting: (() => void)[] = [];
  const far = { mood: 'well' as Mood, late: () => waiting.splice(0).forEach((go) => go()), asked: 0, store: inner };
  far.store = new Proxy(inner, {
    get: (_, verb: keyof HealthStore) => {
      return (...args: unknown[]): unknown => {
        far.asked += 1;
        const real = (): unknown => (inner[verb] as (...args: unknown[]) => unknown).apply(inner, args);
        if (far.mood === 'throws') throw new Error('gone');
        if (far.mood === 'rejects') return Promise.reject(new Error('gone'));
        return far.mood === 'hangs' ? new Promise((resolve) => waiting.push(() => resolve(real()))) : real();
      };
    },
  });
  return far;
}

healthStoreContract({ describe, it }, 'memory, failing open', async () => {
  const inner = new MemoryHealth({ alive: (owner) => owner !== 'dead' });
  const open = (): HealthStore => failOpen(inner, { clock: new HandClock(), say: (line) => expect.fail(line) });
  return { a: open(), b: open(), owner: 'living', deadOwner: 'dead', close: async () => {} };
});

const target: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };
const scopes = scopesOf(target);
const MODEL = 'endpoint:work/small';
const failure: Report = { outcome: { kind: 'overload', facts: {} }, verdict: 'fact', phase: 'end', began: 5000, chance: 0 };

function setUp() {
  const inner = new MemoryHealth();
  const far = fragile(inner);
  const clock = new HandClock();
  const said: string[] = [];
  return { inner, far, clock, said, store: failOpen(far.store, { clock, say: (line) => void said.push(line) }) };
}

describe('a health store that fails open', () => {
  it.each(['throws', 'rejects'] as const)('F1, F2: a store that %s stops nothing, and what was known is still known', async (mood) => {
    const { far, store } = setUp();
    await store.report(target, failure, 5000);
    far.mood = mood;
    expect((await store.read(scopes)).get(MODEL)?.tag).toBe('resting');
    await store.report(target, { ...failure, outcome: { kind: 'rate-limit', facts: {} } }, 5000);
    expect((await store.read(scopes)).size).toBe(2);
    expect((await store.claim([MODEL], { id: 'l', owner: 'o', until: 60_000 }, 30_000)).ok).toBe(true);
    expect(await store.list()).toHaveLength(2);
    await store.close();
  });

  it('F1: a store that hangs costs 50 ms once, then nothing', async () => {
    const { far, clock, store, said } = setUp();
    far.mood = 'hangs';
    const slow = store.read(scopes);
    clock.pass(49);
    expect(said).toEqual([]);
    clock.pass(1);
    expect((await slow).size).toBe(0);
    expect(said).toHaveLength(1);
    const { asked } = far;
    expect(store.read(scopes)).not.toBeInstanceOf(Promise);
    expect(far.asked).toBe(asked);
  });

  it('F3: what was written meanwhile is in the store when it is back', async () => {
    const { inner, far, clock, store } = setUp();
    far.mood = 'throws';
    await store.report(target, failure, 5000);
    await store.set('endpoint:work', { until: 90_000, why: { kind: 'network' } }, 5000);
    expect(inner.list()).toHaveLength(0);
    far.mood = 'well';
    clock.pass(4_999);
    expect(inner.list()).toHaveLength(0);
    clock.pass(1);
    expect((await store.read(scopes)).size).toBe(2);
    expect(inner.list().map(({ scope }) => scope)).toEqual(['endpoint:work', MODEL]);
  });

  it('F3: a report that landed late is not told again; one that failed late is', async () => {
    const { inner, far, clock, store } = setUp();
    far.mood = 'hangs';
    const first = store.report(target, failure, 5000);
    clock.pass(50);
    await first;
    far.late();
    far.mood = 'well';
    clock.pass(5_000);
    const before = far.asked;
    await store.read(scopes);
    expect(far.asked - before).toBe(1);
    expect(inner.read(scopes).get(MODEL)?.strikes).toBe(1);
  });

  it('F3: closing hands over what is owed', async () => {
    const { inner, far, store } = setUp();
    far.mood = 'rejects';
    await store.report(target, failure, 5000);
    far.mood = 'well';
    await store.close();
    expect(inner.read(scopes).size).toBe(1);
  });

  it('F4: an outage is said once, its end too, and the next one again', async () => {
    const { far, clock, store, said } = setUp();
    for (let outage = 0; outage < 2; outage++) {
      far.mood = 'rejects';
      for (let i = 0; i < 5; i++) {
        await store.read(scopes);
        clock.pass(5_000);
      }
      far.mood = 'well';
      await store.read(scopes);
      await store.read(scopes);
    }
    expect(said.map((line) => line.includes('again'))).toEqual([false, true, false, true]);
  });

  it('F4: a store that can be read and not written is one outage, however often it is read', async () => {
    const { inner, clock, said } = setUp();
    const readOnly = new Proxy(inner, {
      get: (_, verb: keyof HealthStore) =>
        verb === 'read' || verb === 'list'
          ? inner[verb].bind(inner)
          : () => {
              throw new Error('attempt to write a readonly database');
            },
    });
    const store = failOpen(readOnly, { clock, say: (line) => void said.push(line) });
    for (let i = 0; i < 5; i++) {
      await store.read(scopes);
      expect((await store.claim([MODEL], { id: 'l', owner: 'o', until: 60_000 }, 30_000)).ok).toBe(true);
      await store.read(scopes);
      clock.pass(5_000);
      if (i === 3) await store.report(target, failure, 5000);
    }
    expect((await store.read(scopes)).has(MODEL)).toBe(true);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('readonly');
  });

  it('no timer is left behind, and a store that cannot be closed holds nobody', async () => {
    const { far, clock, store } = setUp();
    far.mood = 'rejects';
    await store.read(scopes);
    expect(clock.pending).toBe(0);
    far.mood = 'hangs';
    const closing = store.close();
    clock.pass(100);
    await closing;
  });
});
