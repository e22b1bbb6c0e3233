import { chmodSync, closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AffinityStore, Clock } from '../ports.ts';
import type { Kept } from '../rules/affinity.ts';
import { isBusy, isCorrupt, openDatabase, type Database, type Statement } from './sqlite-driver.ts';

export interface SqliteAffinityOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Told once when conversations cannot be kept, and why. */
  readonly say: (line: string) => void;
}

/** Ms for which a locked database may block the event loop. A preference is not worth more. */
const BUSY_MS = 3;
/** Ms after which a conversation that nobody went on with is forgotten. */
const OLD = 30 * 24 * 3_600_000;

const SCHEMA = `CREATE TABLE IF NOT EXISTS kept (
  key TEXT PRIMARY KEY, ref TEXT NOT NULL, credential TEXT NOT NULL, at INTEGER NOT NULL, warm INTEGER NOT NULL
) WITHOUT ROWID`;

interface Opened {
  readonly database: Database;
  readonly read: Statement;
  readonly write: Statement;
  readonly forget: Statement;
}

/** Where conversations were answered, shared by every process of a state folder: `affinity.db`. What fails is done without, and said once. */
export class SqliteAffinity implements AffinityStore {
  readonly #options: SqliteAffinityOptions;
  #opened: Opened | undefined;
  #gone = false;

  constructor(options: SqliteAffinityOptions) {
    this.#options = options;
  }

  read(key: string): Kept | undefined {
    const row = this.#run(({ read }) => read.get(key)) as Kept | undefined | null;
    return row ? { ref: row.ref, credential: row.credential, at: Number(row.at), warm: Number(row.warm) } : undefined;
  }

  write(key: string, { ref, credential, at, warm }: Kept): void {
    this.#run(({ write }) => write.run(key, ref, credential, at, warm));
  }

  forget(key: string, at: number): void {
    this.#run(({ forget }) => forget.run(key, at));
  }

  close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.database.close();
  }

  #run<T>(verb: (opened: Opened) => T): T | undefined {
    if (this.#gone) return undefined;
    try {
      return verb((this.#opened ??= this.#open()));
    } catch (error) {
      if (isBusy(error)) return undefined;
      this.#gone = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#options.say(`where conversations were answered is not kept in ${this.#options.folder} any more: ${why}`);
      return undefined;
    }
  }

  #open(): Opened {
    const { folder, clock } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'affinity.db');
    try {
      return prepared(path, clock.now());
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      for (const suffix of ['', '-wal', '-shm']) moveAside(path, suffix, clock.now());
      return prepared(path, clock.now());
    }
  }
}

function prepared(path: string, now: number): Opened {
  // SQLite gives its log the mode of the database: it must be private before the first byte.
  closeSync(openSync(path, 'a', 0o600));
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  const database = openDatabase(path, BUSY_MS);
  try {
    database.prepare('PRAGMA journal_mode = WAL').get();
    database.exec('PRAGMA synchronous = OFF');
    database.exec(SCHEMA);
    database.prepare('DELETE FROM kept WHERE at < ?').run(now - OLD);
    return {
      database,
      read: database.prepare('SELECT ref, credential, at, warm FROM kept WHERE key = ?'),
      write: database.prepare(
        `INSERT INTO kept VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
         SET ref = excluded.ref, credential = excluded.credential, at = excluded.at, warm = excluded.warm WHERE at <= excluded.at`,
      ),
      forget: database.prepare('DELETE FROM kept WHERE key = ? AND at <= ?'),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A damaged file is no loss: it held preferences. */
function moveAside(path: string, suffix: string, stamp: number): void {
  try {
    renameSync(path + suffix, `${path}.corrupt-${stamp}${suffix}`);
  } catch {
    // There was none, or another process was faster.
  }
}
