import { basename, dirname, join } from 'node:path';
import { known, refuse } from '../option-checks.ts';
import type { HealthStore } from '../ports.ts';
import { systemClock, systemRandom } from './clock-system.ts';
import { failOpen } from './health-fail-open.ts';
import { SqliteHealth } from './health-sqlite.ts';
import { processIdentity } from './process-identity.ts';
import { processWarning } from './process-warning.ts';
import { isPath, stateFolder } from './state-folder.ts';

/** Where the beliefs lie, and who is told when they cannot be reached. */
export interface SharedHealthOptions {
  /**
   * A folder, in which the beliefs are `health.db` (`~/.holdfast` is the one of the `holdfast` command), or a file whose name ends in
   * `.db` or `.sqlite`. Made when it is missing, readable by its owner only. Not on a network file system.
   */
  readonly path: string;
  /** Told once when the file cannot be used, once when it can again, and once of a damaged file that was moved aside; default a process warning. */
  readonly say?: (line: string) => void;
}

const where = (option: string): string => `sqliteHealth({ ${option} })`;

/**
 * Beliefs about models that every process shares that opens the same path: `holdfast({ models, health: sqliteHealth('~/.holdfast') })`. What
 * one process saw fail rests for all of them, one of them probes it, and it comes back to all by and by. Node (`node:sqlite`) and Bun
 * (`bun:sqlite`); opened at the first call. A file that is slow, read-only or gone stops no call: the process goes on in memory and says so
 * once. Throws a `ModelFailure` (`bad-request`) for a wrong option.
 */
export function sqliteHealth(options: string | SharedHealthOptions): HealthStore {
  const { path, say = processWarning } = typeof options === 'string' ? { path: options } : checked(options);
  if (!isPath(path)) return refuse(where('path'), "must be a folder or a file, such as '~/.holdfast'");
  const full = stateFolder(path);
  const isFile = /\.(?:db|sqlite3?)$/i.test(basename(full));
  const { owner, alive } = processIdentity();
  const place = isFile ? { folder: dirname(full), file: basename(full) } : { folder: full, file: 'health.db' };
  const store = new SqliteHealth({ ...place, owner, alive, clock: systemClock, random: systemRandom, say });
  return failOpen(store, { clock: systemClock, say: (line) => say(`${line} [${join(place.folder, place.file)}]`) });
}

function checked(options: unknown): SharedHealthOptions {
  if (typeof options !== 'object' || options === null) return refuse('sqliteHealth(path)', "needs a path, such as '~/.holdfast'");
  known(options, ['path', 'say'], where);
  const { say } = options as Partial<SharedHealthOptions>;
  if (say !== undefined && typeof say !== 'function') return refuse(where('say'), 'must be a function');
  return options as SharedHealthOptions;
}
