import type { Answer, Attachment, CompactionCause, EndFailure, Question, RunEvent, TokenUsage, ToolCall } from './events.ts';
import type { RunState } from './fold.ts';
import type { Inquiry } from './run-state.ts';
import type { HookEvent, HookInput, HookOutcome } from './hook-types.ts';

type Reply = RunEvent & { readonly type: 'model-reply' };

/** A finished reply, as the model handler hands it to the loop. `withdrawn` are the markers of abandoned attempts. */
export interface ModelReply extends Omit<Reply, 'type' | 'turn' | 'agent' | 'marks'> {
  readonly marks: readonly string[];
  readonly withdrawn: readonly (RunEvent & { readonly type: 'attempt-withdrawn' })[];
}

/**
 * One thing said to a session, from anywhere. `text` is prose for the first three; `answer`: JSON of `{question} & Answer`; `compact`: extra
 * words for the summary; `model`: JSON of `{agent?, ref?}`; `permissions`: JSON of `SessionRules`; `agent`: the name of the agent that goes on.
 */
export interface InboxItem {
  readonly id: string;
  readonly kind: 'prompt' | 'steer' | 'follow-up' | 'answer' | 'compact' | 'model' | 'permissions' | 'agent';
  readonly text: string;
  readonly files?: readonly Attachment[];
}

/** What is to happen with one tool call, before anybody is asked. */
/** `warnings`: what hooks want the user to know. */
export type Verdict = { readonly warnings?: readonly string[] } &
  /** `by`: who allowed it. `input`: arguments that a hook rewrote. */
  (
    | { readonly id: string; readonly do: 'run'; readonly by?: string; readonly input?: string }
    | { readonly id: string; readonly do: 'refuse'; readonly output: string; readonly by?: string }
    | { readonly id: string; readonly do: 'ask'; readonly reason: string; readonly input?: string }
  );

/** What came of a compaction: a `compaction` event, or why there is none. Nothing changed then. */
export type Compacted =
  | { readonly event: RunEvent & { readonly type: 'compaction' } }
  | { readonly skipped: string; readonly usage?: TokenUsage; readonly usd?: number };

/** How a call that has a `tool-start` but no result is dealt with on resume. */
export type Unfinished = {
  readonly id: string;
  /** The tool declares itself idempotent: it runs again. */
  readonly idempotent: boolean;
  /** A process group of it still lived and was killed. */
  readonly killed: boolean;
};

/** Everything the loop may ask of the world, and what it gets back. One handler file each. */
export interface World {
  /** Appends events in one transaction. */
  record: { readonly ask: { readonly events: readonly RunEvent[] }; readonly answer: void };
  /** Takes what waits in the inbox; consuming an item is the `input` event that names it. */
  inbox: {
    readonly ask: object;
    readonly answer: {
      readonly items: readonly InboxItem[];
      /** Answers among them whose question is over: nobody will claim them. */
      readonly late?: readonly InboxItem[];
      /** Epoch ms. */
      readonly now: number;
      /** What the children of this run have spent so far. */
      readonly below: { readonly tokens: number; readonly usd: number };
    };
  };
  model: {
    /** `context`: what hooks add to this one call's system messages; it is never stored. */
    readonly ask: { readonly state: RunState; readonly turn: number; readonly context?: readonly string[] };
    readonly answer:
      | { readonly reply: ModelReply; readonly notices?: readonly string[] }
      | {
          readonly notices?: readonly string[];
          readonly failure: EndFailure;
          readonly withdrawn?: ModelReply['withdrawn'];
          readonly usage?: TokenUsage;
          readonly usd?: number;
          readonly call?: string;
        };
  };
  /** Runs the hooks of one event that stands between the steps of a run. Asked only for events that have hooks. */
  hook: { readonly ask: { readonly event: HookEvent; readonly input: HookInput }; readonly answer: HookOutcome };
  /** Summarises what is old. It changes nothing by itself. */
  compact: {
    readonly ask: { readonly state: RunState; readonly why: CompactionCause; readonly words?: string; readonly summary?: string };
    readonly answer: Compacted;
  };
  /** Permission rules, folders, known tools: a verdict for each call. */
  permit: { readonly ask: { readonly state: RunState; readonly calls: readonly ToolCall[] }; readonly answer: readonly Verdict[] };
  /** Waits for the answer to a question that has been recorded. Nobody there: `undefined`. */
  question: {
    readonly ask: { readonly id: string; readonly reason: string } & Question;
    readonly answer: (Answer & { readonly item?: string }) | undefined;
  };
  /** Looks at calls that may have run before a crash; kills groups that still live. */
  unfinished: { readonly ask: { readonly state: RunState; readonly calls: readonly ToolCall[] }; readonly answer: readonly Unfinished[] };
  /**
   * Prepares the calls that may begin at once (processes are spawned held), appends `before` and their `tool-start` in one
   * transaction, lets go, and appends each result when it lands. A call that has to wait is prepared in its turn; its `tool-start` is
   * appended with the result it waited for. Answers the events it appended, `before` included, in the order of the log.
   */
  tools: {
    readonly ask: {
      readonly before: readonly RunEvent[];
      readonly calls: readonly ToolCall[];
      readonly allowed: readonly Allowed[];
      readonly agent: string;
    };
    /** `stop`: a hook ended the run after this batch, and what it said. */
    readonly answer: { readonly events: readonly RunEvent[]; readonly stop?: string };
  };
}

/** Who allowed a call that is about to run, and its arguments where a hook rewrote them. */
export interface Allowed {
  readonly id: string;
  readonly by?: string;
  readonly input?: string;
  /** It had begun before a restart. */
  readonly began?: true;
  /** What the user was asked by the call itself before a restart, and said. */
  readonly inquiries?: readonly Inquiry[];
}

export type Request = { [K in keyof World]: { readonly do: K } & World[K]['ask'] }[keyof World];
export type Loop<T> = Generator<Request, T, unknown>;
