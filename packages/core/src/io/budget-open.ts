import type { BudgetStore } from '../ports.ts';
import { SqliteBudgets } from './budget-sqlite.ts';
import { systemClock, systemRandom } from './clock-system.ts';
import { processIdentity } from './process-identity.ts';

/**
 * A store that every process counts in that names the same folder: `budgets.db` in it, made when it is missing. `say` is told
 * once of a damaged file that was moved aside.
 */
export function sqliteBudgets({ folder, say = () => {} }: { readonly folder: string; readonly say?: (line: string) => void }): BudgetStore {
  const { owner, alive } = processIdentity();
  const store = new SqliteBudgets({ folder, clock: systemClock, random: systemRandom, alive, say });
  return {
    reserve: (hold, now) => store.reserve({ ...hold, owner }, now),
    settle: (id, paid, now) => store.settle(id, paid, now),
    list: (now) => store.list(now),
    close: () => store.close(),
  };
}
