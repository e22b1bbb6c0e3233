import type { Usage } from './reader.ts';
import type { Price } from './target.ts';

const COUNTS = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;

/** Characters a token takes, on average. */
const CHARS = 4;

/** Scripts of which a character takes a token, about: Chinese, Japanese, Korean. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/g;
const ANY_WIDE = /[\u2e80-\uffef]/;

export function estimateTokens(text: string): number {
  const wide = ANY_WIDE.test(text) ? (text.match(WIDE)?.length ?? 0) : 0;
  return wide + Math.ceil((text.length - wide) / CHARS);
}

/** The sum of two; a count nobody told stays unknown, and one estimate makes the sum one. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = {};
  for (const count of COUNTS) {
    const value = a[count] === undefined ? b[count] : a[count] + (b[count] ?? 0);
    if (value !== undefined) sum[count] = value;
  }
  if (a.estimated || b.estimated) sum.estimated = true;
  return sum;
}

/** C9: what nobody told is estimated from lengths and marked, never zero. */
export const estimateUsage = (input: number, text: string): Usage => ({ input, output: estimateTokens(text), estimated: true });

/** What was told, with an estimate in the place of what was not (C2: a finish without usage is mended). */
export function mendUsage(told: Usage, input: number, text: string): Usage {
  if (told.input !== undefined && told.output !== undefined) return told;
  return { ...told, input: told.input ?? input, output: told.output ?? estimateTokens(text), estimated: true };
}

/** US dollars; undefined when the price is unknown. `input` counts cached tokens too, `output` reasoning too, as the AI SDK has it. */
export function priceUsage(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined;
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usage;
  const rate = price.longer && input > price.longer.above ? price.longer : price;
  const fresh = Math.max(0, input - cacheRead - cacheWrite);
  const cached = cacheRead * (rate.cacheRead ?? rate.input) + cacheWrite * (rate.cacheWrite ?? rate.input);
  return (fresh * rate.input + cached + output * rate.output) / 1e6;
}

/** An answer that was finished elsewhere, beside what its last target told of itself. */
export interface Joined {
  /** Text that others had shown before. */
  readonly before: string;
  /** What the request was given beyond the caller's own. */
  readonly added: string;
  /** Code units of the last target's text that repeated what was shown. */
  readonly dropped: number;
}

/**
 * C9: the one answer the caller got, as counted by the target that finished it: without what the takeover added to the prompt, with what
 * had been shown before, without what was repeated.
 */
export function joinedUsage(told: Usage, { before, added, dropped }: Joined): Usage {
  const { input, output } = told;
  const repeated = Math.ceil(dropped / CHARS);
  return {
    ...told,
    ...(input !== undefined && { input: Math.max(told.cacheRead ?? 0, input - estimateTokens(added)) }),
    ...(output !== undefined && { output: Math.max(0, output - repeated) + estimateTokens(before) }),
    estimated: true,
  };
}
