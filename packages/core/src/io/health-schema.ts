import { growingTable } from './database-file.ts';
import type { Database } from './sqlite-driver.ts';

/**
 * The table of `health.db`: one row a scope, readable by eye. The schema only grows: programs of different ages share the file,
 * each reads and writes the columns it knows, and adds those that are missing. A new column needs a default.
 *
 * `seq` rises with every write over the whole table: a row is written only over the `seq` that was read (compare and set), and what
 * changed since a `seq` is found without reading the rest. So a forgotten belief stays as a cool row until it is `purge`d.
 */
const COLUMNS = {
  tag: "TEXT NOT NULL DEFAULT 'cool'",
  since: 'REAL NOT NULL DEFAULT 0',
  until: 'REAL NOT NULL DEFAULT 0',
  probe_at: 'REAL NOT NULL DEFAULT 0',
  told: 'INTEGER NOT NULL DEFAULT 0',
  by_hand: 'INTEGER NOT NULL DEFAULT 0',
  strikes: 'INTEGER NOT NULL DEFAULT 0',
  why: 'TEXT',
  fingerprint: 'TEXT',
  suspect: 'TEXT',
  lease: 'TEXT',
  lease_owner: 'TEXT',
  lease_until: 'REAL NOT NULL DEFAULT 0',
  ramp: 'TEXT',
  cap: 'REAL',
  bucket: 'TEXT',
  set_at: 'REAL NOT NULL DEFAULT 0',
} as const;

const SEQ = 'INTEGER NOT NULL DEFAULT 0';

export type Row = Record<keyof typeof COLUMNS | 'scope' | 'seq', unknown>;

export const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

export function prepareSchema(database: Database): void {
  growingTable(database, 'belief', 'scope', { ...COLUMNS, seq: SEQ });
  database.exec('CREATE INDEX IF NOT EXISTS belief_seq ON belief (seq)');
  for (const [name, body] of TRIGGERS) database.exec(`CREATE TRIGGER IF NOT EXISTS ${name} ${body}`);
}

export const NEXT = '(SELECT coalesce(max(seq), 0) + 1 FROM belief)';
export const SAYS_NOTHING = (row: string): string =>
  ["tag = 'cool'", 'strikes = 0', 'suspect IS NULL', 'ramp IS NULL'].map((column) => `${row}${column}`).join(' AND ');

/** For programs that know nothing of `seq`, and for people with a SQL shell: what they write is numbered all the same. */
const TRIGGERS = [
  ['belief_added', `AFTER INSERT ON belief WHEN NEW.seq = 0 BEGIN UPDATE belief SET seq = ${NEXT} WHERE scope = NEW.scope; END`],
  ['belief_changed', `AFTER UPDATE ON belief WHEN NEW.seq = OLD.seq BEGIN UPDATE belief SET seq = ${NEXT} WHERE scope = NEW.scope; END`],
  [
    'belief_removed',
    `AFTER DELETE ON belief WHEN NOT (${SAYS_NOTHING('OLD.')}) BEGIN INSERT INTO belief (scope, seq) VALUES (OLD.scope, ${NEXT}); END`,
  ],
] as const;
