import { COOL, type Belief, type Lease, type Ramp, type Suspect, type Why } from '../rules/belief.ts';
import type { Bucket } from '../rules/retry-bucket.ts';
import type { Database, SqlValue, Statement } from './sqlite-driver.ts';
import { NAMES, NEXT, SAYS_NOTHING, type Row } from './health-schema.ts';

/** One row as it was read. `belief` is `COOL` for a row that says nothing, or that we cannot read. */
export interface KeptRow {
  readonly scope: string;
  readonly seq: number;
  readonly belief: Belief;
  readonly bucket?: Bucket;
}

export interface Rows {
  /** Changes with every commit of another connection. */
  version(): number;
  all(): KeptRow[];
  one(scope: string): KeptRow | undefined;
  /** What was written after `seq`, and the version it belongs to. */
  after(seq: number): { readonly rows: KeptRow[]; readonly version: number };
  /** The highest `seq`. */
  last(): number;
  /**
   * Writes over what was read at `seq`, or where nothing was (undefined). Answers the new `seq`; undefined when somebody was quicker.
   * `at`: epoch ms.
   */
  put(scope: string, kept: Belief | Bucket, seq: number | undefined, at: number): number | undefined;
  /** Forgets the rows that say nothing and were written before `at`. */
  purge(at: number): void;
}

export function prepareRows(database: Database): Rows {
  const columns = `scope, seq, ${NAMES.join(', ')}`;
  const version: Statement = database.prepare('PRAGMA data_version');
  const all = database.prepare(`SELECT ${columns} FROM belief`);
  const one = database.prepare(`SELECT ${columns} FROM belief WHERE scope = ?`);
  const after = database.prepare(`SELECT ${columns} FROM belief WHERE seq > ? ORDER BY seq`);
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM belief');
  const insert = database.prepare(
    `INSERT INTO belief (seq, ${NAMES.join(', ')}, scope) VALUES (${NEXT}${', ?'.repeat(NAMES.length + 1)})
     ON CONFLICT (scope) DO NOTHING RETURNING seq`,
  );
  const update = database.prepare(
    `UPDATE belief SET seq = ${NEXT}, ${NAMES.map((name) => `${name} = ?`).join(', ')} WHERE scope = ? AND seq = ? RETURNING seq`,
  );
  // The newest row stays: its number must not be given twice. Few at a time: a delete holds the lock.
  const purge = database.prepare(
    `DELETE FROM belief WHERE scope IN (SELECT scope FROM belief WHERE ${SAYS_NOTHING('')}
     AND set_at < ? AND seq < (SELECT max(seq) FROM belief) LIMIT 500)`,
  );
  const versionOf = (): number => (version.get() as { data_version: number }).data_version;
  const seqOf = (rows: readonly unknown[]): number | undefined => (rows[0] as { seq: number } | undefined)?.seq;
  return {
    version: versionOf,
    all: () => (all.all() as Row[]).map(kept),
    one: (scope) => (one.all(scope) as Row[]).map(kept)[0],
    after: (seq) => {
      // One view of both: rows that come between the two would be looked for again, and not found.
      database.exec('BEGIN');
      try {
        return { rows: (after.all(seq) as Row[]).map(kept), version: versionOf() };
      } finally {
        database.exec('COMMIT');
      }
    },
    last: () => seqOf(last.all()) ?? 0,
    put: (scope, value, seq, at) => {
      const values = 'tag' in value ? valuesOf(value, at) : bucketValues(value, at);
      return seqOf(seq === undefined ? insert.all(...values, scope) : update.all(...values, scope, seq));
    },
    purge: (at) => void purge.run(at),
  };
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

function valuesOf(belief: Belief, at: number): SqlValue[] {
  const { tag, since, strikes } = belief;
  if (belief.tag === 'cool')
    return [tag, since, 0, 0, 0, 0, strikes, null, null, json(belief.suspect), null, null, 0, json(belief.ramp), null, null, at];
  const { until, probeAt, told, byHand, why, fingerprint = null, cap = null } = belief;
  const lease = belief.tag === 'probing' ? belief.lease : undefined;
  const held = [lease?.id ?? null, lease?.owner ?? null, lease?.until ?? 0];
  const rest = [tag, since, until, probeAt, Number(told), Number(byHand), strikes, json(why), fingerprint, null];
  return [...rest, ...held, null, cap, null, belief.setAt ?? at];
}

/** A bucket's row is no belief: programs that know of no buckets count it as cool. */
const bucketValues = (bucket: Bucket, at: number): SqlValue[] => {
  const nothing: SqlValue[] = [0, 0, 0, 0, 0, 0, null, null, null, null, null, 0, null, null];
  return ['bucket', ...nothing, json(bucket), at];
};

function kept(row: Row): KeptRow {
  const bucket = row.tag === 'bucket' ? readBucket(row.bucket) : undefined;
  return { scope: String(row.scope), seq: Number(row.seq), belief: readRow(row) ?? COOL, ...(bucket && { bucket }) };
}

/** Undefined for a row that makes no sense, or that a newer program wrote in a state we do not know: such a scope counts as cool. */
function readRow(row: Row): Belief | undefined {
  const { tag, since, until, probe_at: probeAt, strikes } = row;
  if (!isNumber(since) || !isNumber(until) || !isNumber(probeAt) || !isNumber(strikes)) return undefined;
  if (tag === 'cool') {
    const suspect = readJson<Suspect>(row.suspect);
    const sound = suspect && typeof suspect.prompt === 'string' && isNumber(suspect.at);
    const ramp = readRamp(row.ramp);
    if (since === 0 && strikes === 0 && !sound && !ramp) return COOL;
    return { tag, since, strikes, ...(sound && { suspect }), ...(ramp && { ramp }) };
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
    ...(typeof row.fingerprint === 'string' && { fingerprint: row.fingerprint }),
    ...(isNumber(row.set_at) && row.set_at > 0 && { setAt: row.set_at }),
    ...(isNumber(row.cap) && { cap: row.cap }),
  };
  const lease = tag === 'probing' ? readLease(row) : undefined;
  return lease ? { tag: 'probing', ...rest, lease } : { tag: 'resting', ...rest };
}

function readLease({ lease: id, lease_owner: owner, lease_until: until }: Row): Lease | undefined {
  return typeof id === 'string' && typeof owner === 'string' && isNumber(until) ? { id, owner, until } : undefined;
}

function readRamp(text: unknown): Ramp | undefined {
  const ramp = readJson<Ramp>(text);
  const sound = ramp && isNumber(ramp.from) && isNumber(ramp.second) && isNumber(ramp.taken) && Array.isArray(ramp.out);
  return sound && ramp.out.every((one) => typeof one?.id === 'string' && typeof one.owner === 'string' && isNumber(one.until))
    ? ramp
    : undefined;
}

function readBucket(text: unknown): Bucket | undefined {
  const bucket = readJson<Bucket>(text);
  return bucket && isNumber(bucket.tokens) && isNumber(bucket.at) && Array.isArray(bucket.slots) ? bucket : undefined;
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
