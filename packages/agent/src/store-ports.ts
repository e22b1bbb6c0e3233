import type { Ending, EventRow, RunEvent } from './rules/events.ts';
import type { InboxItem } from './rules/world.ts';

/** A stored session as a list shows it, without its events; times in epoch ms. */
export interface SessionHead {
  readonly id: string;
  /** Real path of the agent file it belongs to. */
  readonly file: string;
  readonly agent: string;
  readonly cwd: string;
  readonly created: number;
  readonly updated: number;
  readonly title: string;
  readonly events: number;
  /** What the last run came to; `running` while a live process drives it, `unfinished` when that process is gone. */
  readonly status: 'new' | 'running' | 'unfinished' | Ending;
  readonly starred: boolean;
  /** The session it was branched from. */
  readonly parent?: string;
}

/** Who holds the right to append to a session. Free the moment that process is gone. */
export interface Writer {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
}

/** This process, and whether another one still lives. */
export interface Identity {
  self(): Writer;
  alive(writer: Writer): boolean;
}

/** One event on its way into the log, and whose it is. `attempt`: under which a reply was shown. */
export interface Entry {
  readonly event: RunEvent;
  readonly run: string;
  readonly path: readonly string[];
  readonly attempt?: string;
  /** When it happened, where that is not when it is appended: in a copy. Epoch ms. */
  readonly at?: number;
}

/**
 * An append-only log per session, and an inbox per session. Adapters: memory, SQLite; both pass `sessionStoreContract`.
 * Errors are `SessionError`s with a closed kind: `busy` (with the writer), `moved-on`, `newer`, `corrupt`, `locked`, `unwritable`, `missing`, `full`.
 */
export interface SessionStore {
  create(head: {
    readonly id: string;
    readonly file: string;
    readonly agent: string;
    readonly cwd: string;
    readonly at: number;
    readonly title?: string;
    readonly parent?: string;
  }): Promise<void>;
  /** One transaction. `after` must be the last seq; an append that is already there (same session, seq and body) is a no-op. Answers the last seq. */
  append(session: string, after: number, entries: readonly Entry[], at: number): Promise<number>;
  /** Rows with seq > after, lifted to the current version. */
  read(session: string, after: number): Promise<readonly EventRow[]>;
  head(session: string): Promise<SessionHead | undefined>;
  /** Newest first; of one agent file when given. */
  list(filter: { readonly file?: string; readonly limit?: number }): Promise<readonly SessionHead[]>;
  /** Takes the writer lock or throws `busy` naming the live holder. Disposing gives it back. */
  lock(session: string, writer: Writer, alive: (writer: Writer) => boolean): Promise<Disposable>;
  /** Rejects with `full` when `INBOX_LIMIT` items wait already: nothing is dropped. */
  enqueue(session: string, item: InboxItem & { readonly at: number }): Promise<void>;
  /** Items no `input` event has consumed yet, oldest first. */
  inbox(session: string): Promise<readonly InboxItem[]>;
  /** What is not in the log; `missing` when there is no such session. */
  update(session: string, fields: { readonly title?: string; readonly starred?: boolean }): Promise<void>;
  /** With its events and inbox. Rejects with `busy` while a live process drives it, unless `force`; the next append of that process rejects with `missing`. */
  delete(session: string, how: { readonly alive: (writer: Writer) => boolean; readonly force?: boolean }): Promise<void>;
  /** Sessions in whose inputs, answers or title all the words occur, each anywhere in it, in any case; newest first. */
  search(words: string, filter: { readonly file?: string; readonly limit?: number }): Promise<readonly SessionHead[]>;
  /** Changes whenever another process wrote: cheap to ask, compared only for inequality. */
  version(): number;
  close(): Promise<void>;
}
