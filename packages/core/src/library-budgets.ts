import type { BudgetPorts } from './budgeted.ts';
import { FailOpenBudgets } from './io/budget-fail-open.ts';
import { MemoryBudgets } from './io/budget-memory.ts';
import { processWarning } from './io/process-warning.ts';
import { refuse, storeWith } from './option-checks.ts';
import type { BudgetStore, Clock, NewId } from './ports.ts';
import { readBudgets, unpricedText, unpricedUnder } from './rules/budget/read.ts';
import type { Target } from './rules/target.ts';

type Limits = { readonly [K in `${'usd' | 'tokens' | 'calls'}Per${'Run' | 'Day' | 'Month'}`]?: number };

/**
 * What calls may spend. Money in US dollars by the prices of the models, tokens of input and output; a run is what calls name with
 * `providerOptions.holdfast.run` (a call that names none is its own).
 */
export interface BudgetOptions extends Limits {
  readonly name: string;
  /** Only calls of this caller, and of those below it (`ci` has `ci/nightly`). */
  readonly caller?: string;
  /** Only calls of this run. */
  readonly run?: string;
  /** Every caller has such a budget of its own. */
  readonly each?: 'caller';
  /** `allow`: models without a known price may stand under a budget of money; what they cost is not counted. Default `refuse`. */
  readonly unpriced?: 'allow' | 'refuse';
  /** Where a day begins and ends; default UTC. */
  readonly timeZone?: string;
  /** When: default `'00:00'`. */
  readonly renewsAt?: string;
}

export interface BudgetSetup {
  readonly budgets?: readonly BudgetOptions[] | undefined;
  readonly budgetStore?: BudgetStore | undefined;
}

/** Checked budgets and where they are counted; undefined where there are none. */
export function libraryBudgets(
  { budgets: given, budgetStore: own }: BudgetSetup,
  targets: readonly Target[],
  { clock, newId }: { readonly clock: Clock; readonly newId: NewId },
  where: (name: string) => string,
): BudgetPorts | undefined {
  const budgetStore = storeWith(where('budgetStore'), own, ['reserve', 'settle']);
  if (given === undefined) return undefined;
  const { budgets, problems } = readBudgets(given, 'camel');
  const [first] = problems;
  if (first) return refuse(where(`budgets[${first.index}]${first.key === undefined ? '' : `.${first.key}`}`), first.message);
  const unpriced = unpricedUnder(budgets, targets);
  if (unpriced) return refuse(where('budgets'), `${unpricedText(unpriced)}, or give a price: { model, price: { input, output } }`);
  const store = budgetStore ? new FailOpenBudgets(budgetStore, { clock, say: processWarning }) : counted(given);
  return { budgets, store, clock, newId, owner: newId() };
}

/** Models that are given one list are counted together. */
const lists = new WeakMap<readonly BudgetOptions[], MemoryBudgets>();

function counted(list: readonly BudgetOptions[]): MemoryBudgets {
  let store = lists.get(list);
  if (!store) lists.set(list, (store = new MemoryBudgets()));
  return store;
}
