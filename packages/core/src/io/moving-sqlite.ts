import type { MovingStore } from '../moving-store.ts';
import type { Clock } from '../ports.ts';
import type { Origin } from '../rules/transcript/origin.ts';
import { SideDatabase } from './side-database.ts';
import type { Database, Statement } from './sqlite-driver.ts';

export interface SqliteMovingOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Told once when nothing can be kept, and why. */
  readonly say: (line: string) => void;
}

/** Ms after which a value or a repair is forgotten. */
const OLD = 30 * 24 * 3_600_000;
/** Hashes looked up by one statement. */
const BATCH = 100;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS makers (hash TEXT PRIMARY KEY, origin TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS repairs (scope TEXT NOT NULL, repair TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scope, repair)) WITHOUT ROWID;
`;

interface Verbs {
  readonly repairs: Statement;
  readonly learn: Statement;
  readonly makers: Statement;
  readonly handedOut: Statement;
}

/** What moved between models, shared by every process of a state folder: `moving.db`. What fails is done without, and said once. */
export class SqliteMoving implements MovingStore {
  readonly #database: SideDatabase<Verbs>;

  constructor({ folder, clock, say }: SqliteMovingOptions) {
    const gone = (why: string): void => say(`what moves between models is not kept in ${folder} now: ${why}`);
    this.#database = new SideDatabase({ folder, file: 'moving.db', clock, prepare, say: gone });
  }

  repairs(scope: string, since: number): readonly string[] {
    const rows = this.#database.run((verbs) => verbs.repairs.all(scope, since)) as { repair: string }[] | undefined;
    return rows?.map(({ repair }) => repair) ?? [];
  }

  learn(scope: string, repair: string, now: number): void {
    this.#database.run((verbs) => verbs.learn.run(scope, repair, now));
  }

  makers(hashes: readonly string[], since: number): ReadonlyMap<string, Origin> {
    const found = new Map<string, Origin>();
    for (let at = 0; at < hashes.length; at += BATCH) {
      const wanted = JSON.stringify(hashes.slice(at, at + BATCH));
      const rows = this.#database.run((verbs) => verbs.makers.all(wanted, since)) as { hash: string; origin: string }[] | undefined;
      for (const { hash, origin } of rows ?? []) found.set(hash, JSON.parse(origin) as Origin);
    }
    return found;
  }

  handedOut(hashes: readonly string[], origin: Origin, now: number): void {
    this.#database.run((verbs) => verbs.handedOut.run(JSON.stringify(hashes), JSON.stringify(origin), now));
  }

  close(): void {
    this.#database.close();
  }
}

function prepare(database: Database, now: number): Verbs {
  database.exec(SCHEMA);
  for (const table of ['makers', 'repairs']) database.prepare(`DELETE FROM ${table} WHERE at < ?`).run(now - OLD);
  return {
    repairs: database.prepare('SELECT repair FROM repairs WHERE scope = ? AND at >= ? ORDER BY at LIMIT 16'),
    learn: database.prepare('INSERT INTO repairs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at'),
    makers: database.prepare('SELECT hash, origin FROM makers WHERE hash IN (SELECT value FROM json_each(?)) AND at >= ?'),
    handedOut: database.prepare(
      `INSERT INTO makers SELECT value, ?2, ?3 FROM json_each(?1) WHERE true ON CONFLICT DO UPDATE SET origin = excluded.origin, at = excluded.at`,
    ),
  };
}
