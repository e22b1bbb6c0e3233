import { createRequire } from 'node:module';

/**
 * The embedded database of whoever runs us: `node:sqlite`, `bun:sqlite` under Bun. Loaded when first opened, so that programs
 * that keep nothing pay nothing.
 */
export type SqlValue = string | number | bigint | null;

export interface Statement {
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
  run(...values: SqlValue[]): unknown;
}

export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

const load = createRequire(import.meta.url);

/**
 * `busyMs`: how long a locked database blocks this thread before it throws. Keep it short: SQLite's wait stops the event loop.
 */
export function openDatabase(file: string, busyMs: number): Database {
  if (process.versions.bun === undefined) {
    const { DatabaseSync } = load('node:sqlite') as typeof import('node:sqlite');
    return new DatabaseSync(file, { timeout: busyMs }) as Database;
  }
  const bun = load('bun:sqlite') as { Database: new (file: string) => Database };
  const database = new bun.Database(file);
  database.exec(`PRAGMA busy_timeout = ${busyMs}`);
  return database;
}

const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** SQLite's primary result code; undefined for every other error. */
function resultCode(error: unknown): number | undefined {
  const { errcode, errno, code } = error as { errcode?: unknown; errno?: unknown; code?: unknown };
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') return errcode & 0xff;
  return typeof code === 'string' && code.startsWith('SQLITE_') && typeof errno === 'number' ? errno & 0xff : undefined;
}

/** Somebody else is writing: try again soon. Of an error that wraps SQLite's, too. */
export const isBusy = (error: unknown): boolean =>
  [BUSY, LOCKED].includes(resultCode(error) ?? 0) || (error instanceof Error && error.cause !== undefined && isBusy(error.cause));

/** The file is damaged, or no database at all. */
export const isCorrupt = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(resultCode(error) ?? 0);
