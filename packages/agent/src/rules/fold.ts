import type { Block, EndFailure, Ending, Origin, ProcessStamp, RunEvent, ToolCall } from './events.ts';

/** The lossless history, as the fold keeps it. */
export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly blocks: readonly Block[]; readonly origin: Origin; readonly finish: string }
  | { readonly role: 'tool'; readonly id: string; readonly name: string; readonly output: string; readonly failed: boolean };

export interface OwedCall {
  readonly call: ToolCall;
  /** Set when a `tool-start` was recorded: it may have run. */
  readonly started?: { readonly process?: ProcessStamp };
  readonly question?: { readonly id: string; readonly about: 'approval' | 'may-have-run' };
  readonly answer?: { readonly decision: 'allow' | 'allow-tool' | 'deny'; readonly reason?: string };
}

/** All that is known of a session. Owned by who folds; events never copy the transcript. */
export interface RunState {
  readonly turn: number;
  /** Turns since the last input: what `max_iterations` counts. */
  readonly turnsOfRun: number;
  readonly transcript: readonly Message[];
  /** Calls of the last reply without a result, in the order of the reply. */
  readonly owed: readonly OwedCall[];
  /** Tools allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  readonly consumed: ReadonlySet<string>;
  readonly origin?: Origin;
  readonly ended?: { readonly why: Ending; readonly failure?: EndFailure };
}

export type Fold = (state: RunState, event: RunEvent) => RunState;
