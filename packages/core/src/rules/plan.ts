import type { FailureKind } from './failure.ts';
import { first, hasTime, lastResort, shareOf, waitFor } from './plan-order.ts';
import { outcomeOf, retryAtOf } from './plan-stop.ts';
import { skipsOf } from './plan-skips.ts';
import { survey, type Place } from './plan-survey.ts';
import type { Moment, Next, PastAttempt, Plan, Step } from './plan-types.ts';
import { ranNothing } from './replay.ts';
import type { SkipRecord } from './record.ts';

export type { Moment, Next, PastAttempt, Plan, Step } from './plan-types.ts';

const NO_SKIPS: readonly SkipRecord[] = [];

/** P9 */
const MOST_TAKEOVERS = 3;

/**
 * The next step of a call, from its history, the beliefs and the clock alone. The same answer for the same data: a call that is resumed
 * and one that went through agree. A pause comes before the claim of a lease, so that the lease is asked for when it may be had.
 */
export const next: Next = (plan, past, beliefs, moment) => {
  if (past.length === 0 && beliefs.size === 0) {
    const step = fresh(plan, moment);
    if (step) return step;
  }
  const places = survey(plan, past, beliefs, moment);
  const stop = mustStop(plan, past);
  const timely = ({ pause }: Place): boolean => hasTime(plan, past, moment.left, pause);
  if (!stop) {
    for (const rank of ['ready', 'last'] as const) {
      const open = places.filter((one) => one.rank === rank && timely(one));
      const chosen = rank === 'ready' ? first(plan, past, open) : lastResort(plan, open);
      if (chosen) return tryAt(plan, places, chosen, open.length, moment);
    }
    const waiting = places.filter(({ rank }) => rank === 'wait');
    const wait = waitFor(plan, past, waiting, moment);
    if (wait) return { do: 'wait', ...wait, skips: skipsOf(plan, places, undefined, moment.now) };
  }
  const late = places.some((one) => one.rank !== 'out' && !timely(one));
  const outcome = stop === 'last' ? lastOf(past) : outcomeOf(plan, past, places, late);
  const retryAt = retryAtOf(plan, past, beliefs, moment.now, outcome.kind);
  return { do: 'stop', ...outcome, ...(retryAt !== undefined && { retryAt }), skips: skipsOf(plan, places, undefined, moment.now) };
};

/** Nothing has happened and nothing is believed: the common case, kept free of allocation but for the step. */
function fresh(plan: Plan, { left }: Moment): Step | undefined {
  const { fits, keep, order } = plan;
  let usable = 0;
  for (const fit of fits) if (fit.fits === 'yes') usable++;
  const place = keep ?? Math.max(0, order?.indexOf(0) ?? 0);
  if (fits[place]?.fits !== 'yes') return undefined;
  return { do: 'try', place, pause: 0, share: shareOf(plan, place, usable, left), lease: 'none', skips: NO_SKIPS };
}

/** `last`: the last failure decides. `spent`: no attempt is left, and the whole history decides. */
function mustStop(plan: Plan, past: readonly PastAttempt[]): 'last' | 'spent' | undefined {
  const last = past.at(-1);
  if (last === undefined) return undefined;
  if (last.failure.kind === 'cancelled' || (last.failure.kind === 'refusal' && plan.onRefusal === 'pass')) return 'last';
  if (last.shown === 'hard' && past.filter(({ shown }) => shown === 'hard').length > MOST_TAKEOVERS) return 'last';
  if (plan.unrepeatable && !ranNothing(last)) return 'last';
  return past.length >= plan.maxAttempts ? 'spent' : undefined;
}

const lastOf = (past: readonly PastAttempt[]): { readonly kind: FailureKind; readonly decisive: number } => ({
  kind: past.at(-1)!.failure.kind,
  decisive: past.length - 1,
});

function tryAt(plan: Plan, places: readonly Place[], chosen: Place, usable: number, { now, left }: Moment): Step {
  const { place, pause, standing } = chosen;
  const share = shareOf(plan, place, usable, left - pause);
  return { do: 'try', place, pause, share, lease: standing.lease, skips: skipsOf(plan, places, chosen, now) };
}
