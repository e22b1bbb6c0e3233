import type { Belief, Lease, Ramp } from './belief.ts';
import type { FailureKind } from './failure.ts';
import { admitted, rampOf, roomAt } from './ramp.ts';
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

/** A belief whose lease is held by a process that is gone is resting again, with nothing lost but the lease; so is a place in a ramp. */
export function withoutDead(belief: Belief, alive: Alive): Belief {
  if (belief.tag === 'cool') return belief.ramp === undefined ? belief : withoutGone(belief, belief.ramp, alive);
  if (belief.tag !== 'probing' || alive(belief.lease.owner)) return belief;
  const { lease: _void, ...rest } = belief;
  return { ...rest, tag: 'resting' };
}

function withoutGone(belief: Belief, ramp: Ramp, alive: Alive): Belief {
  const out = ramp.out.filter(({ owner }) => alive(owner));
  return out.length === ramp.out.length ? belief : ({ ...belief, ramp: { ...ramp, out } } as Belief);
}

export type Claimed =
  /** `ramp`: nothing rests any more, and the call was counted as one of those that come back first (H6). */
  { readonly ok: true; readonly ramp?: true } | { readonly ok: false; readonly until: number; readonly held: boolean };

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
  const ramps: [string, Belief, Ramp][] = [];
  for (const scope of input.scopes) {
    const before = believed(scope);
    const belief = before && settle(withoutDead(before, alive), input.now);
    if (belief && belief.tag !== 'cool') barred.push([scope, belief]);
    const ramp = belief && rampOf(belief, input.now);
    if (ramp) ramps.push([scope, belief, ramp]);
  }
  if (barred.length === 0 && ramps.length === 0) return GRANTED;
  const mine = barred.filter(([, belief]) => belief.tag === 'probing' && belief.lease.id === input.lease.id);
  if (mine.length > 0) return granted(mine, input);
  return refusal(barred, input) ?? crowded(ramps, input, alive) ?? letIn(barred, ramps, input, alive);
}

function letIn(
  barred: readonly (readonly [string, Barred])[],
  ramps: readonly (readonly [string, Belief, Ramp])[],
  input: ClaimInput,
  alive: Alive,
): ClaimResult {
  const counted = ramps.map(([scope, belief, ramp]): [string, Belief] => [
    scope,
    { ...belief, ramp: admitted(ramp, input.lease, input.now, alive) } as Belief,
  ]);
  if (barred.length === 0) return { claim: { ok: true, ramp: true }, changes: counted };
  const { claim, changes } = granted(barred, input);
  return { claim, changes: [...changes, ...counted] };
}

function granted(scopes: readonly (readonly [string, Barred])[], { lease, now }: ClaimInput): ClaimResult {
  const { id, owner, until } = lease;
  return {
    claim: { ok: true },
    changes: scopes.map(([scope, belief]) => [scope, { ...belief, tag: 'probing', lease: { id, owner, until }, setAt: now }]),
  };
}

/** The moment at which a ramp may have room for one more. */
function crowded(ramps: readonly (readonly [string, Belief, Ramp])[], input: ClaimInput, alive: Alive): ClaimResult | undefined {
  const until = ramps.reduce((latest, [, belief]) => Math.max(latest, roomAt(belief, input.now, input.lease.width, alive)), 0);
  return until === 0 ? undefined : { claim: { ok: false, until, held: true }, changes: [] };
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
