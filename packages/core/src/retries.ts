import type { Clock, HealthStore } from './ports.ts';
import { retryBudget, type RetryBudget } from './retry-budget.ts';
import type { PastAttempt } from './rules/plan.ts';
import { costsRetry } from './rules/plan-again.ts';
import type { Target } from './rules/target.ts';

const NONE: ReadonlySet<number> = new Set();

/** P6 as one call meets it: its first attempts at a target are counted, its further ones are asked for. */
export class Retries {
  /** Places whose retry the bucket refused: this call asks them again as a last resort only. */
  refused: ReadonlySet<number> = NONE;
  readonly #budget: RetryBudget;
  readonly #clock: Clock;
  readonly #caller: string | undefined;
  /** The number of the attempt that was last paid for: a claim that fails is no second draw. */
  #paid = -1;

  constructor(health: HealthStore, clock: Clock, caller: string | undefined) {
    this.#budget = retryBudget(health);
    this.#clock = clock;
    this.#caller = caller;
  }

  /** Whether the next attempt may go to `target`; `now`: epoch ms. Never rejects. */
  allows(target: Target, past: readonly PastAttempt[], now: number): boolean | Promise<boolean> {
    if (this.#paid === past.length) return true;
    this.#paid = past.length;
    if (this.refused.has(target.place)) return true;
    if (past.length > 0 && costsRetry(past, target.place)) return this.#ask(target);
    this.#budget.called(target.entry, this.#caller, now);
    return true;
  }

  /** Whether `target` may be asked beside another one. Never rejects. */
  hedges({ entry }: Target): Promise<boolean> {
    return this.#budget.draw(entry, this.#caller, this.#clock.now());
  }

  /** The failures whose own rest does not bar a further attempt (H4). */
  own(place: number, mine: readonly PastAttempt[]): readonly PastAttempt[] {
    return this.refused.has(place) ? [] : mine;
  }

  async #ask({ entry, place }: Target): Promise<boolean> {
    if (await this.#budget.draw(entry, this.#caller, this.#clock.now())) return true;
    this.refused = new Set([...this.refused, place]);
    this.#paid = -1;
    return false;
  }
}
