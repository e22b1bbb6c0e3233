import type { Append, SessionHead, SessionStore, Writer } from '../ports.ts';
import type { RunEvent } from '../rules/events.ts';
import { attemptOf, decode, decodeRow, encode, titleOf, VERSION, type Columns } from '../rules/rows.ts';
import { busyError, missingError, movedOn } from '../rules/session-error.ts';
import type { InboxItem } from '../rules/world.ts';

interface StoredRow {
  readonly columns: Columns;
  readonly type: string;
  readonly at: number;
  readonly body: string;
}

interface Stored {
  readonly head: Parameters<SessionStore['create']>[0];
  readonly rows: StoredRow[];
  inbox: readonly InboxItem[];
  writer?: Writer;
}

/** Sessions of one process. Bodies are kept as text, as on disk: nobody can change what was stored. */
export function memorySessions(alive: (writer: Writer) => boolean = () => true): SessionStore {
  const sessions = new Map<string, Stored>();
  let version = 0;
  const must = (session: string): Stored => {
    const stored = sessions.get(session);
    if (!stored) throw missingError(session);
    return stored;
  };
  return {
    async create(head) {
      if (sessions.has(head.id)) throw new Error(`session ${head.id} exists`);
      sessions.set(head.id, { head, rows: [], inbox: [] });
      version++;
    },
    async append(session, after, events, how) {
      version++;
      return append(must(session), after, events, how);
    },
    read: async (session, after) => (sessions.get(session)?.rows ?? []).slice(after).map(({ columns }) => decodeRow(session, columns)),
    async head(session) {
      const stored = sessions.get(session);
      return stored && headOf(stored, alive);
    },
    async list({ file, limit }) {
      const all = [...sessions.values()].filter(({ head }) => file === undefined || head.file === file);
      const heads = all.toReversed().map((stored) => headOf(stored, alive));
      return heads.toSorted((a, b) => b.updated - a.updated).slice(0, limit ?? Infinity);
    },
    async lock(session, writer, lives) {
      const stored = must(session);
      if (stored.writer && lives(stored.writer)) throw busyError(session, stored.writer);
      stored.writer = writer;
      return {
        [Symbol.dispose]: () => {
          if (stored.writer === writer) delete stored.writer;
        },
      };
    },
    async enqueue(session, { id, kind, text }) {
      const stored = must(session);
      if (!stored.inbox.some((item) => item.id === id)) stored.inbox = [...stored.inbox, { id, kind, text }];
      version++;
    },
    inbox: async (session) => sessions.get(session)?.inbox ?? [],
    version: () => version,
    close: async () => {},
  };
}

function append(stored: Stored, after: number, events: readonly RunEvent[], { at, run, path, attempt }: Append): number {
  const { rows, head } = stored;
  const bodies = events.map(encode);
  if (after !== rows.length) {
    const there = rows.slice(after, after + bodies.length);
    if (there.length === bodies.length && there.every(({ body }, i) => body === bodies[i])) return after + bodies.length;
    throw movedOn(head.id, rows.length, after);
  }
  events.forEach((event, i) => {
    const body = bodies[i] as string;
    const columns: Columns = [after + i + 1, VERSION, at, run, JSON.stringify(path), attemptOf(event, attempt), body];
    rows.push({ columns, type: event.type, at, body });
  });
  const named = new Set(events.map((event) => (event.type === 'input' ? event.item : undefined)));
  stored.inbox = stored.inbox.filter(({ id }) => !named.has(id));
  return rows.length;
}

function headOf({ head, rows, writer }: Stored, alive: (writer: Writer) => boolean): SessionHead {
  const last = rows.at(-1);
  const end = last?.type === 'run-end' ? decode(last.body, VERSION) : undefined;
  const input = rows.find(({ type }) => type === 'input');
  const first = input && decode(input.body, VERSION);
  const live = writer !== undefined && alive(writer);
  return {
    id: head.id,
    file: head.file,
    agent: head.agent,
    cwd: head.cwd,
    created: head.at,
    updated: last?.at ?? head.at,
    title: first?.type === 'input' ? titleOf(first.text) : '',
    events: rows.length,
    status: end?.type === 'run-end' ? end.why : !last ? 'new' : live ? 'running' : 'unfinished',
  };
}
