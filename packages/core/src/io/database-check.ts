import { statSync } from 'node:fs';
import { openDatabase } from './sqlite-driver.ts';

/** Bytes above which looking through a file would take too long. */
const MOST = 256 * 1024 * 1024;

/** What is wrong with a database file; undefined: nothing, or it is too large to look through. A file that is not there is well. */
export function databaseFault(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.size === 0) return undefined;
  if (!stat.isFile()) return 'it is no file';
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) return 'others may read it';
  if (stat.size > MOST) return undefined;
  try {
    const database = openDatabase(path, 250);
    try {
      const row = database.prepare('PRAGMA quick_check(1)').get() as Record<string, unknown>;
      const [said] = Object.values(row);
      return said === 'ok' ? undefined : String(said);
    } finally {
      database.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
