import { refuse } from '../option-checks.ts';
import type { AffinityStore } from '../ports.ts';
import { SqliteAffinity } from './affinity-sqlite.ts';
import { systemClock } from './clock-system.ts';
import { processWarning } from './process-warning.ts';
import { isPath, stateFolder } from './state-folder.ts';

/**
 * Where conversations were answered, shared by every process that names the same folder: `holdfast({ models, affinity: sqliteAffinity('~/.holdfast') })`.
 * The file is `affinity.db`, readable by its owner only; it holds hashes of conversations with the model and key that last answered them, for
 * 30 days. A folder that cannot be used stops no call and is said once, by a process warning. Throws a `ModelFailure` (`bad-request`) for a
 * path that is none.
 */
export function sqliteAffinity(folder: string): AffinityStore {
  if (!isPath(folder)) return refuse('sqliteAffinity(folder)', "needs a folder, such as '~/.holdfast'");
  return new SqliteAffinity({ folder: stateFolder(folder), clock: systemClock, say: processWarning });
}
