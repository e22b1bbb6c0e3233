import { fitsAlias } from '@holdfast/core/engine';
import { BadRequest } from '@holdfast/core/wire';
import { mayAsk, resolveModel, type ModelNames } from './model-names.ts';
import { timeText } from './quiet.ts';

/** One model as both protocols list it. */
export interface ModelEntry {
  readonly id: string;
  readonly object: 'model';
  readonly type: 'model';
  /** Epoch seconds, and the same as RFC 3339: when the file was read. */
  readonly created: number;
  readonly created_at: string;
  readonly owned_by: string;
  readonly display_name: string;
}

export interface ModelPage {
  readonly object: 'list';
  readonly data: readonly ModelEntry[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** Of a key: `allowed`, its list; of the file: `loaded`, when it was read, in epoch ms. */
export interface ListContext {
  readonly allowed?: readonly string[] | undefined;
  readonly loaded: number;
}

const OURS = /^(?:claude|anthropic)/;

/**
 * What a key may ask for: tiers, named models, aliases. Every id that is listed means, when it is asked for, what it is listed as. An alias with
 * `*` is shown by the model ids behind it that fit it, else by one made from it: Claude Code shows only ids that begin like its own.
 */
export function modelList(names: ModelNames, { allowed, loaded }: ListContext): readonly ModelEntry[] {
  const found = new Map<string, string>();
  const put = (id: string, ref: string, label: string): void => {
    const read = resolveModel(id, names, allowed);
    if (!found.has(id) && 'meant' in read && read.meant.ref === ref) found.set(id, label);
  };
  for (const name of [...names.tiers, ...names.models]) put(name, name, name);
  for (const [pattern, ref] of names.aliases)
    for (const id of shownFor(pattern, ref, names)) put(id, ref, id === ref ? id : `${id} (${ref})`);
  const { defaultTier } = names;
  if (defaultTier !== undefined && ![...found.keys()].some((id) => OURS.test(id)) && mayAsk(defaultTier, names, allowed))
    put(`claude-${defaultTier}`, defaultTier, defaultTier);
  return [...found].map(([id, label]) => entryOf(id, label, loaded));
}

function entryOf(id: string, display_name: string, loaded: number): ModelEntry {
  const created = Math.floor(loaded / 1000);
  return { id, object: 'model', type: 'model', created, created_at: timeText(created * 1000), owned_by: 'holdfast', display_name };
}

function shownFor(pattern: string, ref: string, names: ModelNames): readonly string[] {
  if (!pattern.includes('*')) return [pattern];
  const known = (names.ids.get(ref) ?? []).filter((id) => fitsAlias(pattern, id));
  if (known.length > 0) return known;
  const name = ref.replace(/[^\w.-]+/g, '-');
  // `claude-*` is shown as `claude-smart`, `claude-*haiku*` as `claude-haiku`.
  const made = pattern.replace(/([-_])\*$/, `$1${name}`).replaceAll('*', '');
  return made === '' ? [] : [made];
}

/** One page of the list, as Anthropic's clients turn them; OpenAI's ask for none and get all. Throws `BadRequest`. */
export function modelPage(list: readonly ModelEntry[], query: { get(name: string): string | null }): ModelPage {
  const written = query.get('limit');
  const limit = written === null ? list.length : Number(written);
  if (written !== null && !(Number.isInteger(limit) && limit >= 1 && limit <= 1000))
    throw new BadRequest('"limit" must be a whole number from 1 to 1000', 'limit');
  const place = (name: 'after_id' | 'before_id'): number | undefined => {
    const id = query.get(name);
    if (id === null) return undefined;
    const at = list.findIndex((one) => one.id === id);
    if (at < 0) throw new BadRequest(`"${name}" is the id of no model in the list`, name);
    return at;
  };
  const [after, before] = [place('after_id'), place('before_id')];
  const rest = list.slice(after === undefined ? 0 : after + 1, before);
  // Before an id come those next to it.
  const data = before !== undefined && after === undefined ? rest.slice(-limit) : rest.slice(0, limit);
  const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
  return { object: 'list', data, has_more: data.length < rest.length, ...ends };
}

/** `GET /v1/models/:id`: what is listed, and any other name that means something. */
export function modelNamed(id: string, names: ModelNames, context: ListContext): ModelEntry | undefined {
  const read = resolveModel(id, names, context.allowed);
  if ('error' in read) return undefined;
  const listed = modelList(names, context).find((one) => one.id === id);
  const { ref } = read.meant;
  return listed ?? entryOf(id, ref === id ? id : `${id} (${ref})`, context.loaded);
}
