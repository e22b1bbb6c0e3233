import type { BudgetStore, Clock, MaybePromise } from '../ports.ts';
import type { Hold, Paid, Reserved, Spent } from '../rules/budget/reserve.ts';
import { MemoryBudgets } from './budget-memory.ts';
import { isPromise, OwedWrites } from './owed-writes.ts';

interface FailOpenOptions {
  readonly clock: Clock;
  /** One line for people: at the first failure of an outage, and at its end. */
  readonly say: (line: string) => void;
}

/** Ms a store may take before a call goes on without it: longer than a busy database is waited for (`budget-sqlite.ts`). */
const SLOW = 1_000;
/** Ms for which a store that failed is left alone. */
const REST = 5_000;

/**
 * A budget store that cannot stop a call.
 *
 * F1. No verb rejects, and none takes longer than a second.
 * F2. While the store is gone, this process counts what it spends itself, from what it spent before; others do not see it until then.
 * F3. What was paid meanwhile is told to the store when it is back. An outage is said once.
 */
export class FailOpenBudgets implements BudgetStore {
  readonly #store: BudgetStore;
  readonly #options: FailOpenOptions;
  /** What this process alone has spent and holds. */
  readonly #own = new MemoryBudgets();
  readonly #owed = new OwedWrites<BudgetStore>();
  /** Nobody waits for them but who closes. */
  readonly #settling = new Set<Promise<void>>();
  #goneUntil = -1;
  #said = false;

  constructor(store: BudgetStore, options: FailOpenOptions) {
    this.#store = store;
    this.#options = options;
  }

  async reserve(hold: Hold, now: number): Promise<Reserved> {
    const own = this.#own.reserve(hold, now);
    if (!own.ok) return own;
    const answer = await this.#ask((store) => store.reserve(hold, now), own);
    if (!answer.ok) this.#own.settle(hold.id, [], now);
    return answer;
  }

  async settle(id: string, paid: readonly Paid[], now: number): Promise<void> {
    this.#own.settle(id, paid, now);
    const settle = (store: BudgetStore): MaybePromise<void> => store.settle(id, paid, now);
    const settled = this.#ask(settle, undefined, () => this.#owed.add(settle));
    this.#settling.add(settled);
    await settled;
    this.#settling.delete(settled);
  }

  list(now: number): MaybePromise<readonly Spent[]> {
    return this.#ask((store) => store.list(now), this.#own.list(now));
  }

  async close(): Promise<void> {
    await Promise.all(this.#settling);
    await this.#ask(async () => void (await Promise.all(this.#owed.handOver(this.#store))), undefined);
    await this.#ask((store) => store.close(), undefined);
  }

  async #ask<T>(verb: (store: BudgetStore) => MaybePromise<T>, otherwise: T, owe?: () => void): Promise<T> {
    if (this.#goneUntil > this.#options.clock.mono()) {
      owe?.();
      return otherwise;
    }
    try {
      this.#owed.handOver(this.#store);
      const answer = verb(this.#store);
      const value = isPromise(answer) ? await this.#soon(answer, owe) : answer;
      this.#back();
      return value;
    } catch (error) {
      if (!(error instanceof Slow)) owe?.();
      this.#gone(error);
      return otherwise;
    }
  }

  /** One that answers late has still counted: only a failure makes its write owed. */
  #soon<T>(answer: PromiseLike<T>, owe: (() => void) | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      let open = true;
      const stop = this.#options.clock.after(SLOW, () => {
        open = false;
        reject(new Slow(`no answer within ${SLOW} ms`));
      });
      answer.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: unknown) => {
          stop();
          if (!open) owe?.();
          reject(error);
        },
      );
    });
  }

  #gone(error: unknown): void {
    this.#goneUntil = this.#options.clock.mono() + REST;
    if (this.#said) return;
    this.#said = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.say(`budget store unavailable (${reason}); each process counts only what it spends itself`);
  }

  #back(): void {
    if (!this.#said) return;
    this.#said = false;
    this.#options.say('budget store available again');
  }
}

class Slow extends Error {}
