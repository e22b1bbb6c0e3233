import type { Database, Statement } from '@holdfast/core/engine';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS responses (caller TEXT NOT NULL, id TEXT NOT NULL, previous TEXT, at INTEGER NOT NULL, until INTEGER NOT NULL,
  input TEXT NOT NULL, response TEXT NOT NULL, PRIMARY KEY (caller, id));
CREATE INDEX IF NOT EXISTS responses_until ON responses (until);
CREATE TABLE IF NOT EXISTS items (caller TEXT NOT NULL, item TEXT NOT NULL, response TEXT NOT NULL, PRIMARY KEY (caller, item)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_response ON items (caller, response);
`;

/** A response and what it went on from; `?1` the caller, `?2` the response, `?3` now. */
const LINE = `WITH RECURSIVE line (id, previous, depth) AS (
  SELECT id, previous, 0 FROM responses WHERE caller = ?1 AND id = ?2 AND until > ?3
  UNION ALL SELECT r.id, r.previous, depth + 1 FROM line JOIN responses r ON r.caller = ?1 AND r.id = line.previous AND r.until > ?3 WHERE depth < 10000)`;

/**
 * What a response went on from lives at least as long as it: `?1` the caller, `?2` the one before it, `?3` its end, `?4` the new end. Whatever
 * lives long enough has a past that does, so that most saves look at one row.
 */
const RENEW = `WITH RECURSIVE line (id, previous) AS (
  SELECT id, previous FROM responses WHERE caller = ?1 AND id = ?2 AND until < ?3
  UNION ALL SELECT r.id, r.previous FROM line JOIN responses r ON r.caller = ?1 AND r.id = line.previous AND r.until < ?3)
UPDATE responses SET until = ?4 WHERE caller = ?1 AND id IN (SELECT id FROM line)`;

const FIELDS = 'r.id, r.previous, r.at, r.input, r.response';
const LENGTH = 'length(r.input) + length(r.response)';
const HOLDERS = `FROM json_each(?2) JOIN items i ON i.caller = ?1 AND i.item = value
  JOIN responses r ON r.caller = ?1 AND r.id = i.response AND r.until > ?3`;

export interface Verbs {
  readonly database: Database;
  readonly save: Statement;
  readonly refer: Statement;
  readonly renew: Statement;
  readonly get: Statement;
  readonly chain: Statement;
  /** How many characters `chain` and `holders` would read. */
  readonly chainSize: Statement;
  readonly holdersSize: Statement;
  readonly holders: Statement;
  readonly remove: Statement;
  readonly unrefer: Statement;
  readonly sweep: Statement;
  readonly sweepItems: Statement;
}

/** A response as it is stored. */
export interface Row {
  readonly id: string;
  readonly previous: string | null;
  readonly at: number;
  readonly input: string;
  readonly response: string;
}

/** Forgets what is old. */
export function swept({ sweep, sweepItems }: Verbs, now: number): void {
  sweepItems.run(now);
  sweep.run(now);
}

/** Makes what is missing, forgets what is old, and prepares what is asked. */
export function prepare(database: Database, now: number): Verbs {
  database.exec(SCHEMA);
  const verbs: Verbs = {
    database,
    save: database.prepare('INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?, ?, ?, ?)'),
    refer: database.prepare('INSERT OR REPLACE INTO items SELECT ?1, value, ?2 FROM json_each(?3)'),
    renew: database.prepare(RENEW),
    get: database.prepare(`SELECT ${FIELDS} FROM responses r WHERE caller = ? AND id = ? AND until > ?`),
    chain: database.prepare(`${LINE} SELECT ${FIELDS} FROM line JOIN responses r ON r.caller = ?1 AND r.id = line.id ORDER BY depth DESC`),
    chainSize: database.prepare(`${LINE} SELECT sum(${LENGTH}) AS size FROM line JOIN responses r ON r.caller = ?1 AND r.id = line.id`),
    holders: database.prepare(`SELECT DISTINCT ${FIELDS} ${HOLDERS}`),
    holdersSize: database.prepare(`SELECT sum(size) AS size FROM (SELECT DISTINCT r.id, ${LENGTH} AS size ${HOLDERS})`),
    remove: database.prepare('DELETE FROM responses WHERE caller = ? AND id = ?'),
    unrefer: database.prepare('DELETE FROM items WHERE caller = ? AND response = ?'),
    sweep: database.prepare('DELETE FROM responses WHERE until <= ?'),
    sweepItems: database.prepare('DELETE FROM items WHERE (caller, response) IN (SELECT caller, id FROM responses WHERE until <= ?)'),
  };
  swept(verbs, now);
  return verbs;
}
