import type { BudgetStore } from '../ports.ts';
import type { Window } from '../rules/budget/budget.ts';
import { mayHold, REMEMBERED, type Hold, type Paid, type Reserved, type Spent } from '../rules/budget/reserve.ts';

interface Used {
  amount: number;
  touched: number;
  readonly renewsAt?: number;
}

/** Calls between two looks at what may be forgotten. */
const SWEEP = 1_000;

/** What this process alone has spent. Every verb answers at once. */
export class MemoryBudgets implements BudgetStore {
  readonly #used = new Map<string, Used>();
  readonly #holds = new Map<string, Hold>();
  readonly #alive: (owner: string) => boolean;
  #settled = 0;

  constructor({ alive = () => true }: { readonly alive?: (owner: string) => boolean } = {}) {
    this.#alive = alive;
  }

  reserve(hold: Hold, now: number): Reserved {
    const answer = mayHold(hold, ({ id }) => ({ used: this.#used.get(id)?.amount ?? 0, held: this.#held(id, now, hold.id) }));
    if (answer.ok) this.#holds.set(hold.id, hold);
    return answer;
  }

  settle(id: string, paid: readonly Paid[], now: number): void {
    this.#holds.delete(id);
    for (const { window, amount } of paid) if (amount > 0) this.#pay(window, amount, now);
    if (++this.#settled % SWEEP === 0) this.#sweep(now);
  }

  #pay({ id, renewsAt }: Window, amount: number, now: number): void {
    const used = this.#used.get(id);
    if (used) {
      used.amount += amount;
      used.touched = now;
    } else this.#used.set(id, { amount, touched: now, ...(renewsAt !== undefined && { renewsAt }) });
  }

  list(now: number): readonly Spent[] {
    const ids = new Set([...this.#used.keys(), ...[...this.#holds.values()].flatMap(({ parts }) => parts.map(({ window }) => window.id))]);
    const rows = [...ids].map((id): Spent => {
      const { amount = 0, renewsAt } = this.#used.get(id) ?? {};
      return { id, used: amount, held: this.#held(id, now), ...(renewsAt !== undefined && { renewsAt }) };
    });
    return rows.filter(({ used, held }) => used > 0 || held > 0).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  close(): void {}

  #held(window: string, now: number, but?: string): number {
    let sum = 0;
    for (const { id, owner, until, parts } of this.#holds.values()) {
      if (id === but || until <= now || !this.#alive(owner)) continue;
      for (const part of parts) if (part.window.id === window) sum += part.amount;
    }
    return sum;
  }

  #sweep(now: number): void {
    for (const [id, { touched, renewsAt }] of this.#used) if ((renewsAt ?? touched + REMEMBERED) <= now) this.#used.delete(id);
    for (const [id, { until }] of this.#holds) if (until <= now) this.#holds.delete(id);
  }
}
