import type { LiveListener } from './live.ts';
import type { SessionHead } from './ports.ts';
import type { Answer, Attachment, EndFailure, Ending, EventRow, Question, SessionRules } from './rules/events.ts';
import type { RunState } from './rules/fold.ts';

/** What a run came to: its ending, the answer, the failure where there was one. */
export interface RunResult {
  readonly why: Ending;
  readonly failure?: EndFailure;
  /** The text of the last reply. */
  readonly answer: string;
}

/** One run under way, or one that was over before it was asked for. */
export interface Run {
  readonly session: string;
  readonly run: string;
  /** From the first event of this run to its last, children's included; may be iterated by any number of readers at any time. */
  readonly events: AsyncIterable<EventRow>;
  /** Rejects only when events can no longer be stored. */
  readonly done: Promise<RunResult>;
}

/** What is said to a session. */
export interface Said {
  readonly text: string;
  readonly files?: readonly Attachment[];
}

export interface StartInput {
  /** Several are several messages of the user, in order. None: the run goes on with what waits for it. */
  readonly prompt?: string | Said | readonly Said[];
  /** Goes on with this session; absent: a new one. */
  readonly session?: string;
  /** The agent that answers; absent: the one that answered last, else the team's first. */
  readonly agent?: string;
  /** Rules of a new session. */
  readonly permissions?: SessionRules;
  /** Chosen before anything is said: as `setModel`. */
  readonly models?: readonly { readonly agent?: string; readonly ref?: string }[];
}

/** A question nobody has answered yet. */
export type Pending = { readonly id: string; readonly path: readonly string[]; readonly reason: string } & Question;

/** One agent of a team, for displays. */
export interface AgentInfo {
  readonly name: string;
  readonly description: string;
  /** The reference its chain begins with. */
  readonly model: string;
  readonly welcome?: string;
  readonly subAgents: readonly string[];
  readonly handoffs: readonly string[];
  /** Slash commands of the agent file: name to description. */
  readonly commands: readonly { readonly name: string; readonly description?: string }[];
}

/**
 * Runs agents. Rejects with `SessionError`s: `missing`, `busy` (with who holds the session), `full`, `gone` (a question that is answered or was
 * never asked) and those of the store. The same interface is served over HTTP and driven from afar.
 */
export interface Runtime {
  /** A new session, or one turn more of one there is. What an unfinished run owes is done first. */
  start(input: StartInput): Promise<Run>;
  /** Goes on with a run that broke off, was stopped or failed. One that is done is answered at once. */
  resume(session: string): Promise<Run>;
  /** Said to the run at its next step; with no run under way, to the next one. From any process. */
  steer(session: string, said: string | Said): Promise<void>;
  /** Said when the current turn is over, one at a time. */
  followUp(session: string, said: string | Said): Promise<void>;
  /** Answers a pending question; kept until the run takes it, also when another process drives the run or none does. */
  answer(session: string, question: string, answer: Answer): Promise<void>;
  /** `answer` with `allow`; with `tool`, that tool for the rest of the session. */
  approve(session: string, question: string, tool?: boolean): Promise<void>;
  /** Summarises the conversation at the next step, or at once when no run is under way. `words` are added to the instruction. */
  compact(session: string, words?: string): Promise<void>;
  /** Which model an agent is asked with from the next call on; without `ref` its own again. */
  setModel(session: string, choice: { readonly agent?: string; readonly ref?: string }): Promise<void>;
  /** Replaces the rules of a session. */
  setPermissions(session: string, rules: SessionRules): Promise<void>;
  /** Ends the run under way within 100 ms, with `stopped`; it can be gone on with. */
  stop(session: string): Promise<void>;
  /** Rows after a seq, then whatever comes, from this process or another, until the signal fires. */
  follow(session: string, after: number, signal: AbortSignal): AsyncGenerator<EventRow, void>;
  /** Pieces of answers and of tool output under way, of every session of this runtime. */
  live(listener: LiveListener): Disposable;
  state(session: string): Promise<RunState>;
  pending(session: string): Promise<readonly Pending[]>;
  sessions(filter?: { readonly limit?: number }): Promise<readonly SessionHead[]>;
  agents(): Promise<readonly AgentInfo[]>;
  /** Stops every run of this runtime. The store stays open: it is its owner's to close. */
  close(): Promise<void>;
}
