import type { MaybePromise } from '../ports.ts';

export const isPromise = <T>(value: MaybePromise<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** Writes kept for a store that is gone; older ones are dropped. */
const MOST = 1_000;

/** What a store that is gone will be told when it is back, in order. */
export class OwedWrites<S> {
  #verbs: ((store: S) => MaybePromise<unknown>)[] = [];
  #dropped = 0;

  add(verb: (store: S) => MaybePromise<unknown>): void {
    this.#verbs.push(verb);
    if (this.#verbs.length <= MOST) return;
    this.#verbs.shift();
    this.#dropped += 1;
  }

  /** Hands over what is owed, if anything is, and tells when nothing is left. Throws what the store throws at once. */
  settle(store: S, done: () => void): void {
    if (this.#verbs.length === 0) return;
    const pending = this.handOver(store);
    const told = (): void => {
      if (this.#verbs.length === 0) done();
    };
    if (pending.length === 0) told();
    else void Promise.all(pending).then(told);
  }

  /** How many were dropped since this was last asked. */
  forgetDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** What fails again is owed again; answers what is still under way. Throws what the store throws at once. */
  handOver(store: S): readonly PromiseLike<unknown>[] {
    const verbs = this.#verbs;
    if (verbs.length === 0) return [];
    this.#verbs = [];
    const pending: PromiseLike<unknown>[] = [];
    for (const [index, verb] of verbs.entries()) {
      try {
        const done = verb(store);
        if (isPromise(done)) pending.push(done.then(undefined, () => void this.#verbs.push(verb)));
      } catch (error) {
        this.#verbs = verbs.slice(index);
        throw error;
      }
    }
    return pending;
  }
}
