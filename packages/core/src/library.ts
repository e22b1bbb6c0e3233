import { checkWiring, given } from './call-wiring.ts';
import type { ChainSettings } from './chain.ts';
import { composeModel } from './compose.ts';
import { systemCallId, systemClock, systemNewId, systemRandom } from './io/clock-system.ts';
import { MemoryAffinity } from './io/affinity-memory.ts';
import { failOpen } from './io/health-fail-open.ts';
import { MemoryHealth } from './io/health-memory.ts';
import { processWarning } from './io/process-warning.ts';
import { libraryBudgets, type BudgetOptions } from './library-budgets.ts';
import { reachableOf, type ModelEntry } from './library-models.ts';
import { emitOf, labelsFrom } from './library-watchers.ts';
import { lanesOf } from './lane-library.ts';
import type { LaneRegistry, LaneTable } from './lane-registry.ts';
import type { Model } from './model.ts';
import { Moving, wakingBy } from './moving.ts';
import type { MovingStore } from './moving-store.ts';
import {
  count,
  duration,
  known,
  oneOf,
  onPartialOf,
  refuse,
  storeOf,
  storeWith,
  timeoutsOf,
  yesNo,
  type Duration,
  type TimeoutOptions,
} from './option-checks.ts';
import type { AffinityStore, Attribution, BudgetStore, Clock, Emit, HealthStore, Random } from './ports.ts';
import type { ReturnToPrimary } from './rules/affinity.ts';
import { CHAIN_DEFAULTS } from './rules/chain-defaults.ts';
import { classify } from './rules/classify.ts';
import { hash53 } from './rules/hash.ts';
import type { OnPartial } from './rules/mend.ts';
import type { Sinks } from './sinks/open-sinks.ts';
import type { SinkOptions } from './sinks/sink-options.ts';

export type { ModelEntry, ModelSettings } from './library-models.ts';
export type { Duration } from './option-checks.ts';

/** Everything but `models` is optional. */
export interface HoldfastOptions {
  /** In the order in which they are asked. Any AI SDK language models. */
  readonly models: readonly ModelEntry[];
  /** The name of the chain in records and events; default `holdfast`. */
  readonly name?: string;
  /** Further tries of the same model after the first; default 2. */
  readonly retries?: number;
  /** Over all models of one call; default 20. */
  readonly maxAttempts?: number;
  /** Base of guessed rests; default by the kind of failure. */
  readonly cooldown?: Duration;
  /**
   * What becomes of an answer that breaks after its first text: another model goes on from there (`continue`, default), a withdrawal part
   * takes it back and it begins again (`restart`), or it fails with what was shown (`fail`).
   */
  readonly onPartial?: OnPartial;
  /**
   * Asks the next model beside the first when that one has shown nothing for longer than it took in 95 % of its last 20 answers; whoever shows
   * something first gives the answer, the other is let go and its cost recorded. Default false.
   */
  readonly hedge?: boolean;
  /** With `onPartial: 'continue'`: a structured answer (JSON, a schema, a forced tool) is `held` (default) until it is whole, or `live` and never gone on with. */
  readonly structured?: 'held' | 'live';
  /** A tool call is handed on when it is `complete` (default), or `live`, piece by piece: then one that is cut fails the answer. */
  readonly toolDeltas?: 'complete' | 'live';
  readonly onRefusal?: 'pass' | 'next';
  /** `connect` holds where Holdfast itself makes the connection; the AI SDK's models make their own, within `firstToken`. */
  readonly timeouts?: TimeoutOptions;
  /** Longest wait for a model that rests; default 30 s. */
  readonly patience?: Duration;
  /** Beliefs about models; default in memory, shared by nobody. `sqliteHealth(path)` of `@holdfast/core/sqlite` shares them. One that fails or is slow stops no call. */
  readonly health?: HealthStore;
  /**
   * When a conversation that moved to a later model goes back: `when_cool` (default) at a user turn, once its cache there is cold (5 min; 1 h
   * with 1 h marks) and the earlier model has been well for a minute; `next_session`: not before the next conversation; `never`.
   */
  readonly returnToPrimary?: ReturnToPrimary;
  /** Where conversations were last answered; default in memory, shared by nobody; `sqliteAffinity(folder)` shares them. One that fails or is slow stops no call. */
  readonly affinity?: AffinityStore;
  /** What is remembered of conversations that move between models (signatures, repairs); default in memory, shared by nobody. */
  readonly moving?: MovingStore;
  /** Bounded pools that models share: as written down, or a registry (`laneRegistry`) that several chains share. Default: none. */
  readonly lanes?: LaneTable | LaneRegistry;
  /** What calls may spend. One that may not is refused with a `BudgetExceeded`; a target that is too dear is passed over. */
  readonly budgets?: readonly BudgetOptions[];
  /** Where it is counted: default in memory, together for all models that are given the same list. `sqliteBudgets(folder)` counts for all processes. */
  readonly budgetStore?: BudgetStore;
  readonly clock?: Clock;
  readonly random?: Random;
  /**
   * Who answers, when a call begins, whose it is: an object with `current()`, such as `asyncAttribution()` of `@holdfast/core/node`. The labels
   * of one call, in `providerOptions.holdfast`, win. What it throws is dropped.
   */
  readonly attribution?: Attribution;
  /** Who gets usage, traces, failovers and records: open (`openSinks`, to flush them), or what opens them. */
  readonly sinks?: SinkOptions | Sinks;
  /** Told what happens in each call, as it happens. What it throws is dropped. */
  readonly emit?: Emit;
}

const NAMES: readonly (keyof HoldfastOptions)[] = [
  'models',
  'name',
  'retries',
  'maxAttempts',
  'cooldown',
  'onPartial',
  'onRefusal',
  'hedge',
  'structured',
  'toolDeltas',
  'timeouts',
  'patience',
  'health',
  'returnToPrimary',
  'affinity',
  'moving',
  'lanes',
  'budgets',
  'budgetStore',
  'clock',
  'random',
  'attribution',
  'sinks',
  'emit',
];

const where = (option: string): string => `holdfast({ ${option} })`;

function settingsOf(options: HoldfastOptions): ChainSettings {
  const cooldown = duration(where('cooldown'), options.cooldown);
  return {
    retries: count(where('retries'), options.retries, 0) ?? CHAIN_DEFAULTS.retries,
    maxAttempts: count(where('maxAttempts'), options.maxAttempts, 1) ?? CHAIN_DEFAULTS.maxAttempts,
    patience: duration(where('patience'), options.patience) ?? CHAIN_DEFAULTS.patience,
    total: timeoutsOf(options.timeouts, where).total ?? CHAIN_DEFAULTS.total,
    onPartial: onPartialOf(where('onPartial'), options.onPartial) ?? 'continue',
    ...(options.hedge !== undefined && { hedge: yesNo(where('hedge'), options.hedge)! }),
    ...(options.structured && { structured: oneOf(where('structured'), options.structured, ['held', 'live'])! }),
    ...(options.toolDeltas && { toolDeltas: oneOf(where('toolDeltas'), options.toolDeltas, ['complete', 'live'])! }),
    onRefusal: oneOf(where('onRefusal'), options.onRefusal, ['pass', 'next']) ?? CHAIN_DEFAULTS.onRefusal,
    returnToPrimary: oneOf(where('returnToPrimary'), options.returnToPrimary, ['when_cool', 'next_session', 'never']) ?? 'when_cool',
    ...(cooldown !== undefined && { cooldown }),
  };
}

/** For who composes chains later: what is wrong with their options is told now. `others`: names that are not ours. */
export function checkOptions(options: Omit<HoldfastOptions, 'models'>, others: readonly string[], say: (option: string) => string): void {
  known(options, [...NAMES.filter((name) => name !== 'models' && name !== 'name'), ...others], say);
  settingsOf({ ...options, models: [] });
  checkWiring({ ...options, name: undefined }, say);
}

/**
 * Several AI SDK language models as one that does not fail where one of them answers: failures are told apart, remembered and
 * passed over; an answer comes whole and once, or ends in a `CallFailure`. The record of each call is in
 * `providerMetadata.holdfast` of its finish part and on every error. Throws a `ModelFailure` (`bad-request`) for a wrong option.
 */
export function holdfast(options: HoldfastOptions): Model {
  given(options, 'holdfast()', "holdfast({ models: [anthropic('claude-sonnet-4-5')] })");
  if (!Array.isArray(options.models) || options.models.length === 0) return refuse(where('models'), 'needs at least one model');
  known(options, NAMES, where);
  checkWiring(options, where);
  const { clock = systemClock, random = systemRandom, name = 'holdfast', attribution } = options;
  const health = storeOf(where('health'), options.health);
  const timeouts = timeoutsOf(options.timeouts, where);
  const emit = emitOf(options, clock);
  const store = storeWith(where('moving'), options.moving, ['repairs', 'learn', 'makers', 'handedOut']);
  const moving = new Moving({ ...wakingBy(clock), makers: true, say: processWarning, ...(store && { store }) });
  const reachable = reachableOf(options.models, { clock, hash: hash53, moving }, where);
  const targets = reachable.map(({ target }) => target);
  const budget = libraryBudgets(options, targets, { clock, newId: systemNewId }, where);
  const spec = { name, reachable, settings: settingsOf(options), timeouts, lanes: lanesOf(options.lanes, clock) };
  return composeModel(spec, {
    clock,
    random,
    newId: systemCallId,
    owner: health?.owner ?? systemNewId(),
    health: health ? failOpen(health, { clock, say: processWarning }) : new MemoryHealth(),
    hash: hash53,
    affinity: storeWith(where('affinity'), options.affinity, ['read', 'write', 'forget']) ?? new MemoryAffinity(),
    classify: (error, target, now) => classify(error, { protocol: target.protocol, model: target.model, now }),
    ...(attribution && { ambient: labelsFrom(attribution) }),
    ...(emit && { emit }),
    ...(budget && { budget }),
  });
}
