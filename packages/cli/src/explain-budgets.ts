import {
  factOf,
  refusalText,
  windowsOf,
  worstOf,
  type Budget,
  type BudgetFact,
  type BudgetStore,
  type RequestFacts,
  type Spent,
  type Target,
  type Window,
} from '@holdfast/core/engine';

/** A limit as it stands, before the next call. */
export interface BudgetStanding {
  readonly window: Window;
  readonly used: number;
  readonly held: number;
  readonly left: number;
}

/** Of the budgets that count a call of this caller in a run that has made none yet. */
export async function budgetStandings(
  budgets: readonly Budget[],
  store: BudgetStore,
  caller: string | undefined,
  now: number,
): Promise<readonly BudgetStanding[]> {
  if (budgets.length === 0) return [];
  const spent = new Map((await store.list(now)).map((row): [string, Spent] => [row.id, row]));
  return windowsOf(budgets, { id: '', caller }, now).map((window) => {
    const { used, held } = spent.get(window.id) ?? { used: 0, held: 0 };
    return { window, used, held, left: Math.max(0, window.limit - used - held) };
  });
}

/** B4. Why a call could not ask this target now; undefined: it fits what is left. */
export function refusalOf(
  standings: readonly BudgetStanding[],
  target: Target,
  facts: RequestFacts,
  asked: number | undefined,
): BudgetFact | undefined {
  const needs = worstOf(target, facts, asked);
  const short = standings.find(({ window, left }) => needs[window.unit] > left);
  return short && factOf(short.window, short.left, needs[short.window.unit]);
}

/** What a call is told whom budgets bar from every target: of the one that lacks least. */
export function allRefused(refusals: readonly (BudgetFact | undefined)[], now: number): string | undefined {
  const told = refusals.flatMap((refusal) => refusal ?? []);
  if (told.length === 0 || told.length < refusals.length) return undefined;
  return refusalText(
    told.reduce((least, one) => (one.needs - one.left < least.needs - least.left ? one : least)),
    now,
  );
}
