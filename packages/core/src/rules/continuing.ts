import type { Anchor } from './splice/anchor.ts';
import type { Way } from './splice/verdict.ts';
import type { Target } from './target.ts';

export type { Anchor } from './splice/anchor.ts';
export type { Way } from './splice/verdict.ts';

/** Code of a failure: a model that was asked to go on and gave another answer. It says nothing about the target and cools nothing (C6). */
export const NOT_A_CONTINUATION = 'not-a-continuation';

/** An answer that was cut after its first visible text (C5, C6). */
export interface Cut {
  /** All the text that was shown of it. */
  readonly shown: string;
  readonly anchor: Anchor;
  /** Tokens that its caller's `max_tokens` leaves; undefined where the caller set none. */
  readonly left?: number;
}

/** What a continuation may show: nothing yet, some parts, or that it is another answer. `stopped`: a stop sequence ended it at the joint. */
export type Spliced<P> = { readonly parts: readonly P[]; readonly stopped?: true } | 'rejected';

export interface SpliceStart {
  readonly cut: Cut;
  readonly way: Way;
  /** The request has tools: a turn may go on with a call. */
  readonly tools: boolean;
  readonly stops: readonly string[];
  /** Ms of a clock that only goes forward. */
  readonly now: () => number;
}

/** The parts of one continuation as parts of the answer that it goes on with. */
export interface Splice<P> {
  /** It is clear that the two belong together. */
  readonly joined: boolean;
  /** … by the look of the joint alone. */
  readonly openJoint: boolean;
  /** Code units of the continuation that had been shown before. */
  readonly dropped: number;
  take(part: P): Spliced<P>;
  /** Nothing of it has come that could be seen. */
  readonly silent: boolean;
  /** At its finish, before the part that says so. `believed`: others, too, had nothing to add. `atStop`: it finished by itself, or at a stop sequence. */
  end(believed: boolean, atStop: boolean): Spliced<P>;
}

/** What a chain must know of its requests to have a cut answer continued: a protocol's other half beside its `Reader`. */
export interface Continuer<Q> {
  /** C5: why an answer to this request cannot be continued; undefined where it can. */
  bars(request: Q): string | undefined;
  /** Half of such an answer is of no use: it is held until it is whole (C5). */
  structured(request: Q): boolean;
  /** The request that asks `target` to go on (C6). */
  ask(request: Q, cut: Cut, way: Way, target: Target): Q;
  /** The target takes a beginning of its own turn (C6 prefill); unknown is no. */
  prefills(request: Q, target: Target): boolean;
  tools(request: Q): boolean;
  stops(request: Q): readonly string[];
}
