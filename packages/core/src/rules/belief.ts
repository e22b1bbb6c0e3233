import type { FailureFacts, FailureKind } from './failure.ts';
import type { Target } from './target.ts';

/** Why a scope rests. What crosses callers: kind, status, code, endpoint; never a provider's text (field note 36). */
export interface Why {
  readonly kind: FailureKind;
  readonly status?: number;
  readonly code?: string;
  readonly endpoint?: string;
}

/** The last suspicion not yet convicted (H5). */
export interface Suspect {
  readonly kind: FailureKind;
  readonly prompt: string;
  readonly caller?: string;
  /** Epoch ms. */
  readonly at: number;
}

export interface Lease {
  readonly id: string;
  /** pid + start time + boot id of the process that holds it. Void when that process is gone (H6). */
  readonly owner: string;
  /** Epoch ms; renewed by claiming again with the same id. */
  readonly until: number;
  /** How many calls the claimer's lane runs at once; absent without a lane. A ramp is measured by it (H6). */
  readonly width?: number;
}

/**
 * After a probe that succeeded: calls come back by and by, counted over all processes (H6). By seconds where no lane bounds them, by calls
 * under way where one does.
 */
export interface Ramp {
  /** Epoch ms at which the probe succeeded. */
  readonly from: number;
  /** The second since `from` in which `taken` calls were let in. */
  readonly second: number;
  readonly taken: number;
  /** Calls under way that a lane bounds, each until it ends or its process is gone. */
  readonly out: readonly Lease[];
}

interface Rest {
  /** Epoch ms at which the last strike was taken. */
  readonly since: number;
  /** Epoch ms at which the rest ends. */
  readonly until: number;
  /** Epoch ms from which one probe may ask: `until`, or earlier for a long hint (section 3). */
  readonly probeAt: number;
  /** The provider named the time; else it is a guess, which orders and never forbids (P3). */
  readonly told: boolean;
  readonly byHand: boolean;
  readonly strikes: number;
  readonly why: Why;
  readonly fingerprint?: string;
  /** Epoch ms at which this was written: later than now means that the clock was set back (field note 34). */
  readonly setAt?: number;
  /** Ms: the longest guessed rest, where a tier's `cooldown` changed it. */
  readonly cap?: number;
}

/** What is believed of one scope. All times are epoch ms. */
export type Belief =
  | {
      readonly tag: 'cool';
      readonly since: number;
      readonly strikes: number;
      readonly suspect?: Suspect;
      readonly ramp?: Ramp;
    }
  | ({ readonly tag: 'resting' } & Rest)
  | ({ readonly tag: 'probing'; readonly lease: Lease } & Rest);

export type Beliefs = ReadonlyMap<string, Belief>;

export const COOL: Belief = { tag: 'cool', since: 0, strikes: 0 };

/**
 * One outcome of one attempt, as the health store folds it.
 * `fact` convicts at once; `suspect` waits for a second witness; `convict` turns this call's own suspicion into a fact (H5).
 */
export interface Report {
  readonly outcome: 'ok' | { readonly kind: FailureKind; readonly facts: FailureFacts };
  readonly verdict: 'fact' | 'suspect' | 'convict';
  /** `commit`: the first content was seen. `end`: the attempt is over. */
  readonly phase: 'commit' | 'end';
  /** Epoch ms at which the attempt began (H1, H2). */
  readonly began: number;
  readonly prompt?: string;
  readonly caller?: string;
  /** Id of the probe lease the attempt ran under. */
  readonly lease?: string;
  /** Base of guessed rests in ms, when the tier sets `cooldown` (H3). */
  readonly cooldown?: number;
  /** Epoch ms at which this credential last answered, as far as this process knows (auth rests, section 2). */
  readonly workedAt?: number;
  /** In [0, 1): jitter of the rest. Chance is a port, the fold is not. */
  readonly chance: number;
}

export type ReportTarget = Pick<Target, 'entry' | 'model' | 'credential' | 'account' | 'group' | 'fingerprint'>;

/** A row for people: `holdfast health`. */
export interface ScopeBelief {
  readonly scope: string;
  readonly belief: Belief;
}
