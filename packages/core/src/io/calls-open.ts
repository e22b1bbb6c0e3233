import type { CallStore } from '../calls.ts';
import { duration, known, refuse, type Duration } from '../option-checks.ts';
import { SqliteCalls } from './calls-sqlite.ts';
import { systemClock } from './clock-system.ts';
import { processIdentity } from './process-identity.ts';
import { processWarning } from './process-warning.ts';
import { isPath, stateFolder } from './state-folder.ts';

/** Where records lie, and for how long. */
export interface SharedCallsOptions {
  /** A folder, in which the records are `calls.db` (`~/.holdfast` is the one that `holdfast calls` reads). Made when it is missing, readable by its owner only. */
  readonly path: string;
  /** How long records are kept; default 30 days. */
  readonly keep?: Duration;
  /** How long messages are kept, where `persistPrompts` hands them over; default 7 days. */
  readonly keepPrompts?: Duration;
  /** Told once when nothing can be kept, and once of a damaged file that was moved aside; default a process warning. */
  readonly say?: (line: string) => void;
}

const where = (option: string): string => `sqliteCalls({ ${option} })`;

/**
 * Records of calls that every process keeps in one file: `holdfast({ models, sinks: { records: sqliteCalls('~/.holdfast') } })`; read them with
 * `list()`, or with `holdfast calls`. Node and Bun. Throws a `ModelFailure` (`bad-request`) for a wrong option; what cannot be written stops
 * no call.
 */
export function sqliteCalls(options: string | SharedCallsOptions): CallStore {
  const given: Partial<SharedCallsOptions> = typeof options === 'string' ? { path: options } : options;
  if (typeof given !== 'object' || given === null) return refuse('sqliteCalls(path)', "needs a folder, such as '~/.holdfast'");
  known(given, ['path', 'keep', 'keepPrompts', 'say'], where);
  const { path, say = processWarning } = given;
  if (!isPath(path)) return refuse(where('path'), "must be a folder, such as '~/.holdfast'");
  if (typeof say !== 'function') return refuse(where('say'), 'must be a function');
  const [keep, keepPrompts] = [duration(where('keep'), given.keep), duration(where('keepPrompts'), given.keepPrompts)];
  return new SqliteCalls({
    folder: stateFolder(path),
    clock: systemClock,
    ...processIdentity(),
    say,
    ...(keep !== undefined && { keep }),
    ...(keepPrompts !== undefined && { keepPrompts }),
  });
}
