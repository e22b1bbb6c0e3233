import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import type { Append, SessionHead, SessionStore, Writer } from '../ports.ts';
import type { EventRow, RunEvent } from '../rules/events.ts';
import { attemptOf, decode, decodeRow, encode, titleOf, VERSION, type Columns } from '../rules/rows.ts';
import { busyError, missingError, movedOn } from '../rules/session-error.ts';
import type { InboxItem } from '../rules/world.ts';
import { SQL } from './sessions-sql.ts';
import { SessionsFile } from './sessions-file.ts';

interface HeadRow extends Omit<SessionHead, 'title' | 'status'> {
  readonly type: string | null;
  readonly version: number | null;
  readonly body: string | null;
  readonly titleVersion: number | null;
  readonly title: string | null;
  readonly pid: number | null;
  readonly started: string | null;
  readonly boot: string | null;
}

/** Where sessions are stored, and who writes them. */
export interface SqliteSessionsOptions {
  readonly folder: string;
  /** Whether the process that holds a session still lives. */
  readonly alive: (writer: Writer) => boolean;
}

/** Sessions in `sessions.db` of the state folder, shared by every process of its user. Rejects with `SessionError`. */
export async function openSqliteSessions({ folder, alive }: SqliteSessionsOptions): Promise<SessionStore> {
  return new SqliteSessions(await SessionsFile.open(join(folder, 'sessions.db')), alive);
}

class SqliteSessions implements SessionStore {
  readonly #file: SessionsFile;
  readonly #alive: (writer: Writer) => boolean;
  readonly #statements = new Map<keyof typeof SQL, StatementSync>();
  /** What this process knows of the ends of logs: an append reads nothing. Another writer shows as a key that is taken. */
  readonly #last = new Map<string, number>();
  #closed = false;

  constructor(file: SessionsFile, alive: (writer: Writer) => boolean) {
    this.#file = file;
    this.#alive = alive;
  }

  create(head: Parameters<SessionStore['create']>[0]): Promise<void> {
    const { id, file, agent, cwd, at } = head;
    return this.#file.retry(() => void this.#sql('create').run(id, file, agent, cwd, at));
  }

  append(session: string, after: number, events: readonly RunEvent[], how: Append): Promise<number> {
    const bodies = events.map(encode);
    return this.#file.retry(() => this.#append(session, after, events, bodies, how));
  }

  read(session: string, after: number): Promise<readonly EventRow[]> {
    return this.#file.retry(() => (this.#sql('rows').all(session, after) as unknown as Columns[]).map((row) => decodeRow(session, row)));
  }

  head(session: string): Promise<SessionHead | undefined> {
    return this.#file.retry(() => {
      const row = this.#sql('head').get(session) as HeadRow | undefined;
      return row && this.#headOf(row);
    });
  }

  list({ file, limit }: { readonly file?: string; readonly limit?: number }): Promise<readonly SessionHead[]> {
    return this.#file.retry(() =>
      (this.#sql('list').all(file ?? null, limit ?? -1) as unknown as HeadRow[]).map((row) => this.#headOf(row)),
    );
  }

  async lock(session: string, writer: Writer, alive: (writer: Writer) => boolean): Promise<Disposable> {
    const { pid, started, boot } = writer;
    const take = () => {
      this.#mustExist(session);
      const holder = this.#sql('writer').get(session) as Writer | undefined;
      if (holder && alive(holder)) throw busyError(session, holder);
      this.#sql('lock').run(session, pid, started, boot);
    };
    await this.#file.retry(() => this.#file.transaction(take));
    return { [Symbol.dispose]: () => this.#unlock(session, writer) };
  }

  enqueue(session: string, { id, kind, text, at }: InboxItem & { readonly at: number }): Promise<void> {
    return this.#file.retry(() => {
      this.#mustExist(session);
      this.#sql('enqueue').run(session, id, kind, text, at);
    });
  }

  inbox(session: string): Promise<readonly InboxItem[]> {
    return this.#file.retry(() => this.#sql('inbox').all(session) as unknown as InboxItem[]);
  }

  version(): number {
    return (this.#sql('version').get() as { data_version: number }).data_version;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.db.close();
  }

  #append(session: string, after: number, events: readonly RunEvent[], bodies: readonly string[], how: Append): number {
    const known = this.#last.get(session);
    const last = known !== undefined && known >= after ? known : this.#readLast(session);
    if (after !== last) return this.#repeated(session, after, bodies, last);
    try {
      if (bodies.length === 1 && events[0]?.type !== 'input') this.#insert(session, after, events, bodies, how);
      else this.#file.transaction(() => this.#insert(session, after, events, bodies, how));
    } catch (error) {
      if (!isTaken(error)) throw error;
      return this.#repeated(session, after, bodies, this.#readLast(session));
    }
    this.#last.set(session, after + events.length);
    return after + events.length;
  }

  #insert(session: string, after: number, events: readonly RunEvent[], bodies: readonly string[], how: Append): void {
    const path = JSON.stringify(how.path);
    const insert = this.#sql('insert');
    let seq = after;
    for (const event of events) {
      const body = bodies[seq - after] as string;
      insert.run(session, ++seq, VERSION, how.at, how.run, path, attemptOf(event, how.attempt), event.type, body);
      if (event.type === 'input' && event.item !== undefined) this.#sql('consume').run(session, event.item);
    }
  }

  /** The same append once more is no append; anything else there means that somebody else writes. */
  #repeated(session: string, after: number, bodies: readonly string[], last: number): number {
    const there = this.#sql('some').all(session, after, after + bodies.length) as unknown as { version: number; body: string }[];
    const same = there.length === bodies.length && there.every(({ version, body }, i) => version === VERSION && body === bodies[i]);
    if (same) return after + bodies.length;
    throw movedOn(session, last, after);
  }

  #readLast(session: string): number {
    const { seq } = this.#sql('last').get(session) as { seq: number | null };
    if (seq === null) this.#mustExist(session);
    this.#last.set(session, seq ?? 0);
    return seq ?? 0;
  }

  #mustExist(session: string): void {
    if (!this.#sql('exists').get(session)) throw missingError(session);
  }

  #unlock(session: string, { pid, started, boot }: Writer): void {
    if (this.#closed) return;
    // A lock that stays behind is free as soon as this process is gone.
    this.#file.retry(() => (this.#closed ? undefined : this.#sql('unlock').run(session, pid, started, boot))).catch(() => {});
  }

  #headOf({ type, version, body, titleVersion, title, pid, started, boot, ...head }: HeadRow): SessionHead {
    const first = title === null ? undefined : decode(title, titleVersion ?? VERSION);
    const live = pid !== null && this.#alive({ pid, started: started ?? '', boot: boot ?? '' });
    const last = type === 'run-end' && body !== null ? decode(body, version ?? VERSION) : undefined;
    const status = last?.type === 'run-end' ? last.why : type === null ? 'new' : live ? 'running' : 'unfinished';
    return { ...head, title: first?.type === 'input' ? titleOf(first.text) : '', status };
  }

  #sql(name: keyof typeof SQL): StatementSync {
    const known = this.#statements.get(name);
    if (known) return known;
    const statement = this.#file.db.prepare(SQL[name]);
    // A third of the time of opening a long session.
    if (name === 'rows') statement.setReturnArrays(true);
    this.#statements.set(name, statement);
    return statement;
  }
}

/** A primary key or a unique index. */
const isTaken = (error: unknown) => [1555, 2067].includes((error as { errcode?: number }).errcode ?? 0);
