import { COOL, type Belief, type ReportTarget } from './belief.ts';

/** What outlives a rest. */
export type Known = Pick<Belief, 'since' | 'strikes'>;

/** Ms by which the clocks of two writers may differ before we hold that the clock was set back. */
const SKEW = 5_000;

/** H6: a lease lasts this long (ms) and is renewed this often while its attempt lives. */
export const LEASE_MS = 30_000;
export const RENEW_MS = 10_000;

/**
 * What a stored belief means at `now`: a rest by hand is over with its time, a belief about another key is none (H7), and what
 * was written under a clock that ran ahead is moved back by as much, or it would rest for as long as the clock was wrong.
 */
export function settle(belief: Belief, now: number, fingerprint?: string): Belief {
  if (otherKey(belief, fingerprint)) return COOL;
  if (belief.tag === 'cool') {
    if (belief.since <= now + SKEW && (belief.suspect === undefined || belief.suspect.at <= now + SKEW)) return belief;
    return { tag: 'cool', since: Math.min(belief.since, now), strikes: belief.strikes };
  }
  if (belief.byHand && belief.until <= now) return { tag: 'cool', since: belief.since, strikes: belief.strikes };
  if (belief.since <= now + SKEW) return belief;
  const ahead = belief.since - now;
  const moved = { ...belief, since: now, until: belief.until - ahead, probeAt: belief.probeAt - ahead };
  return moved.tag === 'probing' ? { ...moved, lease: { ...moved.lease, until: moved.lease.until - ahead } } : moved;
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
