import type { Why } from './belief.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import type { Labels } from './labels.ts';
import type { Target } from './target.ts';
import type { Usage } from './token-usage.ts';

/** Who made an answer: what a history must know to replay its opaque parts only there (T1). */
export type TargetOrigin = Pick<Target, 'entry' | 'protocol' | 'model' | 'account'>;

/** One attempt as it is recorded. Times in epoch ms, durations in ms. */
export interface AttemptRecord {
  readonly attempt: number;
  readonly target: string;
  readonly place: number;
  readonly origin: TargetOrigin;
  readonly began: number;
  readonly ms: number;
  /** Ms to the first content. */
  readonly firstMs?: number;
  readonly shown: 'nothing' | 'soft' | 'hard';
  /** What became of the text it had shown when it broke (C5); absent when it answered, or the call failed with it. */
  readonly fate?: 'withdrawn' | 'continued';
  readonly probe?: boolean;
  readonly failure?: {
    readonly kind: FailureKind;
    readonly message: string;
    readonly facts: FailureFacts;
  };
  readonly usage?: Usage;
  /** US dollars. */
  readonly usd?: number;
  /** It used something, and nobody knows the price: the cost is unknown, not nothing. */
  readonly unpriced?: true;
  /** Ms it waited in a lane, within `ms`. */
  readonly laneWaitMs?: number;
}

/** A model that a call passed over, and why; `until` in epoch ms where it rests. */
export interface SkipRecord {
  readonly target: string;
  readonly place: number;
  readonly reason: string;
  readonly until?: number;
  readonly why?: Why;
}

/** The record of a call: who was tried, who was skipped, why, for how long, at what cost (promise 6). */
export interface CallRecord extends Labels {
  readonly id: string;
  readonly chain: string;
  readonly began: number;
  readonly ms: number;
  readonly outcome: 'done' | FailureKind;
  /** Ref and place of the target that gave the answer. */
  readonly target?: string;
  readonly place?: number;
  readonly origin?: TargetOrigin;
  readonly attempts: readonly AttemptRecord[];
  readonly skips: readonly SkipRecord[];
  /** Of the one answer the caller got (C9). */
  readonly usage?: Usage;
  /** Of everything that was paid for, failed attempts included (C9). */
  readonly paid: Usage;
  /** US dollars, of what has a known price. */
  readonly usd?: number;
  /** Of some of it nobody knows the price: the cost is unknown, and `usd` the least it was. */
  readonly unpriced?: true;
  /** `request-suspect`, `empty-turn`, `closed-after-tools`, `usage-estimated` … */
  readonly marks: readonly string[];
  /** Epoch ms after which trying again makes sense; set when nobody could be asked. */
  readonly retryAt?: number;
}
