import { graphemesOf } from './graphemes.ts';

/** What a continuation is told of the text that was shown, and what its answer is compared with (C6). */
export interface Anchor {
  /** The shown text without the white space at its end. */
  readonly quote: string;
  /** The end of `quote` that is to be repeated; occurs once in it. */
  readonly anchor: string;
  /** The white space that was shown after it. */
  readonly space: string;
}

/** Graphemes. */
const LEAST = 24;
const MOST = 80;
/** Code units that are cut into graphemes: an anchor is longer only where the text repeats itself. */
const WINDOW = 2000;

const WORD = /^[\p{Lu}\p{Ll}\p{Lt}\p{M}\p{N}_]/u;
const SPACE = /^\s/;

/** The last 24 to 80 graphemes, back to where a word begins, longer where that would occur twice. */
export function anchorOf(shown: string): Anchor {
  const quote = shown.trimEnd();
  return { quote, anchor: quote.slice(startOf(quote)), space: shown.slice(quote.length) };
}

function startOf(quote: string): number {
  const from = Math.max(0, quote.length - WINDOW);
  const parts = graphemesOf(quote.slice(from));
  let length = 0;
  let short: { readonly start: number; readonly count: number } | undefined;
  for (let at = parts.length - 1, count = 1; at >= 0; at--, count++) {
    length += parts[at]!.length;
    const start = quote.length - length;
    if (!isOnce(quote, start)) continue;
    if (count >= LEAST && beginsWord(parts, at)) return start;
    if (count >= LEAST && !SPACE.test(parts[at]!)) short ??= { start, count };
    // A word without an end: cut it rather than quote it all.
    if (short && count >= Math.max(MOST, short.count + MOST - LEAST)) return short.start;
  }
  return short?.start ?? (isOnce(quote, from) ? from : 0);
}

/** Scripts without spaces have no such place, or have it everywhere. */
function beginsWord(parts: readonly string[], at: number): boolean {
  if (at === 0) return true;
  if (SPACE.test(parts[at]!)) return false;
  return !(WORD.test(parts[at]!) && WORD.test(parts[at - 1]!));
}

const isOnce = (quote: string, start: number): boolean => quote.indexOf(quote.slice(start)) === start;
