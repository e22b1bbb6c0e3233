/** Everything is measured in turns and judged by medians: what drifts, drifts for all. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const msOf = async (work: () => unknown): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

/**
 * Ms of each subject in each round, the subjects taking turns and the order turned round every other time. `warm` rounds come first
 * and are not counted.
 */
export async function inTurns<K extends string>(
  subjects: Readonly<Record<K, () => Promise<number>>>,
  { rounds, warm }: { readonly rounds: number; readonly warm: number },
): Promise<Readonly<Record<K, readonly number[]>>> {
  const names = Object.keys(subjects) as K[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = -warm; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const ms = await subjects[name]();
      if (round >= 0) times[name].push(ms);
    }
  }
  return times;
}

/** The median of what `a` took longer than `b`, round by round. */
export const above = (a: readonly number[], b: readonly number[]): number => median(a.map((ms, round) => ms - b[round]!));
