import type { Answer } from './answers.ts';
import type { LiveListener } from './live.ts';
import type { EndFailure, Ending, EventRow } from './rules/events.ts';
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
  /** From the first event of this run to its last; may be iterated by any number of readers at any time. */
  readonly events: AsyncIterable<EventRow>;
  /** Rejects only when events can no longer be stored. */
  readonly done: Promise<RunResult>;
}

/**
 * Runs agents. Rejects with `SessionError`s: `missing`, `busy` (with who holds the session) and those of the store.
 */
export interface Runtime {
  /** A new session, or one turn more of one there is. What an unfinished run owes is done first. */
  start(input: { readonly prompt: string; readonly session?: string }): Promise<Run>;
  /** Goes on with a run that broke off, was stopped or failed. One that is done is answered at once. */
  resume(session: string): Promise<Run>;
  /** Said to the run at its next step; with no run under way, to the next one. */
  steer(session: string, text: string): Promise<void>;
  /** Said when the current turn is over. */
  followUp(session: string, text: string): Promise<void>;
  /** Allows what a question asked about; with `tool`, that tool for the rest of the session. False: no run here. */
  approve(session: string, question: string, tool?: boolean): boolean;
  answer(session: string, question: string, answer: Answer): boolean;
  /** Ends the run under way within 100 ms, with `stopped`. */
  stop(session: string): Promise<void>;
  /** Rows after a seq, then whatever comes, from this process or another, until the signal fires. */
  follow(session: string, after: number, signal: AbortSignal): AsyncGenerator<EventRow, void>;
  /** Pieces of answers under way. */
  live(listener: LiveListener): Disposable;
  state(session: string): Promise<RunState>;
  /** Stops every run of this runtime. The store stays open: it is its owner's to close. */
  close(): Promise<void>;
}
