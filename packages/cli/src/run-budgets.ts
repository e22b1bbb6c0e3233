import { unpricedBar as barOf, type AgentFile, type ChainTarget } from '@holdfast/agent/engine';
import { appliesTo, type Budget } from '@holdfast/core/engine';

/** Those that count the calls of this caller; without one only those of everybody. */
export const runBudgets = ({ budgets }: AgentFile, caller?: string): readonly Budget[] =>
  budgets.filter((budget) => appliesTo(withoutRun(budget), { id: '', caller }));

/** Whatever run they are of: which one it will be is not known yet. */
const withoutRun = ({ run: _run, ...budget }: Budget): Budget => budget;

/** Why no run may ask these targets, and the way out; undefined: budgets have nothing against it. */
export const unpricedBar = (file: AgentFile, targets: readonly ChainTarget[], caller?: string): string | undefined =>
  barOf(runBudgets(file, caller), targets);
