/**
 * What happened in a session, in order, as plain data. A run is its events: state is a fold over them, and nothing else is kept.
 * Text deltas are not here; they go to the live channel. Times are epoch ms. Nouns first, then what became of them.
 */
export type RunEvent =
  /** A run begins: a prompt, or a resumed process that goes on. */
  | { readonly type: 'run-start'; readonly agent: string; readonly resumed: boolean }
  /** A prompt and a steering message are one thing: the first is merely early. `item` names the inbox row it consumes. */
  | { readonly type: 'input'; readonly text: string; readonly item?: string }
  /** The finished reply of a model, lossless. */
  | {
      readonly type: 'model-reply';
      readonly turn: number;
      readonly blocks: readonly Block[];
      readonly finish: string;
      readonly origin: Origin;
      readonly usage: TokenUsage;
      readonly usd?: number;
      /** Id of the call's record. */
      readonly call: string;
      readonly marks?: readonly string[];
    }
  /** A marker for an abandoned attempt: what was shown of it was withdrawn. */
  | {
      readonly type: 'attempt-withdrawn';
      readonly turn: number;
      readonly attempt: number;
      readonly target: string;
      readonly kind: string;
      readonly message: string;
    }
  /** The user is asked. `approval` of a call, or what to do about a call that may have run before a crash. */
  | {
      readonly type: 'question';
      readonly id: string;
      readonly about: 'approval' | 'may-have-run';
      readonly call: ToolCall;
      readonly reason: string;
    }
  | {
      readonly type: 'answer';
      readonly id: string;
      /** `allow-tool`: this tool for the rest of the session. */
      readonly decision: 'allow' | 'allow-tool' | 'deny';
      readonly reason?: string;
    }
  /** Recorded before a tool runs. Without a result it may have run. */
  | {
      readonly type: 'tool-start';
      readonly id: string;
      readonly name: string;
      readonly process?: ProcessStamp;
    }
  | {
      readonly type: 'tool-result';
      readonly id: string;
      readonly name: string;
      readonly output: string;
      readonly failed: boolean;
      /** `done`: it ran. `refused`: denied, unknown tool, bad arguments: it did not. `unknown`: it may have run. */
      readonly how: 'done' | 'refused' | 'unknown';
    }
  /** Something the user should know: a process group killed on resume, an unreadable setting. */
  | { readonly type: 'notice'; readonly text: string }
  | { readonly type: 'run-end'; readonly why: Ending; readonly failure?: EndFailure };

/** How a run ended: `done` with an answer, `failed`, at its limit of turns, or stopped by somebody. */
export type Ending = 'done' | 'failed' | 'out-of-turns' | 'stopped';

/** Why a run failed: the kind of failure, one sentence for people, and when trying again makes sense (epoch ms), where that is known. */
export interface EndFailure {
  readonly kind: string;
  readonly message: string;
  /** Epoch ms after which trying again makes sense. */
  readonly retryAt?: number;
  /** Text shown before the answer broke for good. */
  readonly salvaged?: string;
  /** What the models came to that were asked, or why they rest. */
  readonly blamed?: readonly { readonly target: string; readonly kind: string }[];
}

/** One block of a reply. `meta` is the vendor's opaque data (signatures), replayed only to where it came from. */
export type Block =
  | { readonly type: 'text'; readonly text: string; readonly meta?: unknown }
  | { readonly type: 'reasoning'; readonly text: string; readonly meta?: unknown }
  | { readonly type: 'file'; readonly mediaType: string; readonly data: string; readonly meta?: unknown }
  | ({ readonly type: 'tool-call'; readonly meta?: unknown } & ToolCall);

/** `input` is the text the model sent: it may not be JSON. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: string;
}

/** Who made a block: decides where its signatures may be replayed. */
export interface Origin {
  readonly place: number;
  readonly ref: string;
  readonly entry: string;
  readonly protocol: string;
  readonly model: string;
  readonly account: string;
}

export interface TokenUsage {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly estimated?: boolean;
}

/** Enough to find a process group again after a crash, and never to mistake another one for it. */
export interface ProcessStamp {
  readonly pid: number;
  readonly group: number;
  /** Start time of the process in clock ticks since boot, as the kernel tells it. */
  readonly started: string;
  readonly boot: string;
}

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
