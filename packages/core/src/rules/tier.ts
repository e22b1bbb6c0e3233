import { nearest } from './nearest.ts';
import { parseRef, type Ref } from './reference.ts';
import { tierFlaws } from './tier-flaws.ts';
import { isRecord, settingsOf, type TierSettings } from './tier-settings.ts';
import { targetSettingsOf, type TargetSettings } from './tier-target.ts';

export { parseRef, type Ref } from './reference.ts';
export type { TierSettings } from './tier-settings.ts';
export type { TargetSettings } from './tier-target.ts';

/** What a reference may name. Names known without being written in the file count as providers. */
export interface TierNames {
  readonly providers: Iterable<string>;
  readonly models: Iterable<string>;
  readonly tiers: Iterable<string>;
  /** Any provider will do: who resolves references knows which there are. */
  readonly anyProvider?: boolean;
  /** Full references whose last `:word` belongs to the model. */
  readonly known?: Iterable<string>;
}

/** A reference that can be read and names something that is there. `at`: where it begins, as in `TierError`. */
export type TierRef = Exclude<Ref, { readonly error: string }> & { readonly at: number; readonly settings?: TargetSettings };

export interface TierError {
  /** Offset in a specification written as one string; index in a list; 0 for a setting. */
  readonly at: number;
  /** Keys and indexes from the specification down: `['models', 1]`, `['timeouts', 'stall']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The nearest valid name. */
  readonly nearest?: string;
}

export type ParsedTier = { readonly refs: readonly TierRef[]; readonly settings: TierSettings } | { readonly errors: readonly TierError[] };

/**
 * A tier: a comma list, a list of references, or an object with `models` and settings. An element of a list may be an object too: `model`, and
 * what that target is asked with. All its errors, not only the first.
 * `splice`: a tier's name may stand in it, as in an agent's `model`; who calls puts that tier's models in its place.
 */
export function parseTier(spec: unknown, names: TierNames, splice = false): ParsedTier {
  const sets = {
    providers: new Set(names.providers),
    models: new Set(names.models),
    tiers: splice ? new Set(names.tiers) : NONE,
    all: new Set(names.tiers),
    known: new Set([...names.models, ...(names.known ?? [])]),
    any: names.anyProvider ?? false,
  };
  const { settings, errors } = isRecord(spec) ? settingsOf(spec) : { settings: {}, errors: [] };
  const list = isRecord(spec) ? spec['models'] : spec;
  const path = isRecord(spec) ? ['models'] : [];
  const refs: TierRef[] = [];
  const found: TierError[] = [...errors];
  const pieces = piecesOf(list, path);
  for (const piece of pieces) {
    const read = 'message' in piece ? piece : check(piece, sets);
    if ('message' in read) found.push(read);
    else refs.push(read);
  }
  if (found.length === 0) found.push(...flawsOf(refs, pieces));
  return found.length > 0 ? { errors: found } : { refs, settings };
}

const NONE: ReadonlySet<string> = new Set();

/** Of refs that stand for `pieces`, one each. */
const flawsOf = (refs: readonly TierRef[], pieces: readonly (Piece | TierError)[]): readonly TierError[] =>
  tierFlaws(refs.map(({ at: _at, ...ref }) => ({ text: textOf(ref), id: JSON.stringify(ref) }))).map(({ index, message }) => {
    const { at, path } = pieces[index]!;
    return { at, path, message };
  });

/** As it is written, without its settings. */
export const textOf = (ref: Omit<TierRef, 'at'> | TierRef): string => {
  const name = 'provider' in ref ? `${ref.provider}/${ref.model}` : (ref as { readonly name: string }).name;
  return ref.effort === undefined ? name : `${name}:${ref.effort}`;
};

interface Sets {
  readonly any: boolean;
  readonly providers: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  /** Those that may be named here, and all there are. */
  readonly tiers: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
}

interface Piece {
  readonly text: string;
  readonly at: number;
  readonly path: readonly (string | number)[];
  readonly settings?: TargetSettings;
}

function piecesOf(list: unknown, path: readonly (string | number)[]): (Piece | TierError)[] {
  if (typeof list === 'string') return split(list).map((piece) => ({ ...piece, path }));
  if (!Array.isArray(list)) return [{ at: 0, path, message: 'expected models: a comma list or a list of references' }];
  if (list.length === 0) return [{ at: 0, path, message: 'a tier needs at least one model' }];
  return list.flatMap((one: unknown, index): (Piece | TierError)[] => {
    const here = { at: index, path: [...path, index] };
    if (typeof one === 'string') return [{ text: one, ...here }];
    if (!isRecord(one)) return [{ ...here, message: 'expected a reference such as PROVIDER/MODEL' }];
    const { settings, errors } = targetSettingsOf(one, here.path);
    if (errors.length > 0) return errors.map((error) => ({ ...error, at: index }));
    const { model } = one;
    return [typeof model === 'string' ? { text: model, settings, ...here } : { ...here, message: 'expected model: PROVIDER/MODEL' }];
  });
}

/** The members of a comma list and where each begins. */
function split(text: string): { readonly text: string; readonly at: number }[] {
  let from = 0;
  return text.split(',').map((piece) => {
    const at = from + piece.length - piece.trimStart().length;
    from += piece.length + 1;
    return { text: piece, at };
  });
}

function check({ text, at, path, settings }: Piece, sets: Sets): TierRef | TierError {
  const read = parseRef(text, sets.known);
  if ('error' in read) return { at, path, message: read.error };
  const { effort, ...rest } = settings ?? {};
  const wish = effort ?? read.effort;
  const ref = { ...read, ...(wish !== undefined && { effort: wish }), ...(Object.keys(rest).length > 0 && { settings: rest }) };
  if ('provider' in ref) {
    if (sets.any || sets.providers.has(ref.provider)) return { ...ref, at };
    return { at, path, message: `there is no provider "${ref.provider}"`, ...near(ref.provider, sets.providers) };
  }
  if (sets.models.has(ref.name)) return { ...ref, at };
  if (sets.tiers.has(ref.name)) return { ...ref, at };
  if (sets.all.has(ref.name)) return { at, path, message: `"${ref.name}" is a tier, and a tier cannot hold another` };
  if (sets.providers.has(ref.name)) return { at, path, message: `"${ref.name}" is a provider, not a model: write ${ref.name}/MODEL` };
  const what = sets.tiers.size > 0 ? 'model or tier' : 'model';
  return { at, path, message: `there is no ${what} "${ref.name}"`, ...near(ref.name, [...sets.models, ...sets.tiers]) };
}

function near(word: string, candidates: Iterable<string>): { readonly nearest?: string } {
  const found = nearest(word, candidates);
  return found === undefined ? {} : { nearest: found };
}
