import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { SessionError } from '../rules/session-error.ts';

/** Hundreds are the major: a newer one is refused, a newer minor only adds. */
const SCHEMA = 100;

const TABLES = `
CREATE TABLE session (id TEXT PRIMARY KEY, file TEXT NOT NULL, agent TEXT NOT NULL, cwd TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE INDEX session_file ON session (file);
CREATE TABLE event (
  session TEXT NOT NULL, seq INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, run TEXT NOT NULL, path TEXT NOT NULL,
  attempt TEXT, type TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (session, seq)
) STRICT;
CREATE TABLE inbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
  UNIQUE (session, id)
) STRICT;
CREATE TABLE writer (session TEXT PRIMARY KEY, pid INTEGER NOT NULL, started TEXT NOT NULL, boot TEXT NOT NULL) STRICT;
PRAGMA user_version = ${SCHEMA};
`;

const OURS = ['session', 'event', 'inbox', 'writer'];

/** SQLite's own busy wait blocks the event loop: it is short, and the longer wait is ours. */
const BLOCK_MS = 20;
const PATIENCE_MS = 5000;

/**
 * The database of sessions: opened, created, and every error given a kind.
 * Q1. A file that cannot be read is left as it is: nothing in it is lost by us.
 * Q2. Durable against a killed process: WAL with `synchronous = NORMAL`.
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
    if (this.#schema() > 0) return;
    this.transaction(() => {
      // Another process may have been first.
      if (this.#schema() === 0) db.exec(TABLES);
    });
  }

  #refuseForeign(): void {
    this.#refuseNewer();
    const tables = this.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as unknown as { name: string }[];
    const names = new Set(tables.map(({ name }) => name));
    const ours = OURS.every((name) => names.has(name));
    if (names.size > 0 && !ours) throw corrupt(this.path, 'its tables are not those of holdfast');
  }

  #refuseNewer(): void {
    const found = this.#schema();
    if (Math.floor(found / 100) <= Math.floor(SCHEMA / 100)) return;
    throw new SessionError(
      'newer',
      `${this.path} was written by a newer version of holdfast: update holdfast, or use another folder (--state DIR)`,
      {
        file: this.path,
      },
    );
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

const BUSY: ReadonlySet<number> = new Set([5, 6]);
const CORRUPT: ReadonlySet<number> = new Set([11, 26]);

function named(file: string, error: unknown): unknown {
  if (error instanceof SessionError) return error;
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string };
  const options = { cause: error };
  if (code === 'ERR_SQLITE_ERROR') {
    const primary = (errcode ?? 0) & 0xff;
    if (BUSY.has(primary))
      return new SessionError('locked', `${file} is locked: another program has been writing to it for seconds`, { file }, options);
    if (CORRUPT.has(primary)) return corrupt(file, message, error);
    return new SessionError('unwritable', unwritable(file, message), { file }, options);
  }
  if (error instanceof SyntaxError) return corrupt(file, `a stored event is not JSON: ${message}`, error);
  // What the file system said: EACCES, EROFS, ENOTDIR, ENOSPC …
  return typeof code === 'string' && /^E[A-Z]+$/.test(code)
    ? new SessionError('unwritable', unwritable(file, message), { file }, options)
    : error;
}

const unwritable = (file: string, why: string) =>
  `sessions cannot be stored in ${file} (${why}): make it writable, or use another folder (--state DIR or HOLDFAST_STATE)`;

const corrupt = (file: string, why: string, cause?: unknown) =>
  new SessionError(
    'corrupt',
    `${file} cannot be read as a database of sessions (${why}). It was not changed. Move it aside with its -wal and -shm files to start afresh, ` +
      `or use another folder (--state DIR); "sqlite3 ${file} .recover" saves what can be read`,
    { file },
    { cause },
  );
