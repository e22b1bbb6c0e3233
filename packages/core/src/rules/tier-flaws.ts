/** As many targets as one tier may have. */
export const MOST_TARGETS = 8;

/** What is wrong with a tier as a whole: targets that stand in it twice, and too many of them. `ids`: equal only for equal targets. */
export function tierFlaws(ids: readonly { readonly text: string; readonly id: string }[]): readonly {
  readonly index: number;
  readonly message: string;
}[] {
  const first = new Map<string, number>();
  const flaws: { index: number; message: string }[] = [];
  for (const [index, { text, id }] of ids.entries()) {
    const before = first.get(id);
    if (before === undefined) first.set(id, index);
    else flaws.push({ index, message: `"${text}" stands twice in this tier` });
  }
  if (ids.length > MOST_TARGETS)
    flaws.push({ index: MOST_TARGETS, message: `a tier has at most ${MOST_TARGETS} models, this one has ${ids.length}` });
  return flaws;
}
