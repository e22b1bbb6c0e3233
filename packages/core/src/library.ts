import type { ChainSettings } from './chain.ts';
import { composeModel, type Reachable } from './compose.ts';
import { systemClock, systemNewId, systemRandom } from './io/clock-system.ts';
import { MemoryHealth } from './io/health-memory.ts';
import type { Model } from './model.ts';
import type { Clock, Emit, HealthStore, Random } from './ports.ts';
import { askModel } from './providers/ask.ts';
import { classify } from './rules/classify.ts';
import { parseDuration } from './rules/duration.ts';
import type { FailureFacts } from './rules/failure.ts';
import { ModelFailure } from './rules/failure.ts';
import { hash53 } from './rules/hash.ts';
import { DEFAULT_TOTAL, type Timeouts } from './rules/limits.ts';
import type { Protocol, Target } from './rules/target.ts';

/** Milliseconds, or a duration such as `'30s'`. */
export type Duration = number | string;

/** A model of the chain; `endpoint` and `account` join models that share a server or a limit. */
export type ModelEntry = Model | { readonly model: Model; readonly endpoint?: string; readonly account?: string };

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
  /** What becomes of an answer that breaks after its first text: `fail` (default) with what was shown, `restart` with a withdrawal part. */
  readonly onPartial?: 'restart' | 'fail' | 'continue';
  readonly onRefusal?: 'pass' | 'next';
  readonly timeouts?: { readonly [K in 'firstToken' | 'stall' | 'silence' | 'attempt' | 'total']?: Duration };
  /** Longest wait for a model that rests; default 30 s. */
  readonly patience?: Duration;
  /** Beliefs about models; default in memory, shared by nobody. */
  readonly health?: HealthStore;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Told what happens in each call, as it happens. */
  readonly emit?: Emit;
}

const PROTOCOLS: readonly (readonly [RegExp, Protocol])[] = [
  [/^anthropic/, 'anthropic-messages'],
  [/^openai\.responses/, 'openai-responses'],
  [/^google/, 'google'],
  [/^openai|\.chat/, 'openai-chat'],
];

/** Refuses what cannot be meant, naming the option and the way out. */
const refuse = (option: string, message: string, facts: FailureFacts = {}): never => {
  throw new ModelFailure('bad-request', `holdfast({ ${option} }): ${message}`, { code: 'bad-option', ...facts });
};

function duration(option: string, value: Duration | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : refuse(option, 'must be zero or more milliseconds');
  const parsed = parseDuration(value);
  return 'ms' in parsed ? parsed.ms : refuse(option, parsed.error);
}

const count = (option: string, value: number | undefined, least: number, standard: number): number => {
  if (value === undefined) return standard;
  return Number.isInteger(value) && value >= least ? value : refuse(option, `must be a whole number of at least ${least}`);
};

function reachableOf(entries: readonly ModelEntry[]): readonly Reachable[] {
  const seen = new Map<string, number>();
  return entries.map((entry, place) => {
    const { model, endpoint, account } = 'model' in entry ? entry : { model: entry, endpoint: undefined, account: undefined };
    if (typeof model?.doStream !== 'function') return refuse('models', `element ${place} is not an AI SDK language model`);
    const plain = `${model.provider}/${model.modelId}`;
    const times = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, times);
    const name = times === 1 ? plain : `${plain}#${times}`;
    const credential = `${name}#key`;
    const target: Target = {
      place,
      ref: name,
      entry: endpoint ?? name,
      model: model.modelId,
      protocol: PROTOCOLS.find(([pattern]) => pattern.test(model.provider))?.[1] ?? 'other',
      credential,
      account: account ?? credential,
      group: model.modelId,
    };
    return { target, ask: askModel(() => Promise.resolve(model)) };
  });
}

function settingsOf(options: HoldfastOptions): ChainSettings {
  const { onPartial = 'fail' } = options;
  if (onPartial === 'continue') return refuse('onPartial', "'continue' is not offered by this version: use 'restart' or 'fail'");
  if (onPartial !== 'fail' && onPartial !== 'restart') return refuse('onPartial', "must be 'restart' or 'fail'");
  const cooldown = duration('cooldown', options.cooldown);
  return {
    retries: count('retries', options.retries, 0, 2),
    maxAttempts: count('maxAttempts', options.maxAttempts, 1, 20),
    patience: duration('patience', options.patience) ?? 30_000,
    total: duration('timeouts.total', options.timeouts?.total) ?? DEFAULT_TOTAL,
    onPartial,
    onRefusal: options.onRefusal ?? 'pass',
    ...(cooldown !== undefined && { cooldown }),
  };
}

const timeoutsOf = ({ timeouts = {} }: HoldfastOptions): Timeouts =>
  Object.fromEntries(Object.entries(timeouts).map(([name, value]) => [name, duration(`timeouts.${name}`, value)]));

/**
 * Several AI SDK language models as one that does not fail where one of them answers: failures are told apart, remembered and
 * passed over; an answer comes whole and once, or ends in a `CallFailure`. The record of each call is in
 * `providerMetadata.holdfast` of its finish part and on every error. Throws a `ModelFailure` (`bad-request`) for a wrong option.
 */
export function holdfast(options: HoldfastOptions): Model {
  if (!Array.isArray(options.models) || options.models.length === 0) return refuse('models', 'needs at least one model');
  const { clock = systemClock, random = systemRandom, name = 'holdfast' } = options;
  const spec = { name, reachable: reachableOf(options.models), settings: settingsOf(options), timeouts: timeoutsOf(options) };
  return composeModel(spec, {
    clock,
    random,
    newId: systemNewId,
    owner: systemNewId(),
    health: options.health ?? new MemoryHealth(),
    hash: hash53,
    classify: (error, target, now) => classify(error, { protocol: target.protocol, model: target.model, now }),
    ...(options.emit && { emit: options.emit }),
  });
}
