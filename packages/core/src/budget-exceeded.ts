import { CallFailure } from './call-failure.ts';
import { ModelFailure } from './rules/failure.ts';
import { refusalText, type BudgetFact } from './rules/budget/refusal.ts';
import type { CallRecord } from './rules/record.ts';

const MARK = Symbol.for('holdfast.budget-exceeded');

/** The code in the facts of a call that a budget did not allow. */
export const BUDGET_CODE = 'budget-exceeded';

/** Why no target may be asked: a budget of the caller's, no fault of any model. */
export class BudgetRefusal extends ModelFailure {
  readonly budget: BudgetFact;

  constructor(budget: BudgetFact, now: number) {
    const retry = budget.renewsAt === undefined ? {} : { retryAt: budget.renewsAt };
    super('quota', refusalText(budget, now), { code: BUDGET_CODE, ...retry });
    this.budget = budget;
  }
}

/**
 * A budget does not allow the call: nobody was asked, or nobody further. `kind` is `quota`, `facts.code` `budget-exceeded`, `facts.retryAt` (epoch
 * ms) when it renews; `budget` says which, how much is left and how much the cheapest way might have taken. No model is rested for it.
 */
export class BudgetExceeded extends CallFailure {
  override readonly name = 'BudgetExceeded';
  readonly [MARK] = true;
  readonly budget: BudgetFact;

  constructor(refusal: BudgetRefusal, record: CallRecord, salvaged = '') {
    super('quota', refusal.message, refusal.facts, record, salvaged, refusal);
    this.budget = refusal.budget;
  }
}

/** True across duplicate copies of this package. */
export const isBudgetExceeded = (error: unknown): error is BudgetExceeded => typeof error === 'object' && error !== null && MARK in error;
