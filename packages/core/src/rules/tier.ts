import { nearest } from './nearest.ts';
import { parseRef, type Ref } from './reference.ts';
import { isRecord, settingsOf, type TierSettings } from './tier-settings.ts';

export { parseRef, type Ref } from './reference.ts';
export type { TierSettings } from './tier-settings.ts';

/** What a reference may name. Names known without being written in the file count as providers. */
export interface TierNames {
  readonly providers: Iterable<string>;
  readonly models: Iterable<string>;
  readonly tiers: Iterable<string>;
  /** Full references whose last `:word` belongs to the model. */
  readonly known?: Iterable<string>;
}

/** A reference that can be read and names something that is there. `at`: where it begins, as in `TierError`. */
export type TierRef = Exclude<Ref, { readonly error: string }> & { readonly at: number };

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
 * A tier: a comma list, a list of references, or an object with `models` and settings. All its errors, not only the first.
 * `splice`: a tier's name may stand in it, as in an agent's `model`; who calls puts that tier's models in its place.
 */
export function parseTier(spec: unknown, names: TierNames, splice = false): ParsedTier {
  const sets = {
    providers: new Set(names.providers),
    models: new Set(names.models),
    tiers: splice ? new Set(names.tiers) : NONE,
    all: new Set(names.tiers),
    known: new Set([...names.models, ...(names.known ?? [])]),
  };
  const { settings, errors } = isRecord(spec) ? settingsOf(spec) : { settings: {}, errors: [] };
  const list = isRecord(spec) ? spec['models'] : spec;
  const path = isRecord(spec) ? ['models'] : [];
  const refs: TierRef[] = [];
  const found: TierError[] = [...errors];
  for (const piece of piecesOf(list, path)) {
    const read = 'message' in piece ? piece : check(piece, sets);
    if ('message' in read) found.push(read);
    else refs.push(read);
  }
  return found.length > 0 ? { errors: found } : { refs, settings };
}

const NONE: ReadonlySet<string> = new Set();

interface Sets {
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
}

function piecesOf(list: unknown, path: readonly (string | number)[]): (Piece | TierError)[] {
  if (typeof list === 'string') return split(list).map((piece) => ({ ...piece, path }));
  if (!Array.isArray(list)) return [{ at: 0, path, message: 'expected models: a comma list or a list of references' }];
  if (list.length === 0) return [{ at: 0, path, message: 'a tier needs at least one model' }];
  return list.map((one: unknown, index) => {
    const here = { at: index, path: [...path, index] };
    return typeof one === 'string' ? { text: one, ...here } : { ...here, message: 'expected a reference such as PROVIDER/MODEL' };
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

function check({ text, at, path }: Piece, sets: Sets): TierRef | TierError {
  const ref = parseRef(text, sets.known);
  if ('error' in ref) return { at, path, message: ref.error };
  if ('provider' in ref) {
    if (sets.providers.has(ref.provider)) return { ...ref, at };
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
