import { rankIn } from './key-order.ts';
import type { Place } from './plan-survey.ts';
import type { Moment, PastAttempt, Plan } from './plan-types.ts';

/** Ms: with less than this left, no further attempt begins (P5). */
const LEAST_LEFT = 5000;
/** Ms of `first_token` that one attempt may always use (P5). */
const FAIR_FIRST = 15_000;
const MOST_SHARES = 3;
/** Ms between two looks at a lease that another call holds (P3). */
const LEASE_STEP = 250;

/** P5: whether there is time to begin an attempt after `pause`. The first one always begins. */
export const hasTime = (plan: Plan, past: readonly PastAttempt[], left: number, pause: number): boolean =>
  past.length === 0 || left - pause >= Math.min(LEAST_LEFT, plan.total / 4);

/** P5: `usable` counts this target too. The last one may use all that is left. */
export function shareOf(plan: Plan, place: number, usable: number, left: number): number {
  const all = Math.max(0, left);
  const k = Math.min(usable, MOST_SHARES);
  return k <= 1 ? all : Math.min(all, Math.max(all / k, Math.min(plan.firstToken[place]!, FAIR_FIRST)));
}

/** P1, P8, P9: who is asked next among those `ready`. */
export function first(plan: Plan, past: readonly PastAttempt[], ready: readonly Place[]): Place | undefined {
  const last = past.at(-1);
  if (last === undefined) return ready.find(({ place }) => place === plan.keep) ?? inOrder(plan, past, ready)[0];
  const order = inOrder(plan, past, ready);
  const same = ready.find(({ place }) => place === last.place);
  return same && !same.broken && !isPutOff(same, past) ? same : order[0];
}

/** P9: another key or endpoint of the model that broke, then the chain's order, those last in it that share what just failed; the broken one last. */
function inOrder(plan: Plan, past: readonly PastAttempt[], ready: readonly Place[]): readonly Place[] {
  const broke = past.findLast(({ shown }) => shown === 'hard');
  const model = broke && plan.targets[broke.place]!.model;
  const group = (one: Place): number => {
    if (one.broken) return 4;
    if (isPutOff(one, past)) return 3;
    if (plan.targets[one.place]!.model === model) return 0;
    return one.doubted ? 2 : 1;
  };
  return ready.toSorted((a, b) => group(a) - group(b) || byRank(plan, a, b));
}

const byRank = ({ order }: Plan, a: Place, b: Place): number => rankIn(order, a.place) - rankIn(order, b.place);

/** A machine that is offline for more than a blink asks what runs on it before it waits on. */
const isPutOff = ({ local }: Place, past: readonly PastAttempt[]): boolean =>
  local && past.filter(({ failure }) => failure.kind === 'local').length > 1;

/** P3: who is asked when nobody is `ready`: what surely fits first, then the soonest end; what broke (P9) after all others. */
export const lastResort = (plan: Plan, places: readonly Place[]): Place | undefined =>
  places.toSorted(
    (a, b) =>
      Number(a.broken) - Number(b.broken) ||
      Number(plan.fits[a.place]!.fits === 'soft') - Number(plan.fits[b.place]!.fits === 'soft') ||
      a.ends - b.ends ||
      byRank(plan, a, b),
  )[0];

export interface Wait {
  readonly ms: number;
  readonly place: number;
  readonly why: 'told' | 'lease';
}

/** P3, P4: what is worth waiting for, within `patience` and the time left. */
export function waitFor(plan: Plan, past: readonly PastAttempt[], waiting: readonly Place[], moment: Moment): Wait | undefined {
  const soonest = waiting.toSorted((a, b) => a.standing.from - b.standing.from || byRank(plan, a, b));
  const [held, fixed] = [soonest.find(({ standing }) => standing.tag === 'held'), soonest.find(({ standing }) => standing.tag === 'fixed')];
  const patience = plan.patience - moment.waited;
  const enough = (ms: number): boolean => ms > 0 && ms <= patience && moment.left - ms > 0 && hasTime(plan, past, moment.left, ms);
  const told = fixed && Math.max(1, fixed.standing.from - moment.now);
  if (held) {
    const step = Math.min(LEASE_STEP, patience, Math.max(1, held.standing.from - moment.now), told ?? LEASE_STEP);
    return enough(step) ? { ms: step, place: held.place, why: 'lease' } : undefined;
  }
  return told !== undefined && enough(told) ? { ms: told, place: fixed!.place, why: 'told' } : undefined;
}
