import { nearest } from '../nearest.ts';
import { EFFORTS, type Effort } from '../target.ts';

export interface AllowList {
  /** Names of tiers, and `provider/model` references that are allowed as they stand. Empty: nothing. */
  readonly allow: readonly string[];
  /** The highest effort that may be asked for with a suffix; without it none may. */
  readonly maxEffort?: Effort;
}

export type Allowed = { readonly name: string; readonly effort?: Effort } | { readonly refused: string };

/**
 * Whether a tool may ask for `ref` (B3.3): only what the host lists; a literal `provider/model` only where it is listed itself; an effort
 * (`fast:high`, or `reasoning` beside it) up to the host's maximum.
 */
export function allowed(ref: string, list: AllowList, reasoning?: Effort | 'provider-default'): Allowed {
  const found = named(ref, list);
  if ('refused' in found || found.effort !== undefined || reasoning === undefined || reasoning === 'provider-default') return found;
  const refused = reasoning === 'none' ? undefined : tooMuch(`reasoning: '${reasoning}'`, reasoning, list);
  return refused === undefined ? { ...found, effort: reasoning } : { refused };
}

function tooMuch(said: string, effort: Effort, { maxEffort }: AllowList): string | undefined {
  if (maxEffort === undefined) return `${said}: no effort may be asked for`;
  return EFFORTS.indexOf(effort) <= EFFORTS.indexOf(maxEffort) ? undefined : `${said}: at most ${maxEffort} may be asked for`;
}

function named(ref: string, list: AllowList): Allowed {
  const { allow } = list;
  if (allow.includes(ref)) return { name: ref };
  const at = ref.lastIndexOf(':');
  const suffix = EFFORTS.find((effort) => at > 0 && effort === ref.slice(at + 1));
  const name = suffix === undefined ? ref : ref.slice(0, at);
  if (!allow.includes(name)) return { refused: why(name, allow) };
  if (suffix === undefined) return { name };
  const refused = tooMuch(`"${ref}"`, suffix, list);
  return refused === undefined ? { name, effort: suffix } : { refused };
}

function why(name: string, allow: readonly string[]): string {
  if (allow.length === 0) return `"${name}": no model may be asked`;
  if (name.includes('/')) return `"${name}": a model by its own name may only be asked where it is listed; there are ${allow.join(', ')}`;
  const near = nearest(name, allow);
  return `"${name}" may not be asked; ${near === undefined ? `there are ${allow.join(', ')}` : `did you mean ${near}?`}`;
}
