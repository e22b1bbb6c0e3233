import { chmodSync, closeSync, mkdirSync, openSync, renameSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { prepareRows, prepareSchema, type Rows } from './health-rows.ts';
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

/** Locks over these are not to be trusted: NFS, SMB and CIFS, and 9p as WSL mounts Windows drives. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997]);

export function openHealthFile(folder: string, file = 'health.db'): HealthFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isNetwork(folder)) throw new Error(`${folder} is on a network file system, where processes cannot share a database safely`);
  const path = join(folder, file);
  makePrivate(path);
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
  return file && move(file.path, file.identity, stamp);
}

function prepare(database: Database): void {
  // Where the file system cannot do WAL, SQLite answers the mode it kept, and that one serves too.
  database.prepare('PRAGMA journal_mode = WAL').get();
  database.exec('PRAGMA synchronous = NORMAL');
  prepareSchema(database);
}

function handle(database: Database, path: string, identity: string | undefined): Omit<HealthFile, keyof Rows> {
  return {
    exec: (sql) => void database.exec(sql),
    isReplaced: () => identityOf(path) !== identity,
    moveAside: (stamp) => move(path, identity, stamp),
    close: () => database.close(),
  };
}

function move(path: string, identity: string | undefined, stamp: number): string | undefined {
  if (identity === undefined || identityOf(path) !== identity) return undefined;
  const aside = `${path}.corrupt-${stamp}`;
  renameSync(path, aside);
  // Left behind, they would be taken for the log of the file that comes next.
  for (const suffix of ['-wal', '-shm']) {
    try {
      renameSync(path + suffix, aside + suffix);
    } catch {
      // There was none.
    }
  }
  return aside;
}

/** SQLite gives its log the mode of the database: it must be private before the first byte. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

function identityOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

function isNetwork(folder: string): boolean {
  try {
    return NETWORK.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}
