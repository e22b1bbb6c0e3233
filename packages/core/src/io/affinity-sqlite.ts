import type { AffinityStore, Clock } from '../ports.ts';
import { SET_BACK, type Kept } from '../rules/affinity.ts';
import { MemoryAffinity } from './affinity-memory.ts';
import { SideDatabase } from './side-database.ts';
import type { Database, Statement } from './sqlite-driver.ts';

export interface SqliteAffinityOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Told once when conversations cannot be kept there, and why. */
  readonly say: (line: string) => void;
}

/** Ms after which a conversation that nobody went on with is forgotten. */
const OLD = 30 * 24 * 3_600_000;

const SCHEMA = `CREATE TABLE IF NOT EXISTS kept (
  key TEXT PRIMARY KEY, ref TEXT NOT NULL, credential TEXT NOT NULL, at INTEGER NOT NULL, warm INTEGER NOT NULL
) WITHOUT ROWID`;

interface Verbs {
  readonly read: Statement;
  readonly write: Statement;
  readonly forget: Statement;
}

/**
 * Where conversations were answered, shared by every process of a state folder: `affinity.db`. Where the file fails, that is said once and
 * each process knows its own.
 */
export class SqliteAffinity implements AffinityStore {
  readonly #database: SideDatabase<Verbs>;
  readonly #own = new MemoryAffinity();

  constructor({ folder, clock, say }: SqliteAffinityOptions) {
    const gone = (why: string): void => say(`where conversations were answered is not kept in ${folder} now: ${why}`);
    this.#database = new SideDatabase({ folder, file: 'affinity.db', clock, prepare, say: gone });
  }

  read(key: string): Kept | undefined {
    return this.#database.run(
      ({ read }) => {
        const row = read.get(key) as Kept | undefined | null;
        return row ? { ref: row.ref, credential: row.credential, at: Number(row.at), warm: Number(row.warm) } : undefined;
      },
      () => this.#own.read(key),
    );
  }

  write(key: string, kept: Kept): void {
    const { ref, credential, at, warm } = kept;
    this.#database.run(
      ({ write }) => void write.run(key, ref, credential, at, warm),
      () => this.#own.write(key, kept),
    );
  }

  forget(key: string, at: number): void {
    this.#database.run(
      ({ forget }) => void forget.run(key, at),
      () => this.#own.forget(key, at),
    );
  }

  close(): void {
    this.#database.close();
  }
}

function prepare(database: Database, now: number): Verbs {
  database.exec(SCHEMA);
  database.prepare('DELETE FROM kept WHERE at < ?').run(now - OLD);
  return {
    read: database.prepare('SELECT ref, credential, at, warm FROM kept WHERE key = ?'),
    write: database.prepare(
      `INSERT INTO kept VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
       SET ref = excluded.ref, credential = excluded.credential, at = excluded.at, warm = excluded.warm
       WHERE at <= excluded.at OR at > excluded.at + ${SET_BACK}`,
    ),
    forget: database.prepare(`DELETE FROM kept WHERE key = ?1 AND (at <= ?2 OR at > ?2 + ${SET_BACK})`),
  };
}
