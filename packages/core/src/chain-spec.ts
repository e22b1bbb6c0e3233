import type { Elapsed, Machine } from './machine.ts';
import type { FirstTimes } from './first-times.ts';
import type { Ask } from './model.ts';
import type { Clock, Emit, HealthStore, NewId, Random } from './ports.ts';
import type { Purse } from './purse.ts';
import type { ReturnToPrimary } from './rules/affinity.ts';
import type { ModelFailure } from './rules/failure.ts';
import type { Labels } from './rules/labels.ts';
import type { Continuer } from './rules/continuing.ts';
import type { OnPartial } from './rules/mend.ts';
import type { Reader } from './rules/reader.ts';
import type { CallRecord } from './rules/record.ts';
import type { RequestFacts, Target } from './rules/target.ts';
import type { Source } from './source.ts';

/** A target and the way to it: provider, deadline, lane and meter already stacked. */
export interface Served<Q, P> {
  readonly target: Target;
  readonly ask: Ask<Q, P>;
}

/** Durations in ms. */
export interface ChainSettings {
  readonly retries: number;
  readonly maxAttempts: number;
  readonly patience: number;
  readonly total: number;
  /** Base of guessed rests (H3). */
  readonly cooldown?: number;
  readonly onPartial: OnPartial;
  readonly onRefusal: 'pass' | 'next';
  /** C5: a structured answer is held until it is whole (default), or handed on as it comes and never gone on with. */
  readonly structured?: 'held' | 'live';
  /** C7: a tool call is handed on when it is complete (default), or piece by piece; then one that is cut fails the answer. */
  readonly toolDeltas?: 'complete' | 'live';
  /** A second target is asked when the first is slower than it nearly always is; default off. */
  readonly hedge?: boolean;
  /** P8; default `when_cool`. */
  readonly returnToPrimary?: ReturnToPrimary;
}

export interface ChainSpec<Q, P> {
  readonly name: string;
  readonly served: readonly Served<Q, P>[];
  readonly reader: Reader<P>;
  /** Without one an answer that breaks is never continued. */
  readonly continuer?: Continuer<Q>;
  readonly settings: ChainSettings;
  /** The `first_token` limit of a request at a target, in ms (C4). */
  readonly firstToken: (target: Target, facts: RequestFacts) => number;
  /** The repair that `repair` can make of a failure that names one; any other is told to nobody. */
  readonly repairOf?: (failure: ModelFailure) => string | readonly string[] | undefined;
  /** The request after a repair. */
  readonly repair?: (request: Q, repair: string, target: Target) => Q | undefined;
}

/** A chain's specification with what follows from it, computed once. */
export interface KnownChain<Q, P> extends ChainSpec<Q, P> {
  readonly targets: readonly Target[];
  readonly refs: readonly string[];
  readonly scopes: readonly string[];
  /** `entry/model` of targets that refused a beginning of their own turn: from then on they are told (C6). */
  readonly unfilled: Set<string>;
  /** Kept where the chain hedges. */
  readonly firstTimes?: FirstTimes;
}

export interface ChainPorts {
  readonly clock: Clock;
  readonly health: HealthStore;
  readonly newId: NewId;
  readonly random: Random;
  /** pid + start time + boot id: who holds a probe lease. */
  readonly owner: string;
  /** `run` is given where there is one: how long the attempt took by each clock. */
  readonly classify: (error: unknown, target: Target, now: number, run?: Elapsed) => ModelFailure;
  /** What speaks of this machine; default one for each chain. */
  readonly machine?: Machine;
  readonly emit?: Emit;
}

/** One call's own options; they win over the chain's settings. */
export interface CallOptions extends Labels {
  /** Of its record; default a new one. */
  readonly id?: string;
  /** `whole`: the consumer sees nothing before the end, so every break is an ordinary failure. */
  readonly mode: 'stream' | 'whole';
  readonly signal: AbortSignal;
  /** What was asked, for sinks that were told to keep it. */
  readonly request?: unknown;
  /** P8: where the conversation is to stay while that target is usable. */
  readonly keep?: { readonly place: number; readonly ref: string };
  /** By place, its rank: the order in which this call asks the keys of a model. */
  readonly order?: readonly number[];
  /** Remarks for the record, known before the call. */
  readonly marks?: readonly string[];
  /** What it may spend; without it, anything. */
  readonly purse?: Purse;
  /** Told once, with the record. Must not throw. */
  readonly ended?: (record: CallRecord) => void;
  readonly onPartial?: OnPartial;
  readonly maxAttempts?: number;
  /** Further tries of one target at most; never more than the chain's. */
  readonly retries?: number;
  /** The caller's own deadline in ms (P5). */
  readonly total?: number;
  /** In lanes: a whole number, higher goes first; default 0. */
  readonly priority?: number;
}

/** An answer that has begun: its first content is at hand. */
export interface Answer<P> extends Source<P> {
  readonly id: string;
  /** The reference of the target that answers now, while one does. */
  readonly ref: string | undefined;
  /** The call's record; complete once the source has ended. */
  readonly record: CallRecord;
}

export interface Chain<Q, P> {
  readonly name: string;
  readonly targets: readonly Target[];
  /** Resolves when the first content is at hand; rejects with a `CallFailure`. */
  call(request: Q, facts: RequestFacts, options: CallOptions): Promise<Answer<P>>;
}
