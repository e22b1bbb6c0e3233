/**
 * Which rule of a router a message is most like: BM25 over the words of its examples. The same message is always routed the same way.
 *
 * Ro1. No word in common with any example: no rule; the router's own model answers.
 * Ro2. The rule with the example that fits best wins; of equals the first.
 */
export interface RouteRule {
  readonly examples: readonly string[];
}

/** How soon more of the same word adds nothing, and how much a long example is held against it: the usual constants of BM25. */
const SATURATION = 1.2;
const LENGTH = 0.75;

/** They say nothing of what a message is about. */
const STOP: ReadonlySet<string> = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

/** Lower case, without a plural's s; stop words only where there is nothing else. */
function wordsOf(text: string): readonly string[] {
  const all = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    /[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word,
  );
  const telling = all.filter((word) => !STOP.has(word));
  return telling.length > 0 ? telling : all;
}

/** The rules, indexed once: messages are many. Answers the index of a rule. */
export function classifier(rules: readonly RouteRule[]): (message: string) => number | undefined {
  const examples = rules.flatMap(({ examples: texts }, rule) => texts.map((text) => ({ rule, words: wordsOf(text) })));
  const average = examples.reduce((sum, { words }) => sum + words.length, 0) / Math.max(1, examples.length);
  const holding = new Map<string, number>();
  for (const { words } of examples) for (const word of new Set(words)) holding.set(word, (holding.get(word) ?? 0) + 1);
  const rarity = (word: string): number => {
    const held = holding.get(word) ?? 0;
    return Math.log(1 + (examples.length - held + 0.5) / (held + 0.5));
  };
  const score = (words: readonly string[], asked: ReadonlySet<string>): number =>
    [...new Set(words)]
      .filter((word) => asked.has(word))
      .reduce((sum, word) => {
        const times = words.filter((one) => one === word).length;
        return sum + (rarity(word) * times * (SATURATION + 1)) / (times + SATURATION * (1 - LENGTH + (LENGTH * words.length) / average));
      }, 0);
  return (message) => {
    const asked = new Set(wordsOf(message));
    let best: { readonly rule: number; readonly score: number } | undefined;
    for (const { rule, words } of examples) {
      const reached = score(words, asked);
      if (reached > 0 && (best === undefined || reached > best.score)) best = { rule, score: reached };
    }
    return best?.rule;
  };
}
