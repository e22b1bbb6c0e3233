import type { Block, EndFailure, Origin, TokenUsage } from './event-data.ts';

/** What became of a call of a model. */
export type ModelEvent =
  /** The finished reply of a model, lossless. */
  | {
      readonly type: 'model-reply';
      readonly turn: number;
      readonly blocks: readonly Block[];
      readonly finish: string;
      readonly origin: Origin;
      /** Of the one answer: what it fills of the context. */
      readonly usage: TokenUsage;
      /** Of everything that was paid for it, failed and withdrawn attempts included, where that is more. */
      readonly paid?: TokenUsage;
      /** US dollars, all attempts together. */
      readonly usd?: number;
      /** Of some of it nobody knows the price. */
      readonly unpriced?: true;
      /** Id of the call's record. */
      readonly call: string;
      readonly marks?: readonly string[];
      /** Input window in tokens of the target that answered, where it is known. */
      readonly window?: number;
      /** Who said it, where several agents speak in one session. */
      readonly agent?: string;
    }
  /** A model call that came to nothing; what it cost is counted. A run may go on after it. */
  | {
      readonly type: 'model-failed';
      readonly turn: number;
      readonly failure: EndFailure;
      readonly usage?: TokenUsage;
      readonly usd?: number;
      readonly call?: string;
    }
  /** A marker for an abandoned attempt: what was shown of it was withdrawn. */
  | {
      readonly type: 'attempt-withdrawn';
      readonly turn: number;
      readonly attempt: number;
      readonly target: string;
      readonly kind: string;
      readonly message: string;
    };
