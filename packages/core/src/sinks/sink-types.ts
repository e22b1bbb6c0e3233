import type { FailureFact } from '../events.ts';
import type { MaybePromise } from '../ports.ts';
import type { FailureKind } from '../rules/failure.ts';
import type { Labels } from '../rules/labels.ts';
import type { CallRecord, TargetOrigin } from '../rules/record.ts';
import type { Usage } from '../rules/token-usage.ts';

/**
 * One attempt at a provider, as it ended: exactly one for each, failed ones included. Times in epoch ms, durations in ms. Tokens that
 * nobody told are 0: `input` holds cached tokens too, `output` reasoning too.
 */
export interface UsageRecord extends Labels {
  readonly at: number;
  readonly call: string;
  readonly attempt: number;
  /** The tier that was asked for; what answered is `target`. */
  readonly chain: string;
  readonly target: string;
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** The tokens were computed from lengths. */
  readonly estimated: boolean;
  readonly usd?: number;
  /** Tokens were used whose price nobody knows. */
  readonly unpriced?: true;
  readonly ms: number;
  readonly firstMs?: number;
  readonly laneWaitMs?: number;
  readonly outcome: 'ok' | 'error' | 'aborted';
  readonly kind?: FailureKind;
  readonly streamed: boolean;
}

export interface UsageSink {
  record(usage: UsageRecord): MaybePromise<void>;
  /** Asked for at `flush`, when everything was handed over. */
  flush?(): MaybePromise<void>;
}

/** A call, or one attempt of it. */
export interface Span {
  readonly id: string;
  /** Of an attempt: its call's span. */
  readonly parentId?: string;
  /** The label `trace`, else the call. */
  readonly traceId: string;
  readonly name: string;
  readonly start: number;
  /** Set when it is over. */
  readonly end?: number;
  readonly attributes: SpanAttributes;
  readonly events: readonly { readonly at: number; readonly name: string; readonly text?: string }[];
  readonly error?: FailureFact;
  /** What was asked and answered, where the payload policy keeps it. */
  readonly request?: unknown;
  readonly response?: string;
  /** What `TraceSink.context` answered when the call began. */
  readonly context?: unknown;
}

export interface SpanAttributes extends Labels {
  readonly call: string;
  readonly chain: string;
  readonly streamed: boolean;
  readonly attempt?: number;
  readonly target?: string;
  readonly origin?: TargetOrigin;
  readonly outcome?: string;
  readonly usage?: Usage;
  readonly usd?: number;
  readonly unpriced?: true;
  readonly firstMs?: number;
  readonly laneWaitMs?: number;
}

export interface TraceSink {
  /** Told when a span begins; one whose beginning was dropped still ends. */
  start?(span: Span): MaybePromise<void>;
  /** Once for each span, with everything that is known of it. */
  end(span: Span): MaybePromise<void>;
  /** Asked at once when a call begins, in its own async context: what it answers is `context` of the call's spans. */
  context?(): unknown;
  flush?(): MaybePromise<void>;
}

/** A call moves on from a target that failed it: to another, or to nobody. A further try of the same target is none. */
export interface FailoverEvent extends Labels {
  readonly at: number;
  readonly call: string;
  readonly chain: string;
  readonly from: string;
  /** Null: nobody is left to ask. */
  readonly to: string | null;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly kind: FailureKind;
  readonly status?: number;
  /** One sentence, scrubbed. */
  readonly message: string;
  /** What the provider said, scrubbed, at most 500 characters. */
  readonly detail?: string;
  /** Failures of this kind may go away by themselves. */
  readonly retryable: boolean;
  /** Epoch ms until which the target now rests. */
  readonly restsUntil?: number;
  readonly latencyMs: number;
  readonly laneWaitMs?: number;
  /** Only with `persistPrompts`. */
  readonly messages?: readonly unknown[];
}

/** Called at once and in order, before the next attempt begins. It must be quick; what it throws or promises is dropped. */
export type FailoverObserver = (event: FailoverEvent) => unknown;

/** A call that has begun to ask, for who keeps records: a process that dies leaves it open. */
export interface OpenCall extends Labels {
  readonly id: string;
  readonly chain: string;
  readonly began: number;
  /** The first target asked. */
  readonly target: string;
}

export interface RecordSink {
  /** At the first attempt. */
  opened?(call: OpenCall): MaybePromise<void>;
  /** At the end of each call. `messages` only with `persistPrompts`. */
  closed(record: CallRecord, messages?: readonly unknown[]): MaybePromise<void>;
  flush?(): MaybePromise<void>;
}
