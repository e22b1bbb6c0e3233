import type { Entry, SessionHead, SessionStore, Writer } from '../ports.ts';
import { itemOf } from '../rules/inbox-item.ts';
import { attemptOf, decodeRow, encode, type Columns } from '../rules/rows.ts';
import { versionOf } from '../rules/row-version.ts';
import { Hits, saidIn, wordsOf } from '../rules/said.ts';
import { busyError, deletedError, fullError, INBOX_LIMIT, missingError, movedOn } from '../rules/session-error.ts';
import { headTitle, statusOf, type StoredBody } from '../rules/session-head.ts';
import type { InboxItem } from '../rules/world.ts';

interface StoredRow {
  readonly columns: Columns;
  readonly type: string;
  readonly root: boolean;
  readonly at: number;
  readonly body: string;
}

interface Stored {
  readonly head: Parameters<SessionStore['create']>[0];
  readonly rows: StoredRow[];
  title: string;
  starred: boolean;
  inbox: readonly InboxItem[];
  writer?: Writer;
}

type Filter = { readonly file?: string; readonly limit?: number };

/** What the verbs share. */
class Memory {
  readonly sessions = new Map<string, Stored>();
  readonly alive: (writer: Writer) => boolean;
  version = 0;

  constructor(alive: (writer: Writer) => boolean) {
    this.alive = alive;
  }

  must(session: string): Stored {
    const stored = this.sessions.get(session);
    if (!stored) throw missingError(session);
    return stored;
  }

  /** What is about to be changed: whoever looks at the version looks again. */
  change(session: string): Stored {
    this.version++;
    return this.must(session);
  }

  read(session: string, after: number) {
    return (this.sessions.get(session)?.rows ?? []).slice(after).map(({ columns }) => decodeRow(session, columns));
  }

  list({ file, limit }: Filter): readonly SessionHead[] {
    const all = [...this.sessions.values()].filter(({ head }) => file === undefined || head.file === file);
    const heads = all.toReversed().map((stored) => headOf(stored, this.alive));
    return heads.toSorted((a, b) => b.updated - a.updated).slice(0, limit ?? Infinity);
  }

  search(text: string, { file, limit }: Filter): readonly SessionHead[] {
    const hits = new Hits(wordsOf(text));
    const heads = this.list({ ...(file !== undefined && { file }) });
    for (const { id, title } of heads) {
      hits.add(id, title);
      for (const { event } of this.read(id, 0)) hits.add(id, saidIn(event));
    }
    return heads.filter(({ id }) => hits.all(id)).slice(0, limit ?? Infinity);
  }
}

/** Sessions of one process. Bodies are kept as text, as on disk: nobody can change what was stored. */
export function memorySessions(alive: (writer: Writer) => boolean = () => true): SessionStore {
  const memory = new Memory(alive);
  const { sessions } = memory;
  return {
    ...changes(memory),
    async create(head) {
      if (sessions.has(head.id)) throw new Error(`session ${head.id} exists`);
      sessions.set(head.id, { head, rows: [], inbox: [], title: head.title ?? '', starred: false });
      memory.version++;
    },
    read: async (session, after) => memory.read(session, after),
    async head(session) {
      const stored = sessions.get(session);
      return stored && headOf(stored, alive);
    },
    list: async (filter) => memory.list(filter),
    search: async (text, filter) => memory.search(text, filter),
    inbox: async (session) => sessions.get(session)?.inbox ?? [],
    version: () => memory.version,
    close: async () => {},
  };
}

function changes(memory: Memory): Pick<SessionStore, 'append' | 'lock' | 'enqueue' | 'update' | 'delete'> {
  return {
    async append(session, after, entries, at) {
      if (after > 0 && !memory.sessions.has(session)) throw deletedError(session);
      return append(memory.change(session), after, entries, at);
    },
    async lock(session, writer, lives) {
      const stored = memory.must(session);
      if (stored.writer && lives(stored.writer)) throw busyError(session, stored.writer);
      stored.writer = writer;
      return {
        [Symbol.dispose]: () => {
          if (stored.writer === writer) delete stored.writer;
        },
      };
    },
    async enqueue(session, { id, kind, text, files }) {
      const stored = memory.change(session);
      if (stored.inbox.some((item) => item.id === id)) return;
      const crowd = stored.inbox.filter((item) => item.kind !== 'answer').length;
      if (kind !== 'answer' && crowd >= INBOX_LIMIT) throw fullError(session);
      stored.inbox = [...stored.inbox, { id, kind, text, ...(files && { files }) }];
    },
    async update(session, { title, starred }) {
      const stored = memory.change(session);
      stored.title = title ?? stored.title;
      stored.starred = starred ?? stored.starred;
    },
    async delete(session, { alive, force }) {
      const { writer } = memory.change(session);
      if (!force && writer && alive(writer)) throw busyError(session, writer);
      memory.sessions.delete(session);
    },
  };
}

function append(stored: Stored, after: number, entries: readonly Entry[], at: number): number {
  const { rows, head } = stored;
  const bodies = entries.map(({ event }) => encode(event));
  if (after !== rows.length) {
    const there = rows.slice(after, after + bodies.length);
    if (there.length === bodies.length && there.every(({ body }, i) => body === bodies[i])) return after + bodies.length;
    throw movedOn(head.id, rows.length, after);
  }
  for (const [i, { event, run, path, attempt, at: own = at }] of entries.entries()) {
    const body = bodies[i] as string;
    const columns: Columns = [after + i + 1, versionOf(event, path), own, run, JSON.stringify(path), attemptOf(event, attempt), body];
    rows.push({ columns, type: event.type, root: path.length === 0, at: own, body });
  }
  const named = new Set(entries.map(({ event }) => itemOf(event)));
  stored.inbox = stored.inbox.filter(({ id }) => !named.has(id));
  return rows.length;
}

function headOf({ head, rows, writer, title, starred }: Stored, alive: (writer: Writer) => boolean): SessionHead {
  const mark = rows.findLast(({ root, type }) => root && (type === 'run-start' || type === 'run-end'));
  const first = rows.find(({ root, type }) => root && type === 'input');
  return {
    id: head.id,
    file: head.file,
    agent: head.agent,
    cwd: head.cwd,
    created: head.at,
    updated: rows.at(-1)?.at ?? head.at,
    title: headTitle(title, bodyOf(first)),
    events: rows.length,
    status: statusOf(bodyOf(mark), writer !== undefined && alive(writer)),
    starred,
    ...(head.parent !== undefined && { parent: head.parent }),
  };
}

const bodyOf = (row: StoredRow | undefined): StoredBody | undefined => row && { body: row.body, version: row.columns[1] };
