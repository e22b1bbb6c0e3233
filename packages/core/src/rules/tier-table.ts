import { nearest } from './nearest.ts';
import { effortOf } from './reference.ts';
import { isRecord, type TierSettings } from './tier-settings.ts';
import { parseTier, type TargetSettings, type TierRef } from './tier.ts';
import type { Effort } from './target.ts';

/** One target of a tier: its reference without the effort. */
export interface TierTarget {
  readonly ref: string;
  readonly effort?: Effort;
  readonly settings?: TargetSettings;
}

export interface Tier {
  readonly targets: readonly TierTarget[];
  readonly settings: TierSettings;
}

/** Where a tier's specification comes from. `stale`: the config's last good one, because what it says now is invalid or cannot be read. */
export type TierOrigin = 'override' | 'config' | 'fallback' | 'stale';

/** Tiers by their names in lower case. */
export type TierTable = ReadonlyMap<string, Tier>;

export interface TierFlaw {
  readonly tier: string;
  /** `nested-tier`: a tier stands in a tier. */
  readonly code: 'bad-tier' | 'nested-tier';
  readonly message: string;
}

/** Names that specifications may use besides `PROVIDER/MODEL`. */
export interface TableNames {
  readonly models: readonly string[];
  /** Without it any provider will do. */
  readonly providers?: readonly string[] | undefined;
  readonly tiers: Iterable<string>;
}

export interface ReadTable {
  readonly good: TierTable;
  readonly flaws: readonly TierFlaw[];
}

const NAME = /^[a-z0-9_-]+$/;

/** Blank is not set. */
const isSet = (spec: unknown): boolean => spec !== undefined && spec !== null && !(typeof spec === 'string' && spec.trim() === '');

/** The names of a table that are set, as they are looked up. */
export const namesIn = (given: unknown): readonly string[] =>
  isRecord(given) ? Object.entries(given).flatMap(([name, spec]) => (isSet(spec) ? [name.trim().toLowerCase()] : [])) : [];

/** Reads every specification of a table by itself: one that is invalid takes no other with it. */
export function readTable(given: Readonly<Record<string, unknown>>, names: TableNames): ReadTable {
  const good = new Map<string, Tier>();
  const flaws: TierFlaw[] = [];
  const tiers = new Set([...names.tiers, ...namesIn(given)]);
  for (const [written, spec] of Object.entries(given)) {
    if (!isSet(spec)) continue;
    const name = written.trim().toLowerCase();
    const flaw = nameFlaw(name, names.models) ?? (good.has(name) ? 'stands twice, in upper and lower case' : undefined);
    if (flaw !== undefined) {
      flaws.push({ tier: name, code: 'bad-tier', message: `the name "${written}" ${flaw}` });
      continue;
    }
    const read = readSpec(name, spec, { ...names, tiers });
    if ('flaw' in read) flaws.push(read.flaw);
    else good.set(name, read.tier);
  }
  return { good, flaws };
}

const nameFlaw = (name: string, models: readonly string[]): string | undefined => {
  if (!NAME.test(name)) return 'is no name for a tier: it is made of a to z, 0 to 9, _ and -';
  return models.some((model) => model.toLowerCase() === name) ? 'is a model already' : undefined;
};

/** One specification, of a tier or as it stands. */
export function readSpec(name: string, spec: unknown, names: TableNames): { readonly tier: Tier } | { readonly flaw: TierFlaw } {
  const [providers, tiers] = [names.providers ?? [], new Set(names.tiers)];
  const read = parseTier(spec, { providers, models: names.models, tiers, anyProvider: names.providers === undefined });
  if ('refs' in read) {
    const only = read.refs.flatMap(({ settings = {} }) => FOR_FILES.filter(([key]) => settings[key] !== undefined))[0];
    if (only === undefined) return { tier: { targets: read.refs.map(targetOf), settings: read.settings } };
    return {
      flaw: {
        tier: name,
        code: 'bad-tier',
        message: `${only[1]} is for files: write it in provider_opts, in the words of the vendor's package`,
      },
    };
  }
  const nested = read.errors.some(({ message }) => message.endsWith('a tier cannot hold another'));
  const said = read.errors.map(({ message, nearest: near }) => (near === undefined ? message : `${message}; did you mean "${near}"?`));
  return { flaw: { tier: name, code: nested ? 'nested-tier' : 'bad-tier', message: said.join('; ') } };
}

/** What is put into a vendor's words only where the vendor is known. */
const FOR_FILES = [
  ['thinkingTokens', 'thinking_budget'],
  ['parallelToolCalls', 'parallel_tool_calls'],
] as const;

const targetOf = (ref: TierRef): TierTarget => ({
  ref: 'provider' in ref ? `${ref.provider}/${ref.model}` : ref.name,
  ...(ref.effort !== undefined && { effort: ref.effort }),
  ...(ref.settings && { settings: ref.settings }),
});

/** `fast:low` is the tier `fast` with that effort; a name that a tier has is that tier. */
export function tierName(written: string, tiers: ReadonlySet<string>): { readonly name: string; readonly effort?: Effort } {
  const { bare: name, ...effort } = effortOf(written.trim().toLowerCase(), tiers);
  return { name, ...effort };
}

/** Targets that say nothing of their effort get this one; what a target says itself wins. */
export const withEffort = (tier: Tier, effort: Effort | undefined): Tier =>
  effort === undefined
    ? tier
    : { ...tier, targets: tier.targets.map((target) => (target.effort === undefined ? { ...target, effort } : target)) };

/** For an unknown tier: which there are. */
export function unknownTier(name: string, tiers: Iterable<string>): string {
  const known = [...new Set(tiers)].toSorted();
  const near = nearest(name, known);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return `there is no tier "${name}"${hint} ${known.length === 0 ? '(none is known)' : `(there are ${known.join(', ')})`}`;
}
