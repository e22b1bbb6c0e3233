import { FailOpenBudgets, processIdentity, SqliteBudgets, systemClock, systemRandom, type BudgetStore } from '@holdfast/core/engine';

/** What every holdfast process of a state folder has spent together; opened when a budget first asks, and its failures never stop a call. */
export function budgetStore(folder: string, say: (line: string) => void): BudgetStore {
  const { alive } = processIdentity();
  const store = new SqliteBudgets({ folder, clock: systemClock, random: systemRandom, alive, say });
  return new FailOpenBudgets(store, { clock: systemClock, say });
}
