import { chmodSync, closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MovingStore } from '../moving-store.ts';
import type { Clock } from '../ports.ts';
import type { Origin } from '../rules/transcript/origin.ts';
import { isBusy, isCorrupt, openDatabase, type Database, type Statement } from './sqlite-driver.ts';

export interface SqliteMovingOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Told once when nothing can be kept, and why. */
  readonly say: (line: string) => void;
}

/** Ms for which a locked database may block the event loop. A signature that is not known counts as native, and is mended. */
const BUSY_MS = 3;
/** Ms after which a value or a repair is forgotten. */
const OLD = 30 * 24 * 3_600_000;
/** Hashes looked up by one statement. */
const BATCH = 100;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS makers (hash TEXT PRIMARY KEY, origin TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS repairs (scope TEXT NOT NULL, repair TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scope, repair)) WITHOUT ROWID;
`;

interface Opened {
  readonly database: Database;
  readonly repairs: Statement;
  readonly learn: Statement;
  readonly makers: Statement;
  readonly handedOut: Statement;
}

/** What moved between models, shared by every process of a state folder: `moving.db`. What fails is done without, and said once. */
export class SqliteMoving implements MovingStore {
  readonly #options: SqliteMovingOptions;
  #opened: Opened | undefined;
  #gone = false;

  constructor(options: SqliteMovingOptions) {
    this.#options = options;
  }

  repairs(scope: string, since: number): readonly string[] {
    const rows = this.#run((opened) => opened.repairs.all(scope, since)) as { repair: string }[] | undefined;
    return rows?.map(({ repair }) => repair) ?? [];
  }

  learn(scope: string, repair: string, now: number): void {
    this.#run((opened) => opened.learn.run(scope, repair, now));
  }

  makers(hashes: readonly string[], since: number): ReadonlyMap<string, Origin> {
    const found = new Map<string, Origin>();
    for (let at = 0; at < hashes.length; at += BATCH) {
      const wanted = JSON.stringify(hashes.slice(at, at + BATCH));
      const rows = this.#run((opened) => opened.makers.all(wanted, since)) as { hash: string; origin: string }[] | undefined;
      for (const { hash, origin } of rows ?? []) found.set(hash, JSON.parse(origin) as Origin);
    }
    return found;
  }

  handedOut(hashes: readonly string[], origin: Origin, now: number): void {
    this.#run((opened) => opened.handedOut.run(JSON.stringify(hashes), JSON.stringify(origin), now));
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
      this.#options.say(`what moves between models is not kept in ${this.#options.folder} any more: ${why}`);
      return undefined;
    }
  }

  #open(): Opened {
    const { folder, clock } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'moving.db');
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
    for (const table of ['makers', 'repairs']) database.prepare(`DELETE FROM ${table} WHERE at < ?`).run(now - OLD);
    return {
      database,
      repairs: database.prepare('SELECT repair FROM repairs WHERE scope = ? AND at >= ? ORDER BY at LIMIT 16'),
      learn: database.prepare('INSERT INTO repairs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
      makers: database.prepare('SELECT hash, origin FROM makers WHERE hash IN (SELECT value FROM json_each(?)) AND at >= ?'),
      handedOut: database.prepare(
        `INSERT INTO makers SELECT value, ?2, ?3 FROM json_each(?1) WHERE true ON CONFLICT DO UPDATE SET origin = excluded.origin, at = excluded.at`,
      ),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A damaged file is no loss: what it held is found out again. */
function moveAside(path: string, suffix: string, stamp: number): void {
  try {
    renameSync(path + suffix, `${path}.corrupt-${stamp}${suffix}`);
  } catch {
    // There was none, or another process was faster.
  }
}
