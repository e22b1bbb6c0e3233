import type { AgentFile } from '@holdfast/agent/engine';
import { unpricedText, unpricedUnder, type Budget, type Target } from '@holdfast/core/engine';

/** A run names no caller: only budgets of everybody hold for it. */
export const runBudgets = ({ budgets }: AgentFile): readonly Budget[] => budgets.filter(({ caller }) => caller === undefined);

/** Why no run may ask these targets, and the way out; undefined: budgets have nothing against it. */
export function unpricedBar(file: AgentFile, targets: readonly Target[]): string | undefined {
  const unpriced = unpricedUnder(runBudgets(file), targets);
  return unpriced && `${unpricedText(unpriced)}, or give it a cost under models`;
}
