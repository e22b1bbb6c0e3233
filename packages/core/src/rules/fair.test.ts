import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue, type FairGate, type FairJob, type FairOptions } from './fair.ts';

interface Named extends FairJob {
  readonly name: string;
}

const job = (name: string, caller: string, more: Partial<FairJob> = {}): Named => ({
  name,
  caller,
  priority: 0,
  cost: 1,
  at: 0,
  seq: 0,
  share: undefined,
  line: undefined,
  next: undefined,
  previous: undefined,
  ...more,
});

const gate = (): FairGate => ({ shut: false, lines: new Set() });

/** One slot: starts and ends each in turn, and says in which order. */
function served(queue: FairQueue<Named>, times = Infinity): string[] {
  const names: string[] = [];
  for (let next = queue.first(0); next && names.length < times; next = queue.first(0)) {
    queue.start(next, 0);
    queue.end(next);
    names.push(next.name);
  }
  return names;
}

const many = (queue: FairQueue<Named>, caller: string, count: number, more: Partial<FairJob> = {}): void => {
  for (let n = 1; n <= count; n++) queue.push(job(`${caller}${n}`, caller, more));
};

describe('fair queue', () => {
  it('F1: one caller is served in order', () => {
    const queue = new FairQueue<Named>();
    many(queue, 'a', 4);
    expect(served(queue)).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(queue.size).toBe(0);
  });

  it('F2: weights are shares of one slot', () => {
    const queue = new FairQueue<Named>({ weight: (name) => (name === 'people' ? 4 : 1) });
    many(queue, 'ci', 40);
    many(queue, 'people', 40);
    const first = served(queue, 25);
    expect(first.filter((name) => name.startsWith('people'))).toHaveLength(20);
  });

  it('F2: cost is what is shared, not turns', () => {
    const queue = new FairQueue<Named>();
    many(queue, 'large', 10, { cost: 10 });
    many(queue, 'small', 100);
    const first = served(queue, 55);
    expect(first.filter((name) => name.startsWith('large'))).toHaveLength(5);
  });

  it('F2: what a job really took is settled', () => {
    const queue = new FairQueue<Named>();
    many(queue, 'a', 20);
    many(queue, 'b', 20);
    const names: string[] = [];
    for (let n = 0; n < 22; n++) {
      const next = queue.first(0)!;
      queue.start(next, 0);
      queue.end(next, next.caller === 'a' ? 10 : 1);
      names.push(next.caller);
    }
    expect(names.filter((name) => name === 'a')).toHaveLength(2);
  });

  it('F2: keys share with keys, names with the names below their key', () => {
    const queue = new FairQueue<Named>({ weight: (name) => (name === 'app/ann' ? 3 : 1) });
    for (let n = 0; n < 40; n++) {
      queue.push(job('ann', 'app/ann'));
      queue.push(job('bob', 'app/bob'));
      queue.push(job('ci', 'ci'));
    }
    const first = served(queue, 40);
    expect(first.filter((name) => name === 'ci')).toHaveLength(20);
    expect(first.filter((name) => name === 'ann')).toHaveLength(15);
  });

  it('F3: idling earns nothing', () => {
    const queue = new FairQueue<Named>();
    many(queue, 'busy', 50);
    queue.push(job('idle', 'idle'));
    expect(served(queue, 20)).toContain('idle');
    many(queue, 'idle', 20);
    const next = served(queue, 20);
    expect(next.filter((name) => name.startsWith('idle'))).toHaveLength(10);
  });

  it('F3: nor does it forgive what was had beyond one share', () => {
    const queue = new FairQueue<Named>();
    many(queue, 'small', 200);
    queue.push(job('large', 'large', { cost: 50 }));
    served(queue, 2);
    queue.push(job('large', 'large', { cost: 50 }));
    expect(served(queue, 40)).not.toContain('large');
  });

  it('F4: a drop costs nothing and moves nobody', () => {
    const queue = new FairQueue<Named>();
    const gone = [job('a1', 'a'), job('a3', 'a'), job('b1', 'b')];
    for (const one of [gone[0]!, job('a2', 'a'), gone[1]!, gone[2]!, job('b2', 'b'), job('a4', 'a')]) queue.push(one);
    for (const one of gone) queue.drop(one, 0);
    expect(served(queue)).toEqual(['a2', 'b2', 'a4']);
  });

  it('F5: who neither waits nor works is forgotten', () => {
    const queue = new FairQueue<Named>();
    for (let n = 0; n < 10_000; n++) queue.push(job('x', `caller ${n}`));
    expect(queue.callers.size).toBe(10_000);
    served(queue);
    expect(queue.callers.size).toBe(0);
  });

  it('F6: age lifts a job up to the highest that waits, and no further', () => {
    const queue = new FairQueue<Named>({ agingMs: 100 });
    queue.push(job('old', 'heavy', { at: 0 }));
    queue.push(job('old too', 'heavy', { at: 0 }));
    queue.push(job('new', 'light', { at: 990 }));
    expect(queue.first(1000)?.name).toBe('old');
    queue.start(queue.first(1000)!, 1000);
    expect(queue.first(1000)?.name).toBe('new');
    queue.push(job('high', 'other', { at: 1000, priority: 20 }));
    expect(queue.first(1000)?.name).toBe('high');
    expect(queue.first(2000)?.name).toBe('high');
    expect(queue.first(3000)?.name).toBe('new');
  });

  it('what is shut waits, and nobody waits for it', () => {
    const queue = new FairQueue<Named>();
    const shut = gate();
    queue.push(job('a1', 'a', { gate: shut }));
    queue.push(job('a2', 'a'));
    queue.push(job('b1', 'b'));
    queue.shut(shut);
    queue.push(job('c1', 'c', { gate: shut }));
    expect(served(queue)).toEqual(['a2', 'b1']);
    expect(queue.size).toBe(2);
    queue.open(shut);
    expect(served(queue)).toEqual(['c1', 'a1']);
  });
});

interface Waiting extends Named {
  state: 'waits' | 'works' | 'over';
}

/** The same rules written as one search over everything, without weights below keys: what the queue must agree with. */
class Plain {
  readonly jobs: Waiting[] = [];
  readonly passed = new Map<string, number>();
  readonly last = new Map<string, number>();
  mark = 0;
  turn = 0;
  readonly #aging: number;

  constructor({ agingMs = Infinity }: FairOptions) {
    this.#aging = agingMs;
  }

  of(caller: string, state: Waiting['state']): Waiting[] {
    return this.jobs.filter((one) => one.caller === caller && one.state === state);
  }

  push(one: Waiting): void {
    if (this.of(one.caller, 'waits').length === 0) this.passed.set(one.caller, Math.max(this.passed.get(one.caller) ?? 0, this.mark));
    this.jobs.push(one);
  }

  first(now: number): Waiting | undefined {
    const open = this.jobs.filter(({ state }) => state === 'waits');
    const cap = Math.max(...open.map(({ priority }) => priority));
    const rank = ({ priority, at }: Waiting): number => Math.min(cap, priority + Math.floor((now - at) / this.#aging));
    const load = (one: Waiting): number => this.of(one.caller, 'works').reduce((sum, { cost }) => sum + cost, 0);
    const keys = (one: Waiting): number[] => [
      -rank(one),
      load(one),
      this.passed.get(one.caller) ?? 0,
      this.last.get(one.caller) ?? 0,
      one.seq,
    ];
    // Within a caller and a priority the order is that of arrival, whatever the age.
    const heads = open.filter(
      (one) => !open.some((other) => other.caller === one.caller && other.priority === one.priority && other.seq < one.seq),
    );
    return heads.toSorted((a, b) => compare(keys(a), keys(b)))[0];
  }

  start(one: Waiting): void {
    one.state = 'works';
    this.mark = Math.max(this.mark, this.passed.get(one.caller)!);
    this.passed.set(one.caller, this.passed.get(one.caller)! + one.cost);
    this.last.set(one.caller, ++this.turn);
  }

  over(one: Waiting): void {
    one.state = 'over';
    if (this.of(one.caller, 'waits').length + this.of(one.caller, 'works').length > 0) return;
    if (!this.jobs.every(({ state }) => state === 'over')) return;
    this.passed.clear();
    this.last.clear();
  }
}

const compare = (a: readonly number[], b: readonly number[]): number => {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return 0;
};

it('agrees with a plain search, whatever comes, goes, leaves and ages', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('push' as const),
      caller: fc.constantFrom('a', 'b', 'c', 'd'),
      priority: fc.constantFrom(0, 0, 0, 1, 3),
      cost: fc.constantFrom(1, 1, 2, 5),
    }),
    fc.record({ do: fc.constant('start' as const) }),
    fc.record({ do: fc.constant('end' as const), which: fc.nat(5) }),
    fc.record({ do: fc.constant('drop' as const), which: fc.nat(5) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat(120) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(Infinity, 50), (steps, agingMs) => {
      const queue = new FairQueue<Waiting>({ agingMs });
      const plain = new Plain({ agingMs });
      let now = 0;
      for (const one of steps) {
        const waiting = plain.jobs.filter(({ state }) => state === 'waits');
        const working = plain.jobs.filter(({ state }) => state === 'works');
        if (one.do === 'pass') now += one.ms;
        else if (one.do === 'push') {
          const added: Waiting = { ...job('', one.caller, { priority: one.priority, cost: one.cost, at: now }), state: 'waits' };
          queue.push(added);
          plain.push(added);
        } else if (one.do === 'start') {
          const next = plain.first(now);
          expect(queue.first(now)).toBe(next);
          if (!next) continue;
          queue.start(next, now);
          plain.start(next);
        } else if (one.do === 'end' && working.length > 0) {
          const ended = working[one.which % working.length]!;
          queue.end(ended);
          plain.over(ended);
        } else if (one.do === 'drop' && waiting.length > 0) {
          const gone = waiting[one.which % waiting.length]!;
          queue.drop(gone, now);
          plain.over(gone);
        }
        expect(queue.size).toBe(plain.jobs.filter(({ state }) => state === 'waits').length);
      }
    }),
    { numRuns: 500 },
  );
});
