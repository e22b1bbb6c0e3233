import type {
  Answer,
  Attachment,
  Block,
  ChildTask,
  EndFailure,
  Ending,
  LimitName,
  Origin,
  ProcessStamp,
  Question,
  RunEvent,
  SessionRules,
  TokenUsage,
  ToolCall,
} from './events.ts';
import { NO_EVIDENCE, type Evidence } from './evidence.ts';

/** The history as the fold keeps it: lossless but for what a compaction put into a summary. */
export type Message =
  | {
      readonly role: 'user';
      readonly text: string;
      readonly files?: readonly Attachment[];
      readonly hidden?: boolean;
      readonly system?: boolean;
      /** A summary of all that stood before it. `answered`: the model had the last word then. */
      readonly summary?: boolean;
      readonly answered?: boolean;
    }
  | {
      readonly role: 'assistant';
      readonly blocks: readonly Block[];
      readonly origin: Origin;
      readonly finish: string;
      readonly agent?: string;
    }
  | {
      readonly role: 'tool';
      readonly id: string;
      readonly name: string;
      readonly output: string;
      readonly failed: boolean;
      readonly files?: readonly Attachment[];
    };

export interface OwedCall {
  readonly call: ToolCall;
  /** Set when a `tool-start` was recorded: it may have run. `times` counts the starts: an answer about one start says nothing about the next. */
  readonly started?: { readonly process?: ProcessStamp; readonly times: number };
  readonly question?: { readonly id: string; readonly about: Question['about']; readonly asked: string };
  readonly answer?: Answer;
  /** What it asked in the middle of its work, in order. It holds for every start: who was asked is not asked again. */
  readonly inquiries?: readonly Inquiry[];
}

/** A question of a tool in the middle of its call. `asked`: what it wanted to know, as text; its answer is about nothing else. */
export interface Inquiry {
  readonly asked: string;
  readonly question: string;
  readonly answer?: Answer;
}

/** Tokens and money of model calls, failed and withdrawn attempts included. `unpriced`: calls whose price is not known. */
export interface Spent {
  readonly calls: number;
  readonly input: number;
  readonly output: number;
  readonly usd: number;
  readonly unpriced: number;
}

export const NOTHING_SPENT: Spent = Object.freeze({ calls: 0, input: 0, output: 0, usd: 0, unpriced: 0 });

/** All that is known of the run of one agent path. Owned by who folds; events never copy the transcript. */
export interface RunState {
  /** Who speaks now. */
  readonly agent: string;
  /** Why this run exists, of a child. */
  readonly task?: ChildTask;
  readonly turn: number;
  /** Turns since the last input: what `max_iterations` counts. */
  readonly turnsOfRun: number;
  readonly transcript: readonly Message[];
  /** How often the transcript was summarised: prompts begin anew with each. */
  readonly compactions: number;
  /** Compactions after overflows since a model last answered. */
  readonly overflows: number;
  /** The blocks of the last reply: what a run answers with. */
  readonly reply?: readonly Block[];
  /** Calls of the last reply without a result, in the order of the reply. */
  readonly owed: readonly OwedCall[];
  /** The ids of all calls there were, also of those that are in a summary now: each names one call, and its results and files. */
  readonly called: ReadonlySet<string>;
  /** Tools and patterns allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  readonly allowAll: boolean;
  readonly rules?: SessionRules;
  readonly consumed: ReadonlySet<string>;
  readonly origin?: Origin;
  /** What the last reply, of the model `ref`, said of the context: tokens in and out, and how long the transcript was with it. */
  readonly context?: {
    readonly tokens: number;
    readonly messages: number;
    readonly usage: TokenUsage;
    readonly ref: string;
    readonly window?: number;
  };
  /** How far estimates of this conversation were off. */
  readonly evidence: Evidence;
  readonly spent: Spent;
  readonly spentOfRun: Spent;
  /** When the run under way began, in epoch ms. */
  readonly began?: number;
  /** Limits as the user raised them for this run. */
  readonly raised: Readonly<Partial<Record<LimitName, number>>>;
  /** A limit that is asked about, and what was answered. */
  readonly limit?: { readonly id: string; readonly limit: LimitName; readonly reached: number; readonly answer?: Answer };
  /** Models chosen for agents. */
  readonly models: ReadonlyMap<string, string>;
  readonly turnModel?: { readonly agent: string; readonly ref: string };
  /** Deferred tools the model asked for. */
  readonly added: ReadonlySet<string>;
  /** The turn in which the model was told that it goes in circles. */
  readonly warnedAt?: number;
  readonly ended?: { readonly why: Ending; readonly failure?: EndFailure };
}

export type Fold = (state: RunState, event: RunEvent) => RunState;

/** The state of a run before its first event: what `fold` begins with. */
export const START: RunState = Object.freeze({
  agent: '',
  turn: 0,
  turnsOfRun: 0,
  transcript: Object.freeze([]) as readonly Message[],
  compactions: 0,
  overflows: 0,
  evidence: NO_EVIDENCE,
  owed: Object.freeze([]) as readonly OwedCall[],
  called: new Set<string>(),
  allowed: new Set<string>(),
  allowAll: false,
  consumed: new Set<string>(),
  spent: NOTHING_SPENT,
  spentOfRun: NOTHING_SPENT,
  raised: Object.freeze({}),
  models: new Map<string, string>(),
  added: new Set<string>(),
});
