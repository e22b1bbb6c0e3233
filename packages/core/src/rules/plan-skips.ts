import { rankIn } from './key-order.ts';
import { NO_RETRIES, type Place } from './plan-survey.ts';
import type { Plan } from './plan-types.ts';
import type { SkipRecord } from './record.ts';

/** Those passed over on the way to `chosen`, with the reason; for nobody chosen, all of them. */
export function skipsOf(plan: Plan, places: readonly Place[], chosen: Place | undefined, now: number): SkipRecord[] {
  const skips: SkipRecord[] = [];
  for (const { place, reason, standing } of places) {
    if (reason === undefined || place === chosen?.place) continue;
    if (
      chosen?.rank === 'ready' &&
      reason !== NO_RETRIES &&
      place !== plan.keep &&
      rankIn(plan.order, place) > rankIn(plan.order, chosen.place)
    )
      continue;
    const rests = reason === 'resting' || reason === 'probing' || reason === 'ramping';
    skips.push({
      target: plan.targets[place]!.ref,
      place,
      reason,
      ...(rests && standing.from > now && { until: standing.from }),
      ...(rests && standing.why && { why: standing.why }),
    });
  }
  return skips;
}
