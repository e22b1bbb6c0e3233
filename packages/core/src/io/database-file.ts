import { chmodSync, closeSync, mkdirSync, openSync, renameSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './sqlite-driver.ts';

/** What every database of a state folder needs, whatever is in it. */

/** Locks over these are not to be trusted: NFS, SMB and CIFS, 9p as WSL mounts Windows drives, AFS, Ceph, Lustre, GPFS. */
const NETWORK = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x5346414f, 0x00c36400, 0x0bd00bd0, 0x47504653]);

/** Makes the folder and the file, for this user alone; answers the file's path. */
export function privateFile(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isNetwork(folder)) throw new Error(`${folder} is on a network file system, where processes cannot share a database safely`);
  const path = join(folder, name);
  makePrivate(path);
  return path;
}

/** SQLite gives its log the mode of the database: it must be private before the first byte. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

/** Which file stands there now; undefined: none. */
export function identityOf(path: string): string | undefined {
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

/** Takes a damaged file out of the way, unless another process already did. Answers its new name. */
export function moveAside(path: string, identity: string | undefined, stamp: number): string | undefined {
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

/** Shared with other processes, durable against a killed one. Where the file system cannot do WAL, SQLite keeps the mode it has, and that one serves too. */
export function shareable(database: Database): void {
  database.prepare('PRAGMA journal_mode = WAL').get();
  database.exec('PRAGMA synchronous = NORMAL');
}

/**
 * A table whose schema only grows: programs of different ages share the file, each reads and writes the columns it knows, and adds those
 * that are missing. A new column needs a default, or may be null.
 */
export function growingTable(database: Database, table: string, key: string, columns: Readonly<Record<string, string>>): void {
  const wanted = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (${key} TEXT PRIMARY KEY, ${wanted.join(', ')})`);
  const known = (): ReadonlySet<string> =>
    new Set((database.prepare(`PRAGMA table_info(${table})`).all() as { readonly name: string }[]).map(({ name }) => name));
  const there = known();
  for (const [name, type] of Object.entries(columns)) {
    if (there.has(name)) continue;
    try {
      database.exec(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
    } catch (error) {
      // Another process of our age was quicker.
      if (!known().has(name)) throw error;
    }
  }
}
