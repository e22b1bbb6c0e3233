import { humanDuration } from '../duration.ts';
import type { Unit, Window } from './budget.ts';

/** Why a budget does not allow a call: which one, what is left of it, what the cheapest way would have taken, and when it is counted anew. */
export interface BudgetFact {
  readonly budget: string;
  /** `depth`: meta calls within each other. */
  readonly unit: Unit | 'depth';
  readonly per: Window['per'];
  readonly limit: number;
  readonly left: number;
  readonly needs: number;
  /** Epoch ms; absent for a run's budget, which does not renew. */
  readonly renewsAt?: number;
}

export const factOf = ({ budget, unit, per, limit, renewsAt }: Window, left: number, needs: number): BudgetFact => ({
  budget,
  unit,
  per,
  limit,
  left,
  needs,
  ...(renewsAt !== undefined && { renewsAt }),
});

/** `0.0125 USD`, `12,000 tokens`, `3 calls`. */
export function amountText(unit: BudgetFact['unit'], amount: number): string {
  if (unit === 'usd') return `${amount >= 1 ? (Number.isInteger(amount) ? amount : amount.toFixed(2)) : Number(amount.toPrecision(3))} USD`;
  return `${Math.round(amount).toLocaleString('en-US')} ${unit}`;
}

const SPAN = { run: 'for this run', day: 'a day', month: 'a month' } as const;

/** `budget "nightly": 0.12 USD of 20 USD a day left, this call may take up to 0.48 USD; it renews at 2026-11-21T00:00:00Z, in 10 h`. */
export function refusalText(fact: BudgetFact, now: number): string {
  const { budget, unit, per, limit, left, needs, renewsAt } = fact;
  const takes = unit === 'calls' ? '' : `, this call may take up to ${amountText(unit, needs)}`;
  const renews =
    renewsAt === undefined
      ? ''
      : `; it renews at ${new Date(renewsAt).toISOString().replace('.000', '')}, in ${humanDuration(Math.max(0, renewsAt - now))}`;
  if (unit === 'calls' && left === 0) return `budget "${budget}": no call of ${limit.toLocaleString('en-US')} ${SPAN[per]} left${renews}`;
  return `budget "${budget}": ${amountText(unit, left)} of ${amountText(unit, limit)} ${SPAN[per]} left${takes}${renews}`;
}
