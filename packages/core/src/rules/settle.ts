import { COOL, type Belief, type ReportTarget } from './belief.ts';
import { longestGuess } from './rest.ts';

/** What outlives a rest. */
export type Known = Pick<Belief, 'since' | 'strikes'>;

/** Ms by which the clocks of two writers may differ before we hold that the clock was set back. */
export const SKEW = 5_000;

/** H6: a lease lasts this long (ms) and is renewed this often while its attempt lives. */
export const LEASE_MS = 30_000;
export const RENEW_MS = 10_000;

/**
 * What a stored belief means at `now`: a rest by hand is over with its time, a belief about another key is none (H7), what was written
 * under a clock that ran ahead is moved back by as much, or it would rest for as long as the clock was wrong, and no guess outlasts
 * its kind's cap.
 */
export function settle(belief: Belief, now: number, fingerprint?: string): Belief {
  if (otherKey(belief, fingerprint)) return COOL;
  if (belief.tag === 'cool') {
    if (belief.since <= now + SKEW && (belief.suspect === undefined || belief.suspect.at <= now + SKEW)) return belief;
    return { tag: 'cool', since: Math.min(belief.since, now), strikes: belief.strikes };
  }
  if (belief.byHand && belief.until <= now) return { tag: 'cool', since: belief.since, strikes: belief.strikes };
  return capped(isAhead(belief, now) ? movedBack(belief, writtenAt(belief) - now, now) : belief, now);
}

const writtenAt = (belief: Rested): number => belief.setAt ?? belief.since;

/** A rest that was written later than now: the clock was set back since. */
export const isAhead = (belief: Belief, now: number): belief is Rested => belief.tag !== 'cool' && writtenAt(belief) > now + SKEW;

type Rested = Exclude<Belief, { tag: 'cool' }>;

/** `until` := now + (until − set at), and everything else with it. */
function movedBack(belief: Rested, ahead: number, now: number): Rested {
  const { since, until, probeAt } = belief;
  const moved = {
    ...belief,
    since: Math.min(since - ahead, now),
    until: until - ahead,
    probeAt: probeAt - ahead,
    ...(belief.setAt !== undefined && { setAt: now }),
  };
  return moved.tag === 'probing' ? { ...moved, lease: { ...moved.lease, until: moved.lease.until - ahead } } : moved;
}

/** Field note 34: no `until` beyond now + the cap of its kind unless it was told. What says otherwise was written by accident. */
function capped(belief: Rested, now: number): Rested {
  if (belief.told || belief.byHand) return belief;
  const most = now + longestGuess(belief.why.kind, belief.cap);
  return belief.until <= most ? belief : { ...belief, until: most, probeAt: Math.min(belief.probeAt, most) };
}

/** Written about a key that is not this one. Unknown says nothing. */
const otherKey = (belief: Belief, fingerprint: string | undefined): boolean =>
  belief.tag !== 'cool' && fingerprint !== undefined && belief.fingerprint !== undefined && belief.fingerprint !== fingerprint;

/**
 * The fingerprint that goes with a scope: the key's, for what is believed of the key and of an account that is this key alone.
 * An account that a label joins outlives each of its keys.
 */
export function fingerprintOf(scope: string, target: ReportTarget): string | undefined {
  if (scope.startsWith('credential:')) return target.fingerprint;
  return scope.startsWith('account:') && target.account === target.credential ? target.fingerprint : undefined;
}
