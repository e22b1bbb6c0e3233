import { amountText, type Budget, type Spent } from '@holdfast/core/engine';
import { columns } from './call-words.ts';
import { tameLine } from './width.ts';

type Limit = Budget['limits'][number];

/** One window of a budget: what is spent in it, and of how much where the file says it. */
export interface BudgetRow {
  readonly budget: string;
  readonly unit: Limit['unit'];
  readonly per: Limit['per'];
  /** The run, or the caller of a budget that each has. */
  readonly who?: string;
  readonly used: number;
  readonly held: number;
  readonly most?: number;
  /** Epoch ms. */
  readonly renewsAt?: number;
}

const UNITS: ReadonlySet<unknown> = new Set(['usd', 'tokens', 'calls']);

/** What is stored, by the ids that `windowsOf` makes: name, unit, span, which one of them, whose. An id of another shape is none of ours. */
export function budgetRows(spent: readonly Spent[], budgets: readonly Budget[]): readonly BudgetRow[] {
  return spent.flatMap(({ id, used, held, renewsAt }) => {
    const [budget, unit, per, key, caller] = partsOf(id);
    if (budget === undefined || !UNITS.has(unit)) return [];
    const own = budgets.find(({ name }) => name === budget);
    const most = own?.limits.find((limit) => limit.unit === unit && limit.per === per)?.most;
    const who = caller ?? own?.caller ?? (per === 'run' ? `run ${key?.slice(0, 8)}` : undefined);
    const row = { budget, unit: unit as Limit['unit'], per: per as Limit['per'], used, held };
    return [{ ...row, ...(who && { who }), ...(most !== undefined && { most }), ...(renewsAt !== undefined && { renewsAt }) }];
  });
}

function partsOf(id: string): readonly (string | undefined)[] {
  try {
    const parts: unknown = JSON.parse(id);
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}

export function budgetLines(rows: readonly BudgetRow[], clockOf: (at: number) => string): readonly string[] {
  if (rows.length === 0) return ['nothing is spent under a budget'];
  const cells = rows.map(({ budget, unit, per, who, used, held, most, renewsAt }) => [
    tameLine(budget),
    per,
    tameLine(who ?? ''),
    amountText(unit, used),
    held > 0 ? amountText(unit, held) : '',
    most === undefined ? '' : amountText(unit, most),
    renewsAt === undefined ? '' : clockOf(renewsAt),
  ]);
  return columns([['BUDGET', 'PER', 'WHO', 'USED', 'HELD', 'OF', 'RENEWS'], ...cells]);
}
