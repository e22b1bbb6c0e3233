import type { Claim, Clock, HealthStore, MaybePromise } from '../ports.ts';
import type { Belief, Beliefs, Lease, Report, ReportTarget, ScopeBelief, Why } from '../rules/belief.ts';
import type { Draw, Drawn } from '../rules/retry-bucket.ts';
import { scopesOf } from '../rules/scope.ts';
import { MemoryHealth } from './health-memory.ts';
import { isPromise, OwedWrites } from './owed-writes.ts';

export interface FailOpenOptions {
  readonly clock: Clock;
  /** One line for people: at the first failure of an outage, and at its end. */
  readonly say: (line: string) => void;
}

type Verb<T> = (store: HealthStore) => MaybePromise<T>;

const NOTHING_OWED = (): void => {};

/** Ms a store may take before a call goes on without it. */
const SLOW = 50;
/** Ms for which a store that failed is left alone. */
const REST = 5_000;

/**
 * A health store that cannot stop a call.
 *
 * F1. No verb rejects, and none takes longer than 50 ms.
 * F2. While the store is gone, this process goes on with what it knew, in memory; reports still count.
 * F3. What was written meanwhile is written to the store when it is back. A report told twice is one incident (H1).
 * F4. An outage is said once.
 */
export class FailOpenHealth implements HealthStore {
  readonly owner?: string;
  readonly #store: HealthStore;
  readonly #options: FailOpenOptions;
  /** What the store last answered where it was not pristine, and what was reported since it went. */
  readonly #known = new Map<string, Belief>();
  readonly #memory = new MemoryHealth({ known: this.#known });
  readonly #owed = new OwedWrites<HealthStore>();
  #goneUntil = 0;
  #said = false;
  /** The outage began with a write. */
  #unwritten = false;
  readonly #written = (): void => void (this.#unwritten = false);

  constructor(store: HealthStore, options: FailOpenOptions) {
    this.#store = store;
    this.#options = options;
    if (store.owner !== undefined) this.owner = store.owner;
  }

  read(scopes: readonly string[], now?: number): MaybePromise<Beliefs> {
    return this.#ask(
      (store) => store.read(scopes, now),
      (beliefs) => this.#learn(scopes, beliefs),
    );
  }

  claim(scopes: readonly string[], lease: Lease, now: number, early = false): MaybePromise<Claim> {
    return this.#ask((store) => store.claim(scopes, lease, now, early), undefined, NOTHING_OWED);
  }

  report(target: ReportTarget, report: Report, now: number): MaybePromise<Beliefs> {
    return this.#tell(
      (store) => store.report(target, report, now),
      (beliefs) => this.#learn(scopesOf(target), beliefs),
    );
  }

  draw(endpoint: string, asked: Draw, now: number): MaybePromise<Drawn> {
    const verb = (store: HealthStore): MaybePromise<Drawn> => store.draw?.(endpoint, asked, now) ?? this.#memory.draw(endpoint, asked, now);
    return this.#ask(verb, undefined, NOTHING_OWED);
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
      await Promise.all(this.#owed.handOver(this.#store));
    } finally {
      await this.#store.close();
    }
  }

  /** A write: if the store did not take it, it is owed. */
  #tell<T>(verb: Verb<T>, learn: (answer: T) => void): MaybePromise<T> {
    return this.#ask(verb, learn, () => this.#owed.add(verb));
  }

  /** `owe` is given for writes: what cannot be written is not back before something was. */
  #ask<T>(verb: Verb<T>, learn?: (answer: T) => void, owe?: () => void): MaybePromise<T> {
    if (this.#goneUntil > this.#options.clock.mono()) {
      owe?.();
      return verb(this.#memory);
    }
    try {
      this.#owed.settle(this.#store, this.#written);
      const answer = verb(this.#store);
      if (isPromise(answer)) return this.#wait(answer, verb, learn, owe);
      this.#back(owe !== undefined);
      learn?.(answer);
      return answer;
    } catch (error) {
      this.#gone(error, owe !== undefined);
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
        this.#gone(new Error(`no answer within ${SLOW} ms`), false);
        settle(verb(this.#memory));
      });
      answer.then(
        (value) => {
          if (!open) return;
          this.#back(owe !== undefined);
          learn?.(value);
          settle(value);
        },
        (error: unknown) => {
          owe?.();
          this.#unwritten ||= owe !== undefined;
          // Given up already: that it failed in the end is no new outage.
          if (!open) return;
          this.#gone(error, owe !== undefined);
          settle(verb(this.#memory));
        },
      );
    });
  }

  #learn(scopes: readonly string[], beliefs: Beliefs): void {
    if (this.#known.size === 0 && beliefs.size === 0) return;
    for (const scope of scopes) {
      const belief = beliefs.get(scope);
      if (belief) this.#known.set(scope, belief);
      else this.#known.delete(scope);
    }
  }

  #gone(error: unknown, writing: boolean): void {
    this.#unwritten ||= writing;
    this.#goneUntil = this.#options.clock.mono() + REST;
    if (this.#said) return;
    this.#said = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.say(`health store unavailable (${reason}); going on in memory, other processes do not see what fails here`);
  }

  #back(written: boolean): void {
    if (!this.#said || (this.#unwritten && !written)) return;
    this.#said = this.#unwritten = false;
    this.#goneUntil = 0;
    const dropped = this.#owed.forgetDropped();
    const lost = dropped > 0 ? `; ${dropped} reports were dropped` : '';
    this.#options.say(`health store available again${lost}`);
  }
}

/** Wraps a store so that it never stops a call; one that is wrapped already is left as it is. */
export const failOpen = (store: HealthStore, options: FailOpenOptions): HealthStore =>
  store instanceof FailOpenHealth ? store : new FailOpenHealth(store, options);
