import type { Window } from './budget.ts';

/** What a call may still cost, counted against its windows until it is settled. */
export interface Hold {
  /** Of the call. The same id again replaces what it held. */
  readonly id: string;
  /** Process identity: the hold of a process that is gone is void. */
  readonly owner: string;
  /** Epoch ms after which it is void whatever became of its owner. */
  readonly until: number;
  readonly parts: readonly { readonly window: Window; readonly amount: number }[];
}

/** What was paid, counted for good. */
export interface Paid {
  readonly window: Window;
  readonly amount: number;
}

export type Reserved = { readonly ok: true } | { readonly ok: false; readonly window: Window; readonly left: number };

/** A window as it stands. */
export interface Spent {
  /** The window's `id`. */
  readonly id: string;
  readonly used: number;
  /** Held by calls under way. */
  readonly held: number;
  readonly renewsAt?: number;
}

/** Sums of fractions of a cent are off by as much. */
const DUST = 1e-9;

/**
 * B1. All parts of a hold fit, or none is held; what the same call held before then stays.
 * B2. What was used and what is held never exceed the limit by a hold: two calls cannot both have the last dollar.
 */
export function mayHold(hold: Hold, standing: (window: Window) => { readonly used: number; readonly held: number }): Reserved {
  for (const { window, amount } of hold.parts) {
    const { used, held } = standing(window);
    const left = window.limit - used - held;
    if (amount > left + DUST) return { ok: false, window, left: Math.max(0, left) };
  }
  return { ok: true };
}

/** Ms for which a window that ended, or a run that is not heard of any more, is remembered. */
export const REMEMBERED = 40 * 24 * 3_600_000;

/** Ms for which a hold counts at most; each further attempt of the call begins it anew. */
export const HOLD_MS = 2 * 3_600_000;
