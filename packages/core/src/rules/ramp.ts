import type { Belief, Beliefs, Lease, Ramp } from './belief.ts';
import { scopesOf, type ScopedTarget } from './scope.ts';
import { SKEW } from './settle.ts';

/**
 * H6: what a probe's success lets through. In steps of 10 s a quarter, a half and the whole of a lane's width; without a lane 1, 2, 4 …
 * calls in each second. Counted in the belief itself, so that all processes together keep to it.
 */
export const RAMP_MS = 30_000;
const STEP_MS = 10_000;
const SHARES = [0.25, 0.5, 1] as const;
/** Ms between two looks for a place that somebody under way may free. */
const LOOK = 250;
/** Doublings after which no number of calls is too many. */
const MOST_DOUBLINGS = 20;

type Alive = (owner: string) => boolean;

export const newRamp = (now: number): Ramp => ({ from: now, second: 0, taken: 0, out: [] });

/** The ramp in force; undefined when it is over, or was written under a clock that ran ahead. */
export function rampOf(belief: Belief, now: number): Ramp | undefined {
  const ramp = belief.tag === 'cool' ? belief.ramp : undefined;
  return ramp && now < ramp.from + RAMP_MS && ramp.from <= now + SKEW ? ramp : undefined;
}

/** The part of a lane's width that a belief lets through now: 1 where nothing ramps. */
export function rampShare(belief: Belief, now: number): number {
  const ramp = rampOf(belief, now);
  return ramp ? SHARES[Math.floor(Math.max(0, now - ramp.from) / STEP_MS)]! : 1;
}

/** The part of its lane's width that a target may use now, over all its scopes: for lanes to ask. In (0, 1]. */
export function allowedShare(target: ScopedTarget, beliefs: Beliefs, now: number): number {
  let share = 1;
  if (beliefs.size === 0) return share;
  for (const scope of scopesOf(target)) {
    const belief = beliefs.get(scope);
    if (belief) share = Math.min(share, rampShare(belief, now));
  }
  return share;
}

/** Never back: who looked at the clock a moment before somebody else counts in that one's second. */
const secondOf = (ramp: Ramp, now: number): number => Math.max(ramp.second, Math.floor((now - ramp.from) / 1000));

const underWay = (ramp: Ramp, now: number, alive?: Alive): readonly Lease[] =>
  ramp.out.filter(({ until, owner }) => until > now && (alive === undefined || alive(owner)));

/** 0: there is room for one more call now; else the epoch ms at which to look again. */
export function roomAt(belief: Belief, now: number, width: number | undefined, alive?: Alive): number {
  const ramp = rampOf(belief, now);
  if (!ramp) return 0;
  if (width !== undefined) {
    const most = Math.max(1, Math.floor(rampShare(belief, now) * width));
    return underWay(ramp, now, alive).length < most ? 0 : now + LOOK;
  }
  const second = secondOf(ramp, now);
  const taken = ramp.second === second ? ramp.taken : 0;
  return taken < 2 ** Math.min(second, MOST_DOUBLINGS) ? 0 : ramp.from + (second + 1) * 1000;
}

/** One call more is let in. A lane's call holds its place until `released`, or until the ramp is over. */
export function admitted(ramp: Ramp, place: Lease, now: number, alive: Alive): Ramp {
  const second = secondOf(ramp, now);
  const { id, owner, width } = place;
  const out = underWay(ramp, now, alive);
  return {
    from: ramp.from,
    second,
    taken: (ramp.second === second ? ramp.taken : 0) + 1,
    out: width === undefined ? out : [...out, { id, owner, until: ramp.from + RAMP_MS }],
  };
}

/** The call that held this place is over; the very belief where it held none. */
export function released(belief: Belief, id: string | undefined): Belief {
  if (belief.tag !== 'cool' || belief.ramp === undefined || id === undefined) return belief;
  const { ramp } = belief;
  if (!ramp.out.some((one) => one.id === id)) return belief;
  return { ...belief, ramp: { ...ramp, out: ramp.out.filter((one) => one.id !== id) } };
}
