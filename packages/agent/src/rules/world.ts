import type { EndFailure, Origin, RunEvent, ToolCall, Block, TokenUsage } from './events.ts';
import type { RunState } from './fold.ts';

/** A finished reply, as the model handler hands it to the loop. `withdrawn` are the markers of abandoned attempts. */
export interface ModelReply {
  readonly blocks: readonly Block[];
  readonly finish: string;
  readonly origin: Origin;
  readonly usage: TokenUsage;
  readonly usd?: number;
  readonly call: string;
  readonly marks: readonly string[];
  readonly withdrawn: readonly (RunEvent & { readonly type: 'attempt-withdrawn' })[];
}

export interface InboxItem {
  readonly id: string;
  readonly kind: 'prompt' | 'steer' | 'follow-up';
  readonly text: string;
}

/** What is to happen with one tool call, before anybody is asked. */
export type Verdict =
  | { readonly id: string; readonly do: 'run' }
  | { readonly id: string; readonly do: 'refuse'; readonly output: string }
  | { readonly id: string; readonly do: 'ask'; readonly reason: string };

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
  inbox: { readonly ask: object; readonly answer: readonly InboxItem[] };
  model: {
    readonly ask: { readonly state: RunState; readonly turn: number };
    readonly answer: { readonly reply: ModelReply } | { readonly failure: EndFailure; readonly withdrawn?: ModelReply['withdrawn'] };
  };
  /** Permission rules, folders, known tools: a verdict for each call. */
  permit: { readonly ask: { readonly state: RunState; readonly calls: readonly ToolCall[] }; readonly answer: readonly Verdict[] };
  /** Waits for the answer to a question that has been recorded. Nobody there: `undefined`. */
  question: {
    readonly ask: { readonly id: string; readonly about: 'approval' | 'may-have-run'; readonly call: ToolCall; readonly reason: string };
    readonly answer: { readonly decision: 'allow' | 'allow-tool' | 'deny'; readonly reason?: string } | undefined;
  };
  /** Looks at calls that may have run before a crash; kills groups that still live. */
  unfinished: { readonly ask: { readonly state: RunState; readonly calls: readonly ToolCall[] }; readonly answer: readonly Unfinished[] };
  /**
   * Prepares the calls that may begin at once (processes are spawned held), appends `before` and their `tool-start` in one
   * transaction, lets go, and appends each result when it lands. A call that has to wait is prepared in its turn; its `tool-start` is
   * appended with the result it waited for. Answers the events it appended, `before` included, in the order of the log.
   */
  tools: {
    readonly ask: { readonly before: readonly RunEvent[]; readonly calls: readonly ToolCall[] };
    readonly answer: { readonly events: readonly RunEvent[] };
  };
}

export type Request = { [K in keyof World]: { readonly do: K } & World[K]['ask'] }[keyof World];
export type Loop<T> = Generator<Request, T, unknown>;
