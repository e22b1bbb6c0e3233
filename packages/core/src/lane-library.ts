import { asyncHeldLanes } from './io/held-lanes.ts';
import { systemClock } from './io/clock-system.ts';
import { LaneRegistry, type LaneRegistryOptions, type LaneTable } from './lane-registry.ts';
import type { Clock } from './ports.ts';

/**
 * The lanes of a process, to be handed to every chain that is to share them: `holdfast({ models, lanes })`. `table`: what a configuration
 * file says under `lanes`, in camelCase, durations in ms or as `'30s'`. Throws a `ModelFailure` (`bad-request`) for what cannot be meant.
 */
export const laneRegistry = (table: LaneTable = {}, options: LaneRegistryOptions = {}): LaneRegistry =>
  new LaneRegistry(table, { clock: systemClock, held: asyncHeldLanes(), ...options });

export function lanesOf(lanes: LaneTable | LaneRegistry | undefined, clock: Clock): LaneRegistry | undefined {
  // Of another copy of this package, too.
  if (lanes === undefined || isRegistry(lanes)) return lanes;
  return laneRegistry(lanes, { clock, where: (option) => `holdfast({ lanes.${option} })` });
}

const isRegistry = (lanes: LaneTable | LaneRegistry): lanes is LaneRegistry =>
  typeof lanes === 'object' && lanes !== null && typeof lanes.laneFor === 'function';
