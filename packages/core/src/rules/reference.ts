import type { Effort } from './target.ts';

/** A model reference as written: a provider and a model, a name from `models` or `tiers`, or nothing that can be read. */
export type Ref =
  | { readonly provider: string; readonly model: string; readonly effort?: Effort }
  | { readonly name: string; readonly effort?: Effort }
  | { readonly error: string };

const EFFORT_WORD = /^(.+):(none|minimal|low|medium|high|xhigh|max)$/;

/**
 * The provider ends at the first `/`; the rest, slashes and colons included, is the model. A last `:word` is an effort only if it is one
 * and the whole is not in `known`: full references and names that end that way themselves.
 */
export function parseRef(written: string, known: ReadonlySet<string>): Ref {
  const text = written.trim();
  if (text === '') return { error: 'an empty reference' };
  if (/\s/.test(text)) return { error: `"${text}" has white space in it` };
  const [, bare, effort] = known.has(text) ? [] : (EFFORT_WORD.exec(text) ?? []);
  const ref = bare ?? text;
  const wish = effort === undefined ? {} : { effort: effort as Effort };
  const slash = ref.indexOf('/');
  if (slash < 0) return { name: ref, ...wish };
  const [provider, model] = [ref.slice(0, slash), ref.slice(slash + 1)];
  if (provider === '') return { error: `"${text}" names no provider before the "/"` };
  if (model === '') return { error: `"${text}" names no model after the "/"` };
  return { provider, model, ...wish };
}
