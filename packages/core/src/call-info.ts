import { labelsOf, type Labels } from './rules/labels.ts';

/** Whose call an error comes from, and what was asked: for logs of failovers and for who answers the phone (B1.3). */
export interface CallInfo extends Labels {
  /** The messages as they were when the call began: a frozen list; what is in them is shared. Absent where calls that share the error differ. */
  readonly messages?: readonly unknown[];
}

type Known = WeakMap<object, CallInfo>;

/** Beside the errors, never in them: frozen ones keep it too, and neither JSON nor `inspect` shows a prompt. One for all copies of this package. */
const PLACE = Symbol.for('holdfast.call-info');
const known: Known = ((globalThis as { [PLACE]?: Known })[PLACE] ??= new WeakMap());

/**
 * Remembers whose error this is. Thrown texts and numbers cannot be remembered. An error that several calls share, such as the reason of a
 * signal, keeps what all of them have in common.
 */
export function attribute(error: unknown, info: CallInfo): void {
  if (typeof error !== 'object' || error === null) return;
  if (info.messages) Object.freeze(info.messages);
  const before = known.get(error);
  known.set(error, before === undefined || before === info ? info : shared(before, info));
}

function shared(one: CallInfo, other: CallInfo): CallInfo {
  const same = Object.entries(labelsOf(one)).filter(([name, value]) => other[name as keyof Labels] === value);
  const messages = one.messages === other.messages ? one.messages : undefined;
  return { ...Object.fromEntries(same), ...(messages && { messages }) };
}

/**
 * Who made the call that `error` comes from: of the error itself, else of the first, in depth, of the errors it gathers and its causes. So the
 * outermost wins. Undefined for an error that no call of ours threw.
 */
export const callInfoOf = (error: unknown): CallInfo | undefined => search(error, new Set());

function search(error: unknown, seen: Set<object>): CallInfo | undefined {
  if (typeof error !== 'object' || error === null || seen.has(error)) return undefined;
  seen.add(error);
  const info = known.get(error);
  if (info) return info;
  for (const inner of innerOf(error)) {
    const found = search(inner, seen);
    if (found) return found;
  }
  return undefined;
}

/** Foreign errors may have getters that throw. */
function innerOf(error: object): readonly unknown[] {
  try {
    const { errors, cause } = error as { readonly errors?: unknown; readonly cause?: unknown };
    return [...(Array.isArray(errors) ? errors : []), cause];
  } catch {
    return [];
  }
}
