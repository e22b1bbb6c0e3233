import { nearest } from '../nearest.ts';
import type { Effort } from '../target.ts';

/** From the least to the most. */
export const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

export interface AllowList {
  /** Names of tiers, and `provider/model` references that are allowed as they stand. Empty: nothing. */
  readonly allow: readonly string[];
  /** The highest effort that may be asked for with a suffix; without it none may. */
  readonly maxEffort?: Effort;
}

export type Allowed = { readonly name: string; readonly effort?: Effort } | { readonly refused: string };

/**
 * Whether a tool may ask for `ref` (B3.3): only what the host lists; a literal `provider/model` only where it is listed itself; an effort
 * (`fast:high`) up to the host's maximum.
 */
export function allowed(ref: string, { allow, maxEffort }: AllowList): Allowed {
  if (allow.includes(ref)) return { name: ref };
  const at = ref.lastIndexOf(':');
  const suffix = EFFORTS.find((effort) => at > 0 && effort === ref.slice(at + 1));
  const name = suffix === undefined ? ref : ref.slice(0, at);
  if (!allow.includes(name)) return { refused: why(name, allow) };
  const most = maxEffort === undefined ? -1 : EFFORTS.indexOf(maxEffort);
  if (suffix === undefined) return { name };
  if (EFFORTS.indexOf(suffix) <= most) return { name, effort: suffix };
  return { refused: maxEffort === undefined ? `"${ref}": no effort may be asked for` : `"${ref}": at most ${maxEffort} may be asked for` };
}

function why(name: string, allow: readonly string[]): string {
  if (allow.length === 0) return `"${name}": no model may be asked`;
  if (name.includes('/')) return `"${name}": a model by its own name may only be asked where it is listed; there are ${allow.join(', ')}`;
  const near = nearest(name, allow);
  return `"${name}" may not be asked; ${near === undefined ? `there are ${allow.join(', ')}` : `did you mean ${near}?`}`;
}
