import type { Why } from './rules/belief.ts';
import type { FailureKind } from './rules/failure.ts';
import type { Labels } from './rules/labels.ts';
import type { CallRecord, TargetOrigin } from './rules/record.ts';
import type { Usage } from './rules/token-usage.ts';

/** A failure as those who watch see it: plain data, redacted. */
export interface FailureFact {
  readonly kind: FailureKind;
  readonly status?: number;
  readonly code?: string;
  /** One sentence for people. */
  readonly message: string;
  /** What the provider itself said of it, scrubbed. */
  readonly detail?: string;
}

/** Facts about one call, in order. They are printed, sent over SSE and drawn; nobody answers them. Durations in ms, times in epoch ms. */
export type CallEvent = { readonly call: string; readonly at: number } & (
  | ({
      readonly type: 'call-start';
      readonly chain: string;
      readonly targets: readonly string[];
      readonly mode: 'stream' | 'whole';
    } & Labels)
  /** Passed over, with the reason: `resting`, `unfit`, … */
  | { readonly type: 'skip'; readonly target: string; readonly reason: string; readonly until?: number; readonly why?: Why }
  | {
      readonly type: 'attempt-start';
      readonly attempt: number;
      readonly target: string;
      readonly origin: TargetOrigin;
      readonly tries: number;
      readonly probe: boolean;
    }
  /** No slot is free for it in its target's lane: so many wait there already. */
  | { readonly type: 'lane-wait'; readonly attempt: number; readonly target: string; readonly lane: string; readonly position: number }
  /** The first part a user could have seen has come. */
  | { readonly type: 'attempt-commit'; readonly attempt: number; readonly target: string; readonly ms: number }
  | {
      readonly type: 'attempt-end';
      readonly attempt: number;
      readonly target: string;
      readonly ms: number;
      /** Absent when the attempt gave the answer. */
      readonly failure?: FailureFact;
      /** What the user had seen of it when it failed. */
      readonly shown: 'nothing' | 'soft' | 'hard';
      /** What it used, and what that cost in US dollars; `unpriced`: it used something, and nobody knows the price. */
      readonly usage?: Usage;
      readonly usd?: number;
      readonly unpriced?: true;
      /** Ms it waited in a lane, within `ms`. */
      readonly laneWaitMs?: number;
    }
  /** The same target will be asked again after `ms`: try `tries` of `of`, the first not counted. */
  | {
      readonly type: 'pause';
      readonly target: string;
      readonly ms: number;
      readonly tries: number;
      readonly of: number;
      readonly failure: FailureFact;
    }
  /** Another target is asked; the one left rests until then, if it does. */
  | { readonly type: 'switch'; readonly from: string; readonly to: string; readonly failure: FailureFact; readonly restsUntil?: number }
  /** Everybody rests; waiting for the soonest. `failure` is what was just met, at `from`, when it is that which made the call wait. */
  | {
      readonly type: 'wait';
      readonly ms: number;
      readonly target: string;
      readonly why: string;
      readonly from?: string;
      readonly failure?: FailureFact;
    }
  /** `from` has been silent for `ms`, longer than it should: `to` is asked beside it, and the first to show something gives the answer. */
  | { readonly type: 'hedge'; readonly from: string; readonly to: string; readonly ms: number }
  /** Attempt `attempt` broke after `shown` characters of the answer; others are asked to go on from there. */
  | { readonly type: 'takeover'; readonly attempt: number; readonly target: string; readonly failure: FailureFact; readonly shown: number }
  /** What attempt `attempt` showed is taken back; the answer starts again. */
  | { readonly type: 'withdrawn'; readonly attempt: number; readonly target: string; readonly failure: FailureFact }
  | { readonly type: 'call-end'; readonly record: CallRecord }
);

/** What was asked and answered, by reference: for who was told to keep it. It is no part of an event, so that printing one shows no prompt. */
export interface Payload {
  /** Of `call-start`: the request as the chain got it. */
  readonly request?: unknown;
  /** Of `attempt-end`: the text the attempt gave. */
  readonly text?: string;
}
