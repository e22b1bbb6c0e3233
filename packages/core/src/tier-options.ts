import type { HoldfastOptions, ModelEntry } from './library.ts';
import type { Model } from './model.ts';
import type { Duration } from './option-checks.ts';
import type { MaybePromise } from './ports.ts';
import type { Tier, TierOrigin } from './rules/tier-table.ts';
import type { TierProblem, TierSpecs } from './tier-source.ts';

/** What may be changed while the program runs. */
export interface TierConfig {
  /** The host's config: asked when it is needed, again after `ttl`. Blank or absent: not set. What cannot be read changes nothing. */
  readonly source?: () => MaybePromise<TierSpecs>;
  /** What holds where the config says nothing. An invalid one throws. */
  readonly fallbacks?: TierSpecs;
  /** For how long the config holds; default 60 s, 0 reads it for every call. */
  readonly ttl?: Duration;
}

/** Everything of `holdfast` but its models, which the tiers name; a tier's own settings win. */
export interface TiersOptions extends TierConfig, Omit<HoldfastOptions, 'models' | 'name'> {
  /** The model behind a reference as it is written, without its effort: `openai/gpt-5`. */
  readonly resolve: (ref: string) => ModelEntry;
  /** Names without a `/` that `resolve` knows too. */
  readonly models?: readonly string[];
  /** With them a tier that names any other provider is refused when it is read. */
  readonly providers?: readonly string[];
  /** They win over the config and the fallbacks. */
  readonly overrides?: TierSpecs;
  /** Told once for each change of what is wrong with the config. */
  readonly onProblem?: (problem: TierProblem) => void;
}

export interface ResolvedTier extends Tier {
  readonly name: string;
  readonly origin: TierOrigin;
}

/**
 * Models by the names of tiers, as `tiers()` answers them. A name nobody knows is a `ModelFailure` (`bad-request`, code
 * `unknown-tier`) that lists those there are.
 */
export interface Tiers {
  /**
   * A model that asks the targets the tier has when it is called: `smart`, `smart:low` (an effort for targets that say none) or a
   * specification such as `openai/gpt-5, anthropic/claude-sonnet-4-5`. For one call, `providerOptions.holdfast.tiers` overrides tiers.
   */
  model(tier: string): Model;
  /** The same tiers with some of them overridden: for one run. Nobody else is touched. */
  with(overrides: TierSpecs): Tiers;
  /** Rejects with a `ModelFailure` (`bad-request`; code `unknown-tier`, `bad-tier` or `nested-tier`). */
  resolve(tier: string): Promise<ResolvedTier>;
  /** Every tier as it holds now, and where that comes from. */
  list(): Promise<readonly ResolvedTier[]>;
  /** Another fallback. Throws when it is invalid, or when a tier holds that name. */
  register(name: string, spec: unknown): void;
  /** Replaces source, fallbacks and ttl; what was read is forgotten. */
  configure(config: TierConfig): void;
  /** The config is read again by the next call. */
  invalidate(): void;
}
