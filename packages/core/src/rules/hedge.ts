/** First-content times of a target that are kept, in ms: a hedge waits until it knows so many. */
const KEPT = 20;
const SHARE = 0.95;

/** The time after which a target is late, in ms: longer than the 95th percentile of its last 20 first contents; undefined while fewer are known. */
export function usualFirst(times: readonly number[]): number | undefined {
  if (times.length < KEPT) return undefined;
  const sorted = times.slice(-KEPT).toSorted((a, b) => a - b);
  return sorted[Math.ceil(SHARE * KEPT) - 1]! + 1;
}

/** `times` with one more, and no more than are kept. */
export const withTime = (times: readonly number[], ms: number): readonly number[] => [...times.slice(-(KEPT - 1)), ms];
