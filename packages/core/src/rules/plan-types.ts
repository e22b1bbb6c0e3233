import type { Beliefs } from './belief.ts';
import type { Fit } from './fit.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import type { SkipRecord } from './record.ts';
import type { Target } from './target.ts';

/** Fixed at the start of a call; a reload of the configuration does not change it. Durations in ms. */
export interface Plan {
  /** In the chain's order; `targets[i].place === i`. */
  readonly targets: readonly Target[];
  /** By place: can the target take this request. */
  readonly fits: readonly Fit[];
  /** By place: the `first_token` limit of this request there. */
  readonly firstToken: readonly number[];
  /** Further tries of one target after the first; 0 is none. */
  readonly retries: number;
  /** Over all targets of one call. */
  readonly maxAttempts: number;
  readonly patience: number;
  /** The call's whole time (P5): `total`, or the caller's own deadline where that is sooner. */
  readonly total: number;
  readonly onRefusal: 'pass' | 'next';
  /** H6: the request is so large that it probes nobody while another target is usable. */
  readonly dear?: boolean;
  /** P8: the place that last answered this conversation, to be kept while it is usable. */
  readonly keep?: number;
  /** By place, its rank: the keys of a model in this conversation's order (P8). Without it, the chain's order. */
  readonly order?: readonly number[];
  /** C10: the request has effects at the provider; it is sent again only where nothing can have run. */
  readonly unrepeatable?: true;
}

/** One attempt that failed. The list of them is the plan's only state. */
export interface PastAttempt {
  readonly place: number;
  /** Epoch ms. */
  readonly began: number;
  readonly ended: number;
  readonly failure: { readonly kind: FailureKind; readonly facts: FailureFacts };
  readonly shown: 'nothing' | 'soft' | 'hard';
  /** In [0, 1): the jitter of the pause after it. Chance is a port, the plan is not. */
  readonly chance: number;
  /** The provider had begun to answer (C10). */
  readonly opened?: boolean;
}

/**
 * The moment the plan is asked: epoch ms, ms left of `total`, ms this call has already waited for resting targets, and the places whose
 * retry the endpoint's bucket refused (P6).
 */
export interface Moment {
  readonly now: number;
  readonly left: number;
  readonly waited: number;
  readonly refused?: ReadonlySet<number>;
}

export type Step =
  | {
      readonly do: 'try';
      readonly place: number;
      /** Ms to pause first (P2). */
      readonly pause: number;
      /** Ms it may use before its first content (P5). */
      readonly share: number;
      /** A resting target is asked under the probe lease: `due` its time has come, `early` it has not (P3). */
      readonly lease: 'none' | 'due' | 'early';
      readonly skips: readonly SkipRecord[];
    }
  | {
      readonly do: 'wait';
      readonly ms: number;
      readonly place: number;
      readonly why: 'told' | 'lease';
      readonly skips: readonly SkipRecord[];
    }
  | {
      readonly do: 'stop';
      /** The outcome told to the caller (P7). */
      readonly kind: FailureKind;
      /** Index into the history of the failure that decides, when one does. */
      readonly decisive?: number;
      /** Epoch ms after which trying again makes sense. */
      readonly retryAt?: number;
      readonly skips: readonly SkipRecord[];
    };

export type Next = (plan: Plan, past: readonly PastAttempt[], beliefs: Beliefs, moment: Moment) => Step;
