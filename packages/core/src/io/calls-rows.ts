import { LIST_LIMIT, type CallFilter, type StoredCall } from '../calls.ts';
import { LABELS, labelsOf, type Labels } from '../rules/labels.ts';
import type { CallRecord } from '../rules/record.ts';
import type { OpenCall } from '../sinks/sink-types.ts';
import { growingTable } from './database-file.ts';
import type { Database, SqlValue } from './sqlite-driver.ts';

/** The tables of `calls.db`: one row a call, readable by eye; what was asked apart from it, where it is kept at all. */
const COLUMNS = {
  chain: "TEXT NOT NULL DEFAULT ''",
  began: 'REAL NOT NULL DEFAULT 0',
  /** pid, start time and boot of the process that made it. */
  owner: "TEXT NOT NULL DEFAULT ''",
  target: "TEXT NOT NULL DEFAULT ''",
  caller: 'TEXT',
  run: 'TEXT',
  session: 'TEXT',
  user: 'TEXT',
  tool: 'TEXT',
  trace: 'TEXT',
  /** Null while it goes on. */
  outcome: 'TEXT',
  ms: 'REAL',
  usd: 'REAL',
  /** Every target that was asked, one a line. */
  targets: "TEXT NOT NULL DEFAULT ''",
  record: 'TEXT',
} as const;

const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/** What is to be written of one call. */
export interface CallWrite {
  readonly open: OpenCall;
  readonly record?: CallRecord;
  readonly messages?: readonly unknown[] | undefined;
}

export interface Kept {
  readonly since: number;
  readonly promptsSince: number;
  readonly most: number;
}

export interface CallRows {
  put(call: CallWrite, owner: string): void;
  list(filter: CallFilter, alive: (owner: string) => boolean): readonly StoredCall[];
  find(id: string, alive: (owner: string) => boolean): readonly StoredCall[];
  messages(id: string): readonly unknown[] | undefined;
  /** Forgets what is older, or more, than what is kept. */
  trim(kept: Kept): void;
}

type Row = Record<keyof typeof COLUMNS | 'id', unknown>;

export function callRows(database: Database): CallRows {
  growingTable(database, 'call', 'id', COLUMNS);
  growingTable(database, 'prompt', 'id', { at: 'REAL NOT NULL DEFAULT 0', messages: 'TEXT' });
  database.exec('CREATE INDEX IF NOT EXISTS call_began ON call (began)');
  const put = database.prepare(
    `INSERT INTO call (id, ${NAMES.join(', ')}) VALUES (?${', ?'.repeat(NAMES.length)})
     ON CONFLICT (id) DO UPDATE SET ${NAMES.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  const putPrompt = database.prepare('INSERT OR REPLACE INTO prompt (id, at, messages) VALUES (?, ?, ?)');
  const find = database.prepare('SELECT * FROM call WHERE substr(id, 1, ?) = ? ORDER BY began DESC LIMIT 10');
  const prompt = database.prepare('SELECT messages FROM prompt WHERE id = ?');
  return {
    put: ({ open, record, messages }, owner) => {
      put.run(open.id, ...valuesOf(open, record, owner));
      if (messages) putPrompt.run(open.id, open.began, JSON.stringify(messages));
    },
    list: (filter, alive) => listed(database, filter, alive),
    find: (id, alive) => (find.all(id.length, id) as Row[]).map((row) => callOf(row, alive)),
    messages: (id) => readJson<readonly unknown[]>((prompt.get(id) as { readonly messages?: unknown } | undefined)?.messages),
    trim: ({ since, promptsSince, most }) => {
      database.prepare('DELETE FROM call WHERE began < ?').run(since);
      database.prepare('DELETE FROM call WHERE began <= (SELECT began FROM call ORDER BY began DESC LIMIT 1 OFFSET ?)').run(most);
      database.prepare('DELETE FROM prompt WHERE at < ? OR id NOT IN (SELECT id FROM call)').run(promptsSince);
    },
  };
}

function valuesOf(open: OpenCall, record: CallRecord | undefined, owner: string): SqlValue[] {
  const labels = LABELS.map((name) => open[name] ?? null);
  const targets = [...new Set([open.target, ...(record?.attempts ?? []).map(({ target }) => target)])].join('\n');
  const end = record ? [record.outcome, record.ms, record.usd ?? null, targets, JSON.stringify(record)] : [null, null, null, targets, null];
  return [open.chain, open.began, owner, open.target, ...labels, ...end];
}

/** Enough to find the lost ones among those that are open: whether a process lives is nothing a database knows. */
function listed(database: Database, filter: CallFilter, alive: (owner: string) => boolean): readonly StoredCall[] {
  const { since, caller, under, session, model, failed, past, limit = LIST_LIMIT } = filter;
  const [where, values] = [[] as string[], [] as SqlValue[]];
  const must = (sql: string, ...given: SqlValue[]): void => {
    where.push(sql);
    values.push(...given);
  };
  if (since !== undefined) must('began >= ?', since);
  if (caller !== undefined) must('caller = ?', caller);
  if (under !== undefined) must("(caller = ? OR substr(caller, 1, length(?) + 1) = ? || '/')", under, under, under);
  if (session !== undefined) must('session = ?', session);
  if (model !== undefined) must('instr(lower(targets), lower(?)) > 0', model);
  if (past !== undefined) must('(began < ? OR (began = ? AND id > ?))', past.began, past.began, past.id);
  if (failed) must("(outcome IS NULL OR outcome <> 'done')");
  const found: StoredCall[] = [];
  for (let offset = 0; found.length < limit; offset += limit) {
    const sql = `SELECT * FROM call ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY began DESC, id LIMIT ? OFFSET ?`;
    const rows = database.prepare(sql).all(...values, limit, offset) as Row[];
    found.push(...rows.map((row) => callOf(row, alive)).filter(({ state }) => !failed || state !== 'open'));
    if (rows.length < limit) break;
  }
  return found.slice(0, limit);
}

function callOf(row: Row, alive: (owner: string) => boolean): StoredCall {
  const record = readJson<CallRecord>(row.record);
  const over = typeof row.outcome === 'string';
  return {
    id: String(row.id),
    chain: String(row.chain),
    began: Number(row.began),
    target: String(row.target),
    ...labelsOf(row as Labels),
    state: over ? (row.outcome as StoredCall['state']) : alive(String(row.owner)) ? 'open' : 'lost',
    ...(record && { record }),
  };
}

function readJson<T>(text: unknown): T | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
