import { join } from 'node:path';
import type { Entry, SessionHead, SessionStore, Writer } from '../ports.ts';
import type { EventRow } from '../rules/events.ts';
import type { RetentionSpec } from '../rules/retention.ts';
import { decodeRow, VERSION, type Columns } from '../rules/rows.ts';
import { Hits, wordsOf } from '../rules/said.ts';
import { busyError, fullError, INBOX_LIMIT, missingError } from '../rules/session-error.ts';
import { headTitle, statusOf, type StoredBody } from '../rules/session-head.ts';
import type { InboxItem } from '../rules/world.ts';
import { SessionAppends } from './sessions-append.ts';
import { SessionsFile } from './sessions-file.ts';
import { searchSaid } from './sessions-search.ts';
import { Statements } from './sessions-sql.ts';
import { Sweep } from './sessions-sweep.ts';

interface HeadRow extends Omit<SessionHead, 'title' | 'status' | 'starred' | 'parent'> {
  readonly starred: number;
  readonly parent: string | null;
  readonly named: string | null;
  readonly markVersion: number | null;
  readonly mark: string | null;
  readonly firstVersion: number | null;
  readonly first: string | null;
  readonly pid: number | null;
  readonly started: string | null;
  readonly boot: string | null;
}

/** Where sessions are stored, who writes them, and what is kept of them. */
export interface SqliteSessionsOptions {
  readonly folder: string;
  /** Whether the process that holds a session still lives. */
  readonly alive: (writer: Writer) => boolean;
  /** Old sessions are deleted, once a day, beside what the store is opened for. Absent: all are kept. */
  readonly retention?: RetentionSpec;
  /** What else goes with a session that is deleted. What it rejects with is left: the session is gone. */
  readonly deleted?: (session: string) => Promise<void>;
}

/** Sessions in `sessions.db` of the state folder, shared by every process of its user. Rejects with `SessionError`. */
export async function openSqliteSessions({ folder, ...how }: SqliteSessionsOptions): Promise<SessionStore> {
  return sqliteSessions(await SessionsFile.open(join(folder, 'sessions.db')), how);
}

/** The store over a database that is open. Closing the store closes it. */
export const sqliteSessions = (file: SessionsFile, how: Omit<SqliteSessionsOptions, 'folder'>): SessionStore =>
  new SqliteSessions(file, how);

type Filter = { readonly file?: string; readonly limit?: number };

class SqliteSessions implements SessionStore {
  readonly #deleted: SqliteSessionsOptions['deleted'];
  readonly #file: SessionsFile;
  readonly #alive: (writer: Writer) => boolean;
  readonly #sql: Statements;
  readonly #appends: SessionAppends;
  readonly #sweep: Sweep | undefined;
  #closed = false;

  constructor(file: SessionsFile, { alive, retention, deleted }: Omit<SqliteSessionsOptions, 'folder'>) {
    this.#deleted = deleted;
    this.#file = file;
    this.#alive = alive;
    this.#sql = new Statements(file.db);
    this.#appends = new SessionAppends(file, this.#sql);
    if (retention) this.#sweep = new Sweep({ file, sql: this.#sql, store: this, alive }, retention);
  }

  create(head: Parameters<SessionStore['create']>[0]): Promise<void> {
    const { id, file, agent, cwd, at, title, parent } = head;
    return this.#file.retry(() => void this.#sql.get('create').run(id, file, agent, cwd, at, title || null, parent ?? null));
  }

  append(session: string, after: number, entries: readonly Entry[], at: number): Promise<number> {
    return this.#appends.append(session, after, entries, at);
  }

  read(session: string, after: number): Promise<readonly EventRow[]> {
    return this.#file.retry(() =>
      (this.#sql.get('rows').all(session, after) as unknown as Columns[]).map((row) => decodeRow(session, row)),
    );
  }

  head(session: string): Promise<SessionHead | undefined> {
    return this.#file.retry(() => {
      const row = this.#sql.get('head').get(session) as HeadRow | undefined;
      return row && this.#headOf(row);
    });
  }

  list({ file, limit }: Filter): Promise<readonly SessionHead[]> {
    return this.#file.retry(() =>
      (this.#sql.get('list').all(file ?? null, limit ?? -1) as unknown as HeadRow[]).map((row) => this.#headOf(row)),
    );
  }

  async search(text: string, { file, limit }: Filter): Promise<readonly SessionHead[]> {
    const words = wordsOf(text);
    if (words.length === 0) return [];
    const hits = new Hits(words);
    await searchSaid(this.#file, this.#sql, words, hits);
    const heads = await this.list({ ...(file !== undefined && { file }) });
    for (const { id, title } of heads) hits.add(id, title);
    return heads.filter(({ id }) => hits.all(id)).slice(0, limit ?? Infinity);
  }

  async lock(session: string, writer: Writer, alive: (writer: Writer) => boolean): Promise<Disposable> {
    const { pid, started, boot } = writer;
    const take = () => {
      this.#mustExist(session);
      const holder = this.#sql.get('writer').get(session) as Writer | undefined;
      if (holder && alive(holder)) throw busyError(session, holder);
      this.#sql.get('lock').run(session, pid, started, boot);
    };
    await this.#write(take);
    return { [Symbol.dispose]: () => this.#unlock(session, writer) };
  }

  enqueue(session: string, { id, kind, text, files, at }: InboxItem & { readonly at: number }): Promise<void> {
    return this.#write(() => {
      this.#mustExist(session);
      // An answer is never kept out: it would leave a run waiting for it. Nor is what waits already.
      const { crowd, known } = this.#sql.get('waits').get(session, id) as { crowd: number; known: number };
      if (kind !== 'answer' && crowd >= INBOX_LIMIT && known === 0) throw fullError(session);
      this.#sql.get('enqueue').run(session, id, kind, text, at, files ? JSON.stringify(files) : null);
    });
  }

  inbox(session: string): Promise<readonly InboxItem[]> {
    return this.#file.retry(() => (this.#sql.get('inbox').all(session) as unknown as StoredItem[]).map(itemOf));
  }

  update(session: string, { title, starred }: { readonly title?: string; readonly starred?: boolean }): Promise<void> {
    return this.#write(() => {
      this.#mustExist(session);
      if (title !== undefined) this.#sql.get('name').run(session, title);
      if (starred !== undefined) this.#sql.get('star').run(session, starred ? 1 : 0);
    });
  }

  async delete(
    session: string,
    { alive, force }: { readonly alive: (writer: Writer) => boolean; readonly force?: boolean },
  ): Promise<void> {
    await this.#write(() => {
      this.#mustExist(session);
      const holder = this.#sql.get('writer').get(session) as Writer | undefined;
      if (!force && holder && alive(holder)) throw busyError(session, holder);
      for (const what of ['dropEvents', 'dropInbox', 'dropWriter', 'dropSession'] as const) this.#sql.get(what).run(session);
    });
    this.#appends.forget(session);
    await this.#deleted?.(session).catch(() => {});
  }

  version(): number {
    return (this.#sql.get('version').get() as { data_version: number }).data_version;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#sweep?.stop();
    this.#file.db.close();
  }

  #write(work: () => void): Promise<void> {
    return this.#file.retry(() => this.#file.transaction(work));
  }

  #mustExist(session: string): void {
    if (!this.#sql.get('exists').get(session)) throw missingError(session);
  }

  #unlock(session: string, { pid, started, boot }: Writer): void {
    if (this.#closed) return;
    // A lock that stays behind is free as soon as this process is gone.
    this.#file.retry(() => (this.#closed ? undefined : this.#sql.get('unlock').run(session, pid, started, boot))).catch(() => {});
  }

  #headOf({ named, starred, parent, mark, markVersion, first, firstVersion, pid, started, boot, ...head }: HeadRow): SessionHead {
    const live = pid !== null && this.#alive({ pid, started: started ?? '', boot: boot ?? '' });
    return {
      ...head,
      title: headTitle(named, bodyOf(first, firstVersion)),
      status: statusOf(bodyOf(mark, markVersion), live),
      starred: starred !== 0,
      ...(parent !== null && { parent }),
    };
  }
}

const bodyOf = (body: string | null, version: number | null): StoredBody | undefined =>
  body === null ? undefined : { body, version: version ?? VERSION };

type StoredItem = Omit<InboxItem, 'files'> & { readonly files: string | null };

const itemOf = ({ files, ...item }: StoredItem): InboxItem => ({
  ...item,
  ...(files !== null && { files: JSON.parse(files) as NonNullable<InboxItem['files']> }),
});
