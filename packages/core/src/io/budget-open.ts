import { known, refuse } from '../option-checks.ts';
import type { BudgetStore } from '../ports.ts';
import { SqliteBudgets } from './budget-sqlite.ts';
import { systemClock, systemRandom } from './clock-system.ts';
import { processIdentity } from './process-identity.ts';
import { processWarning } from './process-warning.ts';
import { isPath, stateFolder } from './state-folder.ts';

export interface SharedBudgetsOptions {
  /** In which what is spent is `budgets.db` (`~/.holdfast` is the one of the `holdfast` command). Made when it is missing, readable by its owner only. */
  readonly folder: string;
  /** Told once of a damaged file that was moved aside; default a process warning. */
  readonly say?: (line: string) => void;
}

const where = (option: string): string => `sqliteBudgets({ ${option} })`;

/**
 * A store that every process counts in that names the same folder: `holdfast({ models, budgets, budgetStore: sqliteBudgets('~/.holdfast') })`.
 * Throws a `ModelFailure` (`bad-request`) for a wrong option; a file that is slow or gone stops no call (`holdfast` says so once).
 */
export function sqliteBudgets(options: string | SharedBudgetsOptions): BudgetStore {
  const given: Partial<SharedBudgetsOptions> = typeof options === 'string' ? { folder: options } : options;
  if (typeof given !== 'object' || given === null) return refuse('sqliteBudgets(folder)', "needs a folder, such as '~/.holdfast'");
  known(given, ['folder', 'say'], where);
  const { folder, say = processWarning } = given;
  if (!isPath(folder)) return refuse(where('folder'), "must be a folder, such as '~/.holdfast'");
  if (typeof say !== 'function') return refuse(where('say'), 'must be a function');
  const { owner, alive } = processIdentity();
  const store = new SqliteBudgets({ folder: stateFolder(folder), clock: systemClock, random: systemRandom, alive, say });
  return {
    reserve: (hold, now) => store.reserve({ ...hold, owner }, now),
    settle: (id, paid, now) => store.settle(id, paid, now),
    list: (now) => store.list(now),
    close: () => store.close(),
  };
}
