import type {
  Answer,
  Attachment,
  ChildTask,
  CompactionCause,
  EndFailure,
  LimitName,
  ProcessStamp,
  Question,
  SessionRules,
  TokenUsage,
} from './event-data.ts';
import type { ModelEvent } from './model-events.ts';

export type * from './event-data.ts';
export type { ModelEvent } from './model-events.ts';

/**
 * What happened in a session, in order, as plain data. A run is its events: state is a fold over them, and nothing else is kept.
 * Text deltas are not here; they go to the live channel. Times are epoch ms. Nouns first, then what became of them.
 */
export type RunEvent =
  /** A run begins: a prompt, or a resumed process that goes on. `task`: it is a child's, and what began it. */
  | { readonly type: 'run-start'; readonly agent: string; readonly resumed: boolean; readonly at?: number; readonly task?: ChildTask }
  /**
   * A prompt and a steering message are one thing: the first is merely early. `item` names the inbox row it consumes. `hidden`: said by us,
   * not by the user. `system`: stands with the agent's instruction, as a child's task does.
   */
  | {
      readonly type: 'input';
      readonly text: string;
      readonly item?: string;
      readonly files?: readonly Attachment[];
      readonly hidden?: boolean;
      readonly system?: boolean;
    }
  | ModelEvent
  /** The user is asked. Every question has an id that is unique in its session; nothing else can be answered under it. */
  | ({ readonly type: 'question'; readonly id: string; readonly reason: string } & Question)
  /** `item` names the inbox row it consumes. */
  | ({ readonly type: 'answer'; readonly id: string; readonly item?: string } & Answer)
  /** Recorded before a tool runs. Without a result it may have run. */
  | {
      readonly type: 'tool-start';
      readonly id: string;
      readonly name: string;
      readonly process?: ProcessStamp;
      /** Who allowed it: a rule, the user, a hook. The log of decisions is these and the refused results. */
      readonly by?: string;
      /** The arguments as a hook rewrote them: what runs, where it is not what the model sent. */
      readonly input?: string;
    }
  | {
      readonly type: 'tool-result';
      readonly id: string;
      readonly name: string;
      readonly output: string;
      readonly failed: boolean;
      /** `done`: it ran. `refused`: denied, unknown tool, bad arguments: it did not. `unknown`: it may have run. */
      readonly how: 'done' | 'refused' | 'unknown';
      /** Who refused it: a rule, the user, a hook, that nobody was there. */
      readonly by?: string;
      /** Where the whole output is, when `output` holds its head and tail only. */
      readonly file?: string;
      readonly files?: readonly Attachment[];
    }
  /** Another agent goes on with the same conversation. */
  | {
      readonly type: 'agent-switch';
      readonly from: string;
      readonly to: string;
      readonly how: 'handoff' | 'user';
      readonly item?: string;
    }
  /** Which model an agent is asked with; without `ref` its own again. `turn`: for the next model call only. */
  | {
      readonly type: 'model-choice';
      readonly agent: string;
      readonly ref?: string;
      readonly lasts: 'session' | 'turn';
      readonly item?: string;
    }
  /**
   * What came before the newest `keep` messages of the transcript is a summary from here on. `cut`: ids of kept tool results that are sent
   * without their content (T2). The log keeps everything.
   */
  | {
      readonly type: 'compaction';
      readonly why: CompactionCause;
      readonly summary: string;
      readonly keep: number;
      readonly cut?: readonly string[];
      readonly usage?: TokenUsage;
      readonly usd?: number;
      readonly call?: string;
      readonly item?: string;
    }
  /** What a call cost that left nothing else behind. */
  | { readonly type: 'spent'; readonly usage: TokenUsage; readonly usd?: number }
  /** Rules the user gave this session; they replace those it had. */
  | { readonly type: 'permissions'; readonly rules: SessionRules; readonly item?: string }
  /** Deferred tools the model asked for: from here on it has them. */
  | { readonly type: 'tools-added'; readonly names: readonly string[] }
  /** The model was told that it goes in circles; the next time the run is stopped. */
  | { readonly type: 'loop-warning'; readonly text: string }
  /** The user let the run go on past a limit, up to the next. */
  | { readonly type: 'limit-raised'; readonly limit: LimitName; readonly to: number }
  /** Something the user should know: a process group killed on resume, a server that does not start. */
  | { readonly type: 'notice'; readonly text: string; readonly item?: string }
  | { readonly type: 'run-end'; readonly why: Ending; readonly failure?: EndFailure };

/**
 * How a run ended: `done` with an answer, `failed`, at its limit of turns, at another limit (time, tokens, money), or stopped by somebody.
 */
export type Ending = 'done' | 'failed' | 'out-of-turns' | 'over-limit' | 'stopped';

/** The envelope of a stored event. `seq` counts from 1 within a session, without gaps. */
export interface EventRow {
  readonly session: string;
  readonly seq: number;
  /** Version of the body's shape, lifted when read. */
  readonly version: number;
  readonly at: number;
  readonly run: string;
  /** The agent path: `[]` for the root. */
  readonly path: readonly string[];
  /** Attempt id of the model call an event belongs to, when it does. */
  readonly attempt?: string;
  readonly event: RunEvent;
}
