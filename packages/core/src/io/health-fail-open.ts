import type { Claim, Clock, HealthStore, MaybePromise } from '../ports.ts';
import type { Belief, Beliefs, Lease, Report, ReportTarget, ScopeBelief, Why } from '../rules/belief.ts';
import { scopesOf } from '../rules/scope.ts';
import { MemoryHealth } from './health-memory.ts';

export interface FailOpenOptions {
  readonly clock: Clock;
  /** One line for people: at the first failure of an outage, and at its end. */
  readonly say: (line: string) => void;
}

type Verb<T> = (store: HealthStore) => MaybePromise<T>;

/** Ms a store may take before a call goes on without it. */
const SLOW = 50;
/** Ms for which a store that failed is left alone. */
const REST = 5_000;
/** Writes kept for a store that is gone; older ones are dropped. */
const MOST_OWED = 1_000;

/**
 * A health store that cannot stop a call.
 *
 * F1. No verb rejects, and none takes longer than 50 ms.
 * F2. While the store is gone, this process goes on with what it knew, in memory; reports still count.
 * F3. What was written meanwhile is written to the store when it is back. A report told twice is one incident (H1).
 * F4. An outage is said once.
 */
export class FailOpenHealth implements HealthStore {
  readonly #store: HealthStore;
  readonly #options: FailOpenOptions;
  /** What the store last answered where it was not pristine, and what was reported since it went. */
  readonly #known = new Map<string, Belief>();
  readonly #memory = new MemoryHealth({ known: this.#known });
  #owed: Verb<unknown>[] = [];
  #dropped = 0;
  #goneUntil = 0;
  #said = false;

  constructor(store: HealthStore, options: FailOpenOptions) {
    this.#store = store;
    this.#options = options;
  }

  read(scopes: readonly string[]): MaybePromise<Beliefs> {
    return this.#ask(
      (store) => store.read(scopes),
      (beliefs) => this.#learn(scopes, beliefs),
    );
  }

  claim(scopes: readonly string[], lease: Lease, now: number, early = false): MaybePromise<Claim> {
    return this.#ask((store) => store.claim(scopes, lease, now, early));
  }

  report(target: ReportTarget, report: Report, now: number): MaybePromise<Beliefs> {
    return this.#tell(
      (store) => store.report(target, report, now),
      (beliefs) => this.#learn(scopesOf(target), beliefs),
    );
  }

  set(scope: string, rest: { readonly until: number; readonly why: Why }, now: number): MaybePromise<Belief> {
    return this.#tell(
      (store) => store.set(scope, rest, now),
      (belief) => void this.#known.set(scope, belief),
    );
  }

  clear(scope: string): MaybePromise<number> {
    return this.#tell(
      (store) => store.clear(scope),
      () => void this.#memory.clear(scope),
    );
  }

  list(): MaybePromise<readonly ScopeBelief[]> {
    return this.#ask((store) => store.list());
  }

  /** Tries once more to hand over what is owed, and waits for a store that hangs no longer than that is worth. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const letGo = this.#options.clock.after(2 * SLOW, resolve);
      const done = (): void => {
        letGo();
        resolve();
      };
      this.#finish().then(done, done);
    });
  }

  async #finish(): Promise<void> {
    try {
      await Promise.all(this.#handOver());
    } finally {
      await this.#store.close();
    }
  }

  /** A write: if the store did not take it, it is owed. */
  #tell<T>(verb: Verb<T>, learn: (answer: T) => void): MaybePromise<T> {
    return this.#ask(verb, learn, () => {
      this.#owed.push(verb);
      if (this.#owed.length <= MOST_OWED) return;
      this.#owed.shift();
      this.#dropped += 1;
    });
  }

  #ask<T>(verb: Verb<T>, learn?: (answer: T) => void, owe?: () => void): MaybePromise<T> {
    if (this.#goneUntil > this.#options.clock.mono()) {
      owe?.();
      return verb(this.#memory);
    }
    try {
      if (this.#owed.length > 0) this.#handOver();
      const answer = verb(this.#store);
      if (isPromise(answer)) return this.#wait(answer, verb, learn, owe);
      this.#back();
      learn?.(answer);
      return answer;
    } catch (error) {
      this.#gone(error);
      owe?.();
      return verb(this.#memory);
    }
  }

  /** A store that answers late has still answered: only a failure makes its write owed. */
  #wait<T>(answer: PromiseLike<T>, verb: Verb<T>, learn?: (answer: T) => void, owe?: () => void): Promise<T> {
    return new Promise((resolve) => {
      let open = true;
      const settle = (value: MaybePromise<T>): void => {
        open = false;
        letGo();
        resolve(value);
      };
      const letGo = this.#options.clock.after(SLOW, () => {
        this.#gone(new Error(`no answer within ${SLOW} ms`));
        settle(verb(this.#memory));
      });
      answer.then(
        (value) => {
          if (!open) return;
          this.#back();
          learn?.(value);
          settle(value);
        },
        (error: unknown) => {
          this.#gone(error);
          owe?.();
          if (open) settle(verb(this.#memory));
        },
      );
    });
  }

  /** Writes what is owed, in order. What fails again is owed again. */
  #handOver(): PromiseLike<unknown>[] {
    const owed = this.#owed;
    this.#owed = [];
    const pending: PromiseLike<unknown>[] = [];
    for (const [index, verb] of owed.entries()) {
      try {
        const done = verb(this.#store);
        if (isPromise(done)) pending.push(done.then(undefined, () => void this.#owed.push(verb)));
      } catch (error) {
        this.#owed = owed.slice(index);
        throw error;
      }
    }
    return pending;
  }

  #learn(scopes: readonly string[], beliefs: Beliefs): void {
    if (this.#known.size === 0 && beliefs.size === 0) return;
    for (const scope of scopes) {
      const belief = beliefs.get(scope);
      if (belief) this.#known.set(scope, belief);
      else this.#known.delete(scope);
    }
  }

  #gone(error: unknown): void {
    this.#goneUntil = this.#options.clock.mono() + REST;
    if (this.#said) return;
    this.#said = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.say(`health store unavailable (${reason}); going on in memory, other processes do not see what fails here`);
  }

  #back(): void {
    if (!this.#said) return;
    this.#said = false;
    this.#goneUntil = 0;
    const lost = this.#dropped > 0 ? `; ${this.#dropped} reports were dropped` : '';
    this.#dropped = 0;
    this.#options.say(`health store available again${lost}`);
  }
}

const isPromise = <T>(value: MaybePromise<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** Wraps a store so that it never stops a call. */
export const failOpen = (store: HealthStore, options: FailOpenOptions): HealthStore => new FailOpenHealth(store, options);
