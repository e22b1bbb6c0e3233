import { callRows, type CallRows } from './calls-rows.ts';
import { identityOf, privateFile, shareable } from './database-file.ts';
import { openDatabase, type Database } from './sqlite-driver.ts';

/** Ms for which a locked database may block the event loop. */
const BUSY_MS = 3;

/** `calls.db` in a state folder: open, private. */
export interface CallsFile {
  readonly rows: CallRows;
  readonly path: string;
  readonly identity: string | undefined;
  /** All of it or nothing. */
  atOnce(work: (rows: CallRows) => void): void;
  close(): void;
}

/** Which file an error came from that could not even be opened. */
const unopened = new WeakMap<object, Pick<CallsFile, 'path' | 'identity'>>();
export const fileOf = (error: unknown): Pick<CallsFile, 'path' | 'identity'> | undefined => unopened.get(error as object);

export function openCalls(folder: string): CallsFile {
  const path = privateFile(folder, 'calls.db');
  const identity = identityOf(path);
  const database = openDatabase(path, BUSY_MS);
  try {
    shareable(database);
    const rows = callRows(database);
    return {
      rows,
      path,
      identity,
      atOnce: (work) => transaction(database, () => work(rows)),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    unopened.set(error as object, { path, identity });
    throw error;
  }
}

function transaction(database: Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // SQLite had rolled back by itself; the error that made it is the one to tell.
    }
    throw error;
  }
}
