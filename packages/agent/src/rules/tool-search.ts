/** A tool as it is found. */
export interface Findable {
  readonly name: string;
  readonly description: string;
}

/**
 * Tools in whose name or description the words of a query occur: all of them if there are such, else some; a word in the name counts more.
 * No words: every tool. Equal ones stay in their order.
 */
export function findTools<T extends Findable>(query: string, tools: readonly T[]): readonly T[] {
  const words = plain(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return tools;
  const scored = tools.map((tool) => {
    const [name, description] = [plain(tool.name), plain(tool.description)];
    const hits = words.map((word) => (name.includes(word) ? 3 : description.includes(word) ? 1 : 0));
    return { tool, score: hits.reduce<number>((sum, hit) => sum + hit, 0), all: hits.every((hit) => hit > 0) };
  });
  const whole = scored.filter(({ all }) => all);
  const some = whole.length > 0 ? whole : scored.filter(({ score }) => score > 0);
  return some.toSorted((a, b) => b.score - a.score).map(({ tool }) => tool);
}

/** Without case and accents. */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
