import { parseDuration, type LaneOptions, type LaneTable } from '@holdfast/core/engine';
import type { RawLane } from './raw.ts';
import type { ServerKeySpec } from './server-spec.ts';

/** Ms: a plain number in a file is seconds. */
const durations = (raw: Readonly<Record<string, string | number | undefined>>): Partial<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) => {
      const parsed = value === undefined ? undefined : parseDuration(value);
      return parsed === undefined || 'error' in parsed ? [] : [[name, parsed.ms]];
    }),
  );

/** The section `lanes` in the library's words. */
export const laneTable = (raw: Readonly<Record<string, RawLane>>): LaneTable =>
  Object.fromEntries(Object.entries(raw).map(([name, lane]) => [name, laneOf(lane)]));

function laneOf(raw: RawLane): LaneOptions {
  const { exec_timeout: execTimeout, queue_timeout: queueTimeout, aging, grace, ...rest } = raw;
  const { queue_per_caller: queuePerCaller, max_open_streams: maxOpenStreams, ...own } = rest;
  return {
    ...own,
    ...(queuePerCaller !== undefined && { queuePerCaller }),
    ...(maxOpenStreams !== undefined && { maxOpenStreams }),
    ...durations({ execTimeout, queueTimeout, aging, grace }),
  };
}

/** A key is a caller: its weight is its share of each lane that does not give it another. */
export function keyWeights(lanes: LaneTable, keys: readonly ServerKeySpec[]): LaneTable {
  const shares = Object.fromEntries(keys.flatMap(({ name, weight }) => (weight === undefined ? [] : [[name, weight]])));
  if (Object.keys(shares).length === 0) return lanes;
  return Object.fromEntries(Object.entries(lanes).map(([name, lane]) => [name, { ...lane, weights: { ...shares, ...lane.weights } }]));
}
