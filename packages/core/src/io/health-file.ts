import { identityOf, moveAside, privateFile, shareable } from './database-file.ts';
import { prepareRows, type Rows } from './health-rows.ts';
import { prepareSchema } from './health-schema.ts';
import { openDatabase, type Database } from './sqlite-driver.ts';

/** `health.db` in a state folder: opened, private, shared by every holdfast process of this user. */
export interface HealthFile extends Rows {
  exec(sql: string): void;
  /** Somebody removed or replaced the file: what is written here, nobody reads. */
  isReplaced(): boolean;
  /** Takes a damaged file out of the way, unless another process already did. Answers its new name. */
  moveAside(stamp: number): string | undefined;
  close(): void;
}

/** Ms for which a locked database may block the event loop. */
const BUSY_MS = 3;

export function openHealthFile(folder: string, file = 'health.db'): HealthFile {
  const path = privateFile(folder, file);
  const identity = identityOf(path);
  const database = openDatabase(path, BUSY_MS);
  try {
    prepare(database);
    const rows = prepareRows(database);
    return { ...rows, ...handle(database, path, identity) };
  } catch (error) {
    database.close();
    if (error instanceof Error) damaged.set(error, { path, identity });
    throw error;
  }
}

const damaged = new WeakMap<Error, { readonly path: string; readonly identity: string | undefined }>();

/** For a file that could not even be opened: moves it aside like `moveAside`. */
export function moveUnopened(error: unknown, stamp: number): string | undefined {
  const file = error instanceof Error ? damaged.get(error) : undefined;
  return file && moveAside(file.path, file.identity, stamp);
}

function prepare(database: Database): void {
  shareable(database);
  // Nothing here is worth waiting for the disk: what a power failure damages is moved aside, and beliefs start afresh.
  database.exec('PRAGMA synchronous = OFF');
  // Small and often: whoever writes the log back holds its event loop.
  database.exec('PRAGMA wal_autocheckpoint = 200');
  prepareSchema(database);
}

function handle(database: Database, path: string, identity: string | undefined): Omit<HealthFile, keyof Rows> {
  return {
    exec: (sql) => void database.exec(sql),
    isReplaced: () => identityOf(path) !== identity,
    moveAside: (stamp) => moveAside(path, identity, stamp),
    close: () => database.close(),
  };
}
