import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { SessionError } from '../rules/session-error.ts';
import { corrupt, named, newer } from './sessions-damage.ts';
import { isNewer, isOurs, nextStep } from './sessions-schema.ts';

/** SQLite's own busy wait blocks the event loop: it is short, and the longer wait is ours. */
const BLOCK_MS = 20;
const PATIENCE_MS = 5000;

/**
 * The database of sessions: opened, created, and every error given a kind.
 * Q1. A file that cannot be read is left as it is: nothing in it is lost by us.
 * Q2. Durable against a killed process: WAL with `synchronous = NORMAL`.
 * Q3. An older minor is brought up to date in place, step by step, while older processes have it open.
 */
export class SessionsFile {
  readonly path: string;
  readonly db: DatabaseSync;

  private constructor(path: string, db: DatabaseSync) {
    this.path = path;
    this.db = db;
  }

  static async open(path: string): Promise<SessionsFile> {
    const db = attempt(path, () => {
      makePrivate(path);
      return new DatabaseSync(path, { timeout: BLOCK_MS });
    });
    const file = new SessionsFile(path, db);
    try {
      await file.retry(() => file.#prepare());
    } catch (error) {
      db.close();
      throw error;
    }
    return file;
  }

  /** Runs `work` again while others write, at most for seconds. It must change nothing when it throws. */
  async retry<T>(work: () => T): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    for (let n = 0; ; n++) {
      try {
        return work();
      } catch (error) {
        const named = this.#named(error);
        if (!(named instanceof SessionError) || named.kind !== 'locked' || performance.now() > until) throw named;
        await sleep(Math.random() * Math.min(5 * 2 ** n, 200));
      }
    }
  }

  transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.db.exec('COMMIT');
      return value;
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  #prepare(): void {
    const { db } = this;
    // Nothing is written before it is clear that the file is ours.
    this.#refuseForeign();
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    while (nextStep(this.#schema()) !== undefined) this.transaction(() => this.#step());
  }

  /** Another process may have been first. */
  #step(): void {
    const step = nextStep(this.#schema());
    if (step !== undefined) this.db.exec(step);
  }

  #refuseForeign(): void {
    if (isNewer(this.#schema())) throw newer(this.path);
    const tables = this.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as unknown as { name: string }[];
    if (!isOurs(new Set(tables.map(({ name }) => name)))) throw corrupt(this.path, 'its tables are not those of holdfast');
  }

  #schema(): number {
    return (this.db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  }

  #named(error: unknown): unknown {
    return named(this.path, error);
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(path, error);
  }
}

/** Folder 0700, file 0600; SQLite gives its side files the mode of the database. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  try {
    chmodSync(path, 0o600);
  } catch {
    // Somebody else's file, given to us on purpose.
  }
}
