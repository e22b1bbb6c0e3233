import type { Beliefs } from './belief.ts';
import { scopesOf } from './scope.ts';
import type { Target } from './target.ts';

/** Where a conversation was last answered, when (epoch ms), and for how many ms the provider's cache of it stays warm. */
export interface Kept {
  readonly ref: string;
  readonly credential: string;
  readonly at: number;
  readonly warm: number;
}

export type ReturnToPrimary = 'when_cool' | 'next_session' | 'never';

/** Why a conversation stays where it was answered, or goes back: a mark of the record. */
export type Staying = 'kept-tool-result' | 'kept-cache' | 'kept-not-cool' | 'kept-session' | 'kept-never' | 'returned';

/** Ms for which providers keep a prompt's cache, without and with marks that ask for an hour. */
export const WARM = 5 * 60_000;
export const WARM_LONG = 60 * 60_000;
/** What was written so many ms after now was written before the clock was set back: what is said now is the newer. */
export const SET_BACK = 60_000;

/** Whether what is said `at` a time is newer than what was kept. */
export const isNewer = (kept: Pick<Kept, 'at'> | undefined, at: number): boolean =>
  kept === undefined || kept.at <= at || kept.at > at + SET_BACK;

/** Ms for which an earlier target must have been cool before a conversation goes back to it. */
const COOL_FOR = 60_000;

export interface Turn {
  readonly policy: ReturnToPrimary;
  /** The last message is a tool result. */
  readonly afterTool: boolean;
  /** Epoch ms. */
  readonly now: number;
}

/** What P8 says before anything is asked about the earlier targets; undefined: they decide. */
export function stays(kept: Kept, { policy, afterTool, now }: Turn): Staying | undefined {
  if (afterTool) return 'kept-tool-result';
  if (policy === 'never') return 'kept-never';
  // A time in the future is a clock that was set back: it warms nothing for longer than a cache lives.
  if (Math.abs(now - kept.at) < kept.warm) return 'kept-cache';
  return policy === 'next_session' ? 'kept-session' : undefined;
}

/** P8 `when_cool`: at a user turn over a cold cache the conversation goes back as soon as one of the `earlier` targets has been cool for 60 s. */
export const returns = (earlier: readonly Target[], beliefs: Beliefs, now: number): Staying =>
  earlier.some((target) => now - coolFrom(target, beliefs) >= COOL_FOR) ? 'returned' : 'kept-not-cool';

/** Epoch ms since when nothing rests the target and nothing struck it; in the future while it rests. A rest that is over and not probed yet counts as cool. */
function coolFrom(target: Target, beliefs: Beliefs): number {
  let from = -Infinity;
  for (const scope of scopesOf(target)) {
    const belief = beliefs.get(scope);
    if (belief) from = Math.max(from, belief.since, belief.tag === 'cool' ? 0 : belief.until);
  }
  return from;
}

/** The place of what was kept; -1 when the chain has no such target and key any more. */
export const placeOf = (kept: Pick<Kept, 'ref' | 'credential'>, targets: readonly Target[]): number =>
  targets.findIndex(({ ref, credential }) => ref === kept.ref && credential === kept.credential);
