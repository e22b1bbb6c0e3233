import type { Belief, Lease, Suspect, Why } from '../rules/belief.ts';
import type { Database, SqlValue, Statement } from './sqlite-driver.ts';

/**
 * The table of `health.db`: one row a scope, readable by eye. The schema only grows: programs of different ages share the file,
 * each reads and writes the columns it knows, and adds those that are missing. A new column needs a default.
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
} as const;

type Row = Record<keyof typeof COLUMNS | 'scope', unknown>;

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

export function prepareSchema(database: Database): void {
  const wanted = NAMES.map((name) => `${name} ${COLUMNS[name]}`);
  database.exec(`CREATE TABLE IF NOT EXISTS belief (scope TEXT PRIMARY KEY, ${wanted.join(', ')})`);
  const there = new Set(
    database
      .prepare('PRAGMA table_info(belief)')
      .all()
      .map((row) => (row as { name: string }).name),
  );
  for (const name of NAMES) if (!there.has(name)) database.exec(`ALTER TABLE belief ADD COLUMN ${name} ${COLUMNS[name]}`);
}

export interface Rows {
  /** Changes with every commit of another connection. */
  version(): number;
  all(): Map<string, Belief>;
  put(scope: string, belief: Belief): void;
  drop(scope: string): void;
}

export function prepareRows(database: Database): Rows {
  const version: Statement = database.prepare('PRAGMA data_version');
  const all = database.prepare(`SELECT scope, ${NAMES.join(', ')} FROM belief`);
  const drop = database.prepare('DELETE FROM belief WHERE scope = ?');
  const put = database.prepare(
    `INSERT INTO belief (scope, ${NAMES.join(', ')}) VALUES (?${', ?'.repeat(NAMES.length)})
     ON CONFLICT (scope) DO UPDATE SET ${NAMES.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  return {
    version: () => (version.get() as { data_version: number }).data_version,
    all: () => readRows(all.all() as Row[]),
    put: (scope, belief) => void put.run(scope, ...valuesOf(belief)),
    drop: (scope) => void drop.run(scope),
  };
}

function valuesOf(belief: Belief): SqlValue[] {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  const { tag, since, strikes } = belief;
  if (belief.tag === 'cool') return [tag, since, 0, 0, 0, 0, strikes, null, null, json(belief.suspect), null, null, 0];
  const { until, probeAt, told, byHand, why, fingerprint = null } = belief;
  const lease = belief.tag === 'probing' ? belief.lease : undefined;
  const held = [lease?.id ?? null, lease?.owner ?? null, lease?.until ?? 0];
  return [tag, since, until, probeAt, Number(told), Number(byHand), strikes, json(why), fingerprint, null, ...held];
}

function readRows(rows: readonly Row[]): Map<string, Belief> {
  const known = new Map<string, Belief>();
  for (const row of rows) {
    const belief = readRow(row);
    if (belief && typeof row.scope === 'string') known.set(row.scope, belief);
  }
  return known;
}

/** Undefined for a row that makes no sense, or that a newer program wrote in a state we do not know: such a scope counts as cool. */
function readRow(row: Row): Belief | undefined {
  const { tag, since, until, probe_at: probeAt, strikes } = row;
  if (!isNumber(since) || !isNumber(until) || !isNumber(probeAt) || !isNumber(strikes)) return undefined;
  if (tag === 'cool') {
    const suspect = readJson<Suspect>(row.suspect);
    const sound = suspect && typeof suspect.prompt === 'string' && isNumber(suspect.at);
    return { tag, since, strikes, ...(sound ? { suspect } : {}) };
  }
  if (tag !== 'resting' && tag !== 'probing') return undefined;
  const why = readJson<Why>(row.why);
  const rest = {
    since,
    until,
    probeAt,
    told: row.told === 1,
    byHand: row.by_hand === 1,
    strikes,
    why: why && typeof why.kind === 'string' ? why : ({ kind: 'unknown' } as const),
    ...(typeof row.fingerprint === 'string' ? { fingerprint: row.fingerprint } : {}),
  };
  const lease = tag === 'probing' ? readLease(row) : undefined;
  return lease ? { tag: 'probing', ...rest, lease } : { tag: 'resting', ...rest };
}

function readLease({ lease: id, lease_owner: owner, lease_until: until }: Row): Lease | undefined {
  return typeof id === 'string' && typeof owner === 'string' && isNumber(until) ? { id, owner, until } : undefined;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function readJson<T extends object>(text: unknown): T | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
