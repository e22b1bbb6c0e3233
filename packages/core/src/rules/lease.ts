import type { Belief, Lease } from './belief.ts';
import type { FailureKind } from './failure.ts';
import { LEASE_MS, settle } from './settle.ts';

/**
 * The probe's lease (H6): one call across all processes may ask a resting target, for all its resting scopes or for none.
 */
export type Alive = (owner: string) => boolean;

/** P3: no guess about these is tried before its time; asking again cannot help. */
const NEVER_EARLY: ReadonlySet<FailureKind> = new Set(['auth', 'quota', 'access-denied', 'model-missing']);

/**
 * Whether a probe may ask now, as far as this belief goes. `early` is P3: a guess orders, it never forbids. Nobody can tell from
 * here whether a lease's owner still lives: stores void the leases of the dead first.
 */
export function claimable(belief: Belief, now: number, early = false): boolean {
  const settled = settle(belief, now);
  return settled.tag === 'cool' || (!isLeased(settled, now) && opensAt(settled, early) <= now);
}

/** A lease that ends far beyond any lease was written under another clock. */
export const isLeased = (belief: Belief, now: number): belief is Extract<Belief, { tag: 'probing' }> =>
  belief.tag === 'probing' && belief.lease.until > now && belief.lease.until <= now + 2 * LEASE_MS;

type Barred = Exclude<Belief, { tag: 'cool' }>;

/** A rest that may be asked before its time when nobody else is left (P3): nobody named its end, and asking may help. */
export const isGuess = ({ told, byHand, why }: Barred): boolean => !told && !byHand && !NEVER_EARLY.has(why.kind);

const opensAt = (belief: Barred, early: boolean): number => (early && isGuess(belief) ? 0 : belief.probeAt);

/** A belief whose lease is held by a process that is gone is resting again, with nothing lost but the lease. */
export function withoutDead(belief: Belief, alive: Alive): Belief {
  if (belief.tag !== 'probing' || alive(belief.lease.owner)) return belief;
  const { lease: _void, ...rest } = belief;
  return { ...rest, tag: 'resting' };
}

export type Claimed = { readonly ok: true } | { readonly ok: false; readonly until: number; readonly held: boolean };

export interface ClaimResult {
  readonly claim: Claimed;
  readonly changes: readonly (readonly [scope: string, belief: Belief])[];
}

export interface ClaimInput {
  readonly scopes: readonly string[];
  readonly lease: Lease;
  readonly now: number;
  readonly early: boolean;
}

const GRANTED: ClaimResult = { claim: { ok: true }, changes: [] };

/** All resting scopes or none. A scope that holds this very lease is renewed, and asks nothing more of the others. */
export function claimed(believed: (scope: string) => Belief | undefined, input: ClaimInput, alive: Alive): ClaimResult {
  const barred: [string, Barred][] = [];
  for (const scope of input.scopes) {
    const before = believed(scope);
    const belief = before && settle(withoutDead(before, alive), input.now);
    if (belief && belief.tag !== 'cool') barred.push([scope, belief]);
  }
  if (barred.length === 0) return GRANTED;
  const mine = barred.filter(([, belief]) => belief.tag === 'probing' && belief.lease.id === input.lease.id);
  if (mine.length > 0) return granted(mine, input.lease);
  return refusal(barred, input) ?? granted(barred, input.lease);
}

function granted(scopes: readonly (readonly [string, Barred])[], lease: Lease): ClaimResult {
  return { claim: { ok: true }, changes: scopes.map(([scope, belief]) => [scope, { ...belief, tag: 'probing', lease }]) };
}

/** The moment from which all of them may be free, and whether leases alone stand in the way. */
function refusal(barred: readonly (readonly [string, Barred])[], { now, early }: ClaimInput): ClaimResult | undefined {
  let until = 0;
  let held = true;
  for (const [, belief] of barred) {
    const opens = opensAt(belief, early);
    if (opens > now) {
      until = Math.max(until, opens);
      held = false;
    }
    if (isLeased(belief, now)) until = Math.max(until, belief.lease.until);
  }
  return until === 0 ? undefined : { claim: { ok: false, until, held }, changes: [] };
}
