import type { MovingStore } from '../moving-store.ts';
import { refuse } from '../option-checks.ts';
import { systemClock } from './clock-system.ts';
import { SqliteMoving } from './moving-sqlite.ts';
import { processWarning } from './process-warning.ts';
import { isPath, stateFolder } from './state-folder.ts';

/**
 * What is remembered of conversations that move between models, shared by every process that names the same folder:
 * `holdfast({ models, moving: sqliteMoving('~/.holdfast') })`. The file is `moving.db`, readable by its owner only; it holds hashes of signatures
 * with who made them, for 30 days, and which repairs a model needed. A folder that cannot be used stops no call and is said once, by a process
 * warning. Throws a `ModelFailure` (`bad-request`) for a path that is none.
 */
export function sqliteMoving(folder: string): MovingStore {
  if (!isPath(folder)) return refuse('sqliteMoving(folder)', "needs a folder, such as '~/.holdfast'");
  return new SqliteMoving({ folder: stateFolder(folder), clock: systemClock, say: processWarning });
}
