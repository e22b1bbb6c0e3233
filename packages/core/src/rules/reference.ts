import { EFFORTS, type Effort } from './target.ts';

/** A model reference as written: a provider and a model, a name from `models` or `tiers`, or nothing that can be read. */
export type Ref =
  | { readonly provider: string; readonly model: string; readonly effort?: Effort }
  | { readonly name: string; readonly effort?: Effort }
  | { readonly error: string };

const EFFORT_WORD = new RegExp(`^(.+):(${EFFORTS.join('|')})$`);

/** A last `:word` is an effort only if it is one and the whole is not in `known`. */
export function effortOf(text: string, known: ReadonlySet<string>): { readonly bare: string; readonly effort?: Effort } {
  const [, bare, effort] = known.has(text) ? [] : (EFFORT_WORD.exec(text) ?? []);
  return bare === undefined ? { bare: text } : { bare, effort: effort as Effort };
}

/**
 * The provider ends at the first `/`; the rest, slashes and colons included, is the model. `known`: full references and names that end
 * in what would be an effort themselves.
 */
export function parseRef(written: string, known: ReadonlySet<string>): Ref {
  const text = written.trim();
  if (text === '') return { error: 'an empty reference' };
  if (/\s/.test(text)) return { error: `"${text}" has white space in it` };
  const { bare: ref, ...wish } = effortOf(text, known);
  const slash = ref.indexOf('/');
  if (slash < 0) return { name: ref, ...wish };
  const [provider, model] = [ref.slice(0, slash), ref.slice(slash + 1)];
  if (provider === '') return { error: `"${text}" names no provider before the "/"` };
  if (model === '') return { error: `"${text}" names no model after the "/"` };
  return { provider, model, ...wish };
}
