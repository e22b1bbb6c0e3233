import type { Belief, Beliefs, Why } from './belief.ts';
import { isGuess, isLeased } from './lease.ts';
import type { PastAttempt } from './plan-types.ts';
import { rampOf, roomAt } from './ramp.ts';
import { scopeOf, scopesOf } from './scope.ts';
import { fingerprintOf, settle } from './settle.ts';
import type { Target } from './target.ts';

/**
 * How a target stands at one moment, over its six scopes. `free`: it may be asked. `due`: its rest is over, one call may ask it
 * under the lease (H6). `guess`: it rests by a guess, which orders and never forbids (P3). `fixed`: it rests until a time that is kept.
 * `held`: another call is probing it.
 */
export interface Standing {
  readonly tag: 'free' | 'due' | 'guess' | 'fixed' | 'held';
  /** Epoch ms from which it may be asked; 0 when that is now. */
  readonly from: number;
  /** The lease an attempt on it needs. */
  readonly lease: 'none' | 'due' | 'early';
  readonly why?: Why;
  /** It is back, and lets calls in by and by (H6): `due` there is room for one, `held` there is none now. */
  readonly ramps?: true;
}

const FREE: Standing = { tag: 'free', from: 0, lease: 'none' };

const ORDER = { free: 0, due: 1, guess: 2, fixed: 3, held: 4 } as const;

/** `failed`: this call's attempts on the target, whose own rest does not bar them (H4). */
export function standingOf(target: Target, beliefs: Beliefs, failed: readonly PastAttempt[], now: number): Standing {
  const hint = failed.at(-1)?.failure.facts.retryAt ?? 0;
  let worst: Standing = hint > now ? { tag: 'fixed', from: hint, lease: 'none', why: { kind: failed.at(-1)!.failure.kind } } : FREE;
  if (beliefs.size === 0) return worst;
  for (const scope of scopesOf(target)) {
    const stored = beliefs.get(scope);
    if (stored === undefined) continue;
    const belief = settle(stored, now, fingerprintOf(scope, target));
    if (belief.tag === 'cool') {
      if (rampOf(belief, now)) worst = worse(worst, ramping(belief, target, now));
    } else if (!madeBy(failed, scope, belief, target)) worst = worse(worst, one(belief, now));
  }
  return worst;
}

/** The scopes an attempt on the target must claim: the lease of all that bar it but this call's own (H4), a place in those that ramp. */
export const leaseScopes = (target: Target, beliefs: Beliefs, failed: readonly PastAttempt[], now: number): readonly string[] =>
  scopesOf(target).filter((scope) => {
    const stored = beliefs.get(scope);
    if (stored === undefined) return false;
    const belief = settle(stored, now, fingerprintOf(scope, target));
    return belief.tag === 'cool' ? rampOf(belief, now) !== undefined : !madeBy(failed, scope, belief, target);
  });

function ramping(belief: Belief, { width }: Target, now: number): Standing {
  const from = roomAt(belief, now, width);
  return { tag: from === 0 ? 'due' : 'held', from, lease: 'due', ramps: true };
}

function one(belief: Exclude<Belief, { tag: 'cool' }>, now: number): Standing {
  const { why } = belief;
  if (isLeased(belief, now)) return { tag: 'held', from: belief.lease.until, lease: 'due', why };
  if (belief.probeAt <= now) return { tag: 'due', from: 0, lease: 'due', why };
  if (!isGuess(belief)) return { tag: 'fixed', from: belief.probeAt, lease: 'due', why };
  return { tag: 'guess', from: belief.until, lease: 'early', why };
}

/** A lease that will be over while a told rest goes on is not what is waited for. */
const outranks = (b: Standing, a: Standing): boolean =>
  (a.tag === 'held' && b.tag === 'fixed') || (a.tag === 'fixed' && b.tag === 'held') ? b.from > a.from : ORDER[b.tag] > ORDER[a.tag];

/** The scopes of one target are claimed together: the latest of them counts, and one guess among them needs the early lease. */
function worse(a: Standing, b: Standing): Standing {
  const [most, other] = outranks(b, a) ? [b, a] : [a, b];
  const lease = a.lease === 'early' || b.lease === 'early' ? 'early' : a.lease === 'due' || b.lease === 'due' ? 'due' : 'none';
  const from = Math.max(a.from, b.from);
  return from === most.from && lease === most.lease
    ? most
    : { ...most, from, lease, ...((most.why ?? other.why) ? { why: most.why ?? other.why! } : {}) };
}

/** H4: the rest that this call's own failure made, unless a provider named its time. */
const madeBy = (failed: readonly PastAttempt[], scope: string, belief: Exclude<Belief, { tag: 'cool' }>, target: Target): boolean =>
  belief.tag === 'resting' &&
  !belief.told &&
  !belief.byHand &&
  failed.some(({ began, failure }) => belief.since >= began && scopeOf(target, failure.kind, failure.facts) === scope);
