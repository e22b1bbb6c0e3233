import { fitsAlias, isLong, nearest, parseRef, withoutLong } from '@holdfast/core/engine';
import type { ClientError } from '@holdfast/core/wire';
import { unknownModel } from './own-errors.ts';

/** Every name that the file gives a meaning to. */
export interface ModelNames {
  readonly tiers: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  /** Providers of which any model may be asked: entries of the file, those its references name, known vendors that there is a key for. */
  readonly providers: ReadonlySet<string>;
  /** In the order of the file. */
  readonly aliases: readonly (readonly [pattern: string, ref: string])[];
  /** What a bare name means that means nothing else. */
  readonly defaultTier?: string;
  /** For a reference of the file, the model ids it leads to, in their order. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
}

export interface MeantModel {
  /** A reference of the file: for `chainFor`. */
  readonly ref: string;
  /** The long-context beta was asked for by `[1m]`. */
  readonly long?: true;
}

export type Meaning = { readonly meant: MeantModel } | { readonly error: ClientError };

/** No model id is longer; what is would only be compared at length. */
const LONGEST = 256;

/**
 * What a client means by `model`, in this order: a tier or a named model of the file, the first alias that fits, `provider/model`, the default
 * tier for a bare name.
 *
 * M1. A name of the file means that name, whatever the aliases say; an alias outranks a reference, so that `"*"` closes the gateway to all else.
 * M2. `allowed`, a key's list, is judged by what a name comes to: a way round it by an alias, an effort or the default tier is none. What is not on
 *     it is unknown (404), as it is in the list of models: a 403 makes clients ask their user to log in again, and tells which names there are.
 */
export function resolveModel(written: string, names: ModelNames, allowed?: readonly string[]): Meaning {
  const text = written.trim();
  const meant = text === '' || text.length > LONGEST || /\s/.test(text) ? undefined : meaningOf(text, names);
  if (meant !== undefined && mayAsk(meant.ref, names, allowed)) return { meant };
  return { error: unknownModel(written, nearestName(text.slice(0, LONGEST), names, allowed)) };
}

function meaningOf(text: string, names: ModelNames): MeantModel | undefined {
  const long = isLong(text) ? { long: true as const } : {};
  const ways = isLong(text) ? [text, withoutLong(text)] : [text];
  const own = ways.find((way) => isOwn(way, names));
  if (own !== undefined) return { ref: own, ...(own !== text && long) };
  const alias = names.aliases.find(([pattern]) => ways.some((way) => fitsAlias(pattern, way)));
  if (alias !== undefined) return { ref: alias[1], ...long };
  const ref = parseRef(text, names.models);
  // `[1m]` stays on a model id: it says which window that model has.
  if ('provider' in ref) return names.providers.has(ref.provider) ? { ref: text, ...long } : undefined;
  return names.defaultTier === undefined || 'error' in ref ? undefined : { ref: names.defaultTier, ...long };
}

/** A tier or a named model, an effort behind it or not. */
function isOwn(text: string, { tiers, models }: ModelNames): boolean {
  if (tiers.has(text) || models.has(text)) return true;
  const ref = parseRef(text, models);
  return 'name' in ref && (tiers.has(ref.name) || models.has(ref.name));
}

/** Without its effort. */
export function bareRef(ref: string, { models, tiers }: Pick<ModelNames, 'models' | 'tiers'>): string {
  if (models.has(ref) || tiers.has(ref)) return ref;
  const parsed = parseRef(ref, models);
  return 'error' in parsed ? ref : 'name' in parsed ? parsed.name : `${parsed.provider}/${parsed.model}`;
}

/** Whether a key with this list may ask for what a name comes to. */
export const mayAsk = (ref: string, names: ModelNames, allowed: readonly string[] | undefined): boolean =>
  allowed === undefined || allowed.includes(bareRef(ref, names));

function nearestName(text: string, names: ModelNames, allowed: readonly string[] | undefined): string | undefined {
  const aliases = names.aliases
    .filter(([pattern, ref]) => !pattern.includes('*') && mayAsk(ref, names, allowed))
    .map(([pattern]) => pattern);
  const own = [...names.tiers, ...names.models].filter((name) => mayAsk(name, names, allowed));
  const near = nearest(text, [...own, ...aliases]);
  const slash = text.indexOf('/');
  if (near !== undefined || slash < 0 || allowed !== undefined) return near;
  const provider = nearest(text.slice(0, slash), names.providers);
  return provider === undefined || provider === text.slice(0, slash) ? undefined : `${provider}${text.slice(slash)}`;
}
