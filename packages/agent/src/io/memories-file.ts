import { DatabaseSync } from 'node:sqlite';
import { fileError } from './files.ts';
import { makePrivateFile } from './private-file.ts';
import { BLOCK_MS, isBusy, isCorrupt, isSqlite, whileBusy } from './sqlite-busy.ts';

/** What an agent remembers, in docker-agent's table. */
export interface Memory {
  readonly id: string;
  /** ISO 8601. */
  readonly created_at: string;
  readonly memory: string;
  readonly category: string;
}

/** Words that all occur, a category, or both; neither: everything. Case does not matter, in any alphabet. */
export interface MemoryQuery {
  readonly words: readonly string[];
  readonly category?: string;
}

/** Characters of memories that are answered at once. */
const MOST = 500_000;

const fold = (value: unknown): string => String(value ?? '').toLocaleLowerCase('en');

/**
 * One verb opens the database, and closes it: several processes share it, and nothing has to be let go.
 * R1. A file that is not a database of memories is left as it is.
 * R2. The file is private (0600) before its first byte.
 */
export class MemoriesFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** One that is there already stays: the call ran before. */
  add({ id, created_at, memory, category }: Memory, signal: AbortSignal): Promise<void> {
    return this.#use(signal, (db) => {
      db.prepare('INSERT OR IGNORE INTO memories (id, created_at, memory, category) VALUES (?, ?, ?, ?)').run(
        id,
        created_at,
        memory,
        category,
      );
    });
  }

  /** Without a category the old one stays. False: there is no such memory. */
  update(id: string, memory: string, category: string | undefined, signal: AbortSignal): Promise<boolean> {
    const sql = 'UPDATE memories SET memory = ?, category = coalesce(?, category) WHERE id = ?';
    return this.#use(signal, (db) => Number(db.prepare(sql).run(memory, category ?? null, id).changes) > 0);
  }

  delete(id: string, signal: AbortSignal): Promise<boolean> {
    return this.#use(signal, (db) => Number(db.prepare('DELETE FROM memories WHERE id = ?').run(id).changes) > 0);
  }

  /** Newest first; `left` counts those that were too many to be answered. */
  find({ words, category }: MemoryQuery, signal: AbortSignal): Promise<{ readonly found: readonly Memory[]; readonly left: number }> {
    const tests = [...words.map(() => 'instr(fold(memory), ?) > 0'), ...(category === undefined ? [] : ['fold(category) = ?'])];
    const sql = `SELECT id, coalesce(created_at, '') AS created_at, coalesce(memory, '') AS memory, coalesce(category, '') AS category
      FROM memories ${tests.length > 0 ? `WHERE ${tests.join(' AND ')}` : ''} ORDER BY created_at DESC, rowid DESC`;
    return this.#use(signal, (db) => {
      db.function('fold', { deterministic: true }, fold);
      const found: Memory[] = [];
      let [room, left] = [MOST, 0];
      for (const row of db.prepare(sql).iterate(...[...words, ...(category === undefined ? [] : [category])].map(fold))) {
        const memory = { ...row } as unknown as Memory;
        room -= memory.memory.length + memory.category.length + 100;
        if (room >= 0) found.push(memory);
        else left++;
      }
      return { found, left };
    });
  }

  async #use<T>(signal: AbortSignal, verb: (db: DatabaseSync) => T): Promise<T> {
    let db: DatabaseSync | undefined;
    try {
      const open = (db = this.#open());
      await whileBusy(() => prepare(open), signal);
      return await whileBusy(() => verb(open), signal);
    } catch (error) {
      throw signal.aborted ? error : this.#said(error);
    } finally {
      db?.close();
    }
  }

  #open(): DatabaseSync {
    makePrivateFile(this.#path);
    return new DatabaseSync(this.#path, { timeout: BLOCK_MS });
  }

  #said(error: unknown): unknown {
    const path = this.#path;
    if (isBusy(error))
      return new Error(`${path} is locked: another program has been writing to it for seconds. Try again.`, { cause: error });
    if (error instanceof ForeignError || isCorrupt(error)) {
      const why = (error as Error).message;
      return new Error(
        `${path} cannot be used for memories (${why}). It was not changed. Move it away, or give the toolset another path in the agent file.`,
        { cause: error },
      );
    }
    return isSqlite(error) ? new Error(`${path} cannot be used: ${(error as Error).message}.`, { cause: error }) : fileError(error, path);
  }
}

class ForeignError extends Error {}

const TABLE = "CREATE TABLE memories (id TEXT PRIMARY KEY, created_at TEXT, memory TEXT, category TEXT DEFAULT '')";

function prepare(db: DatabaseSync): void {
  const columns = () =>
    db
      .prepare("SELECT name FROM pragma_table_info('memories')")
      .all()
      .map((row) => row['name']);
  const complete = () => ['id', 'created_at', 'memory', 'category'].every((name) => columns().includes(name));
  if (complete()) return;
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get() as { n: number };
  const older = ['id', 'created_at', 'memory'].every((name) => columns().includes(name));
  if (tables.n > 0 && !older) throw new ForeignError('its tables are those of something else');
  db.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
  try {
    // Another process may have been first.
    if (!complete()) db.exec(older ? "ALTER TABLE memories ADD COLUMN category TEXT DEFAULT ''" : TABLE);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
