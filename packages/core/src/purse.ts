import { BudgetRefusal } from './budget-exceeded.ts';
import type { BudgetStore, Clock } from './ports.ts';
import { windowsOf, type Amounts, type Budget, type Spender, type Window } from './rules/budget/budget.ts';
import { factOf } from './rules/budget/refusal.ts';
import { HOLD_MS, type Hold, type Paid } from './rules/budget/reserve.ts';
import type { FailureKind } from './rules/failure.ts';
import { BUDGET } from './rules/fit.ts';
import type { Plan } from './rules/plan.ts';
import type { RequestFacts } from './rules/target.ts';

export interface PursePorts {
  readonly store: BudgetStore;
  readonly clock: Clock;
  /** Process identity: what a dead process held is free again. */
  readonly owner: string;
}

type Spent = Omit<Amounts, 'calls'>;

/**
 * What one call may spend.
 *
 * B3. Before each attempt what it can cost at most is held, beside what the call has paid: a retry or a takeover never goes beyond a budget.
 * B4. A target that does not fit what is left is passed over, with the reason `budget`; a cheaper one may fit.
 * B5. At the end what was paid is counted and the rest is free again, exactly once.
 */
export class Purse {
  /** Why the cheapest of the targets passed over was. */
  #refusal: BudgetRefusal | undefined;
  #held = false;
  /** The call may end while the store is asked. */
  #over = false;
  readonly #budgets: readonly Budget[];
  readonly #spender: Spender;
  readonly #most: (place: number, facts: RequestFacts) => Amounts;
  readonly #ports: PursePorts;
  #windows: readonly Window[] | undefined;

  constructor(budgets: readonly Budget[], spender: Spender, most: (place: number, facts: RequestFacts) => Amounts, ports: PursePorts) {
    this.#budgets = budgets;
    this.#spender = spender;
    this.#most = most;
    this.#ports = ports;
  }

  /**
   * Holds what an attempt at `place` can cost; `facts` are those of the request as it has grown, `spent` is what the call's ended attempts
   * cost, `beside` the places of those that run still.
   * Answers the plan without the place when it does not fit. Never rejects.
   */
  async bars(plan: Plan, place: number, facts: RequestFacts, spent: Spent, beside: readonly number[] = []): Promise<Plan | undefined> {
    const { store, clock, owner } = this.#ports;
    const now = clock.now();
    this.#windows ??= windowsOf(this.#budgets, this.#spender, now);
    if (this.#windows.length === 0) return undefined;
    const needs = this.#needs([place, ...beside], facts, spent);
    const parts = this.#windows.map((window) => ({ window, amount: needs[window.unit] }));
    const hold: Hold = { id: this.#spender.id, owner, until: now + HOLD_MS, parts };
    const held = await store.reserve(hold, now);
    if (held.ok) {
      if (this.#over) this.#free([]);
      this.#held = !this.#over;
      return undefined;
    }
    this.#refused(new BudgetRefusal(factOf(held.window, held.left, needs[held.window.unit]), now));
    return { ...plan, fits: plan.fits.with(place, { fits: 'no', reason: BUDGET }) };
  }

  #needs(places: readonly number[], facts: RequestFacts, spent: Spent): Amounts {
    let { usd, tokens } = spent;
    for (const place of places) {
      const most = this.#most(place, facts);
      usd += most.usd;
      tokens += most.tokens;
    }
    return { usd, tokens, calls: 1 };
  }

  #refused(refusal: BudgetRefusal): void {
    const before = this.#refusal?.budget;
    if (!before || refusal.budget.needs - refusal.budget.left < before.needs - before.left) this.#refusal = refusal;
  }

  /** What a call that ends with `kind`, and without an attempt that decides, is told. */
  refusalFor(kind: FailureKind): BudgetRefusal | undefined {
    return kind === 'quota' ? this.#refusal : undefined;
  }

  /** The call is over. Never throws or rejects. */
  settle(paid: Amounts): void {
    this.#over = true;
    if (!this.#held) return;
    this.#held = false;
    this.#free((this.#windows ?? []).map((window) => ({ window, amount: paid[window.unit] })));
  }

  #free(paid: readonly Paid[]): void {
    const { store, clock } = this.#ports;
    void Promise.resolve(store.settle(this.#spender.id, paid, clock.now())).catch(() => {});
  }
}
