import type { EventRow, ProcessStamp, RunEvent } from './rules/events.ts';
import type { InboxItem } from './rules/world.ts';

/** One thing a model may call. Plain data; what it does is beside it in `Tool`. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments: an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Reads only: within the working directory it needs no question. */
  readonly readOnly: boolean;
  /** May run again with the same call id without harm: resumed without a question. */
  readonly idempotent: boolean;
  /** Never runs beside another call of the same reply. */
  readonly sequential: boolean;
}

/** What permission rules look at: paths a call touches, the command it runs. */
export interface Touches {
  /** Real, absolute paths. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly command?: string;
}

export interface ToolContext {
  /** The call id: the idempotency key. */
  readonly id: string;
  /** Real path of the working directory. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

export interface ToolOutput {
  readonly output: string;
  readonly failed: boolean;
}

/** A call ready to go. Nothing with an effect has happened yet. */
export interface Prepared {
  /** Set when a process waits, held, for its start byte. */
  readonly process?: ProcessStamp;
  run(): Promise<ToolOutput>;
  /** Lets go of what was prepared without running it; a held process exits. */
  drop(): void;
}

/** A tool that a model may call. It may reject: the message of its error is told to the model. */
export interface Tool extends ToolSpec {
  /** Resolves paths and the command of one call. Throws a plain Error whose message goes to the model when the arguments are wrong. */
  touches(input: Readonly<Record<string, unknown>>, context: ToolContext): Promise<Touches>;
  prepare(input: Readonly<Record<string, unknown>>, context: ToolContext): Promise<Prepared>;
}

/** A call whose arguments were read and whose paths and command are known: what permission rules judge. */
export interface PermitAsk {
  readonly tool: ToolSpec;
  readonly input: Readonly<Record<string, unknown>>;
  readonly touches: Touches;
  /** Tools the user allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  /** Somebody is there to be asked. */
  readonly attended: boolean;
}

export type Judgement =
  | { readonly do: 'run' }
  /** `output` is what the model is told. */
  | { readonly do: 'refuse'; readonly output: string }
  | { readonly do: 'ask'; readonly reason: string };

/** Judges a tool call before it runs: allow, deny, or ask the user. Pure: the same call is judged the same way. */
export type Permit = (ask: PermitAsk) => Judgement;

/** Kills the process group of a stamp if it still lives, and answers whether it did. */
export type Reap = (stamp: ProcessStamp) => Promise<boolean>;

/** Replaces every known secret in plain data; what holds none comes back as it is. */
export type Redact = <T>(data: T) => T;

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
  readonly status: 'new' | 'running' | 'unfinished' | 'done' | 'failed' | 'out-of-turns' | 'stopped';
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

/** `attempt` belongs to the reply among the events, if there is one. */
export type Append = { readonly run: string; readonly path: readonly string[]; readonly at: number; readonly attempt?: string };

/**
 * An append-only log per session, and an inbox per session. Adapters: memory, SQLite; both pass `sessionStoreContract`.
 * Errors are `SessionError`s with a closed kind: `busy` (with the writer), `moved-on`, `newer`, `corrupt`, `locked`, `unwritable`, `missing`.
 */
export interface SessionStore {
  create(head: {
    readonly id: string;
    readonly file: string;
    readonly agent: string;
    readonly cwd: string;
    readonly at: number;
  }): Promise<void>;
  /** One transaction. `after` must be the last seq; an append that is already there (same session, seq and body) is a no-op. Answers the last seq. */
  append(session: string, after: number, events: readonly RunEvent[], how: Append): Promise<number>;
  /** Rows with seq > after, lifted to the current version. */
  read(session: string, after: number): Promise<readonly EventRow[]>;
  head(session: string): Promise<SessionHead | undefined>;
  /** Newest first; of one agent file when given. */
  list(filter: { readonly file?: string; readonly limit?: number }): Promise<readonly SessionHead[]>;
  /** Takes the writer lock or throws `busy` naming the live holder. Disposing gives it back. */
  lock(session: string, writer: Writer, alive: (writer: Writer) => boolean): Promise<Disposable>;
  enqueue(session: string, item: InboxItem & { readonly at: number }): Promise<void>;
  /** Items no `input` event has consumed yet, oldest first. */
  inbox(session: string): Promise<readonly InboxItem[]>;
  /** Changes whenever another process wrote: cheap to ask, compared only for inequality. */
  version(): number;
  close(): Promise<void>;
}
