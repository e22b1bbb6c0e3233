/** What a reader takes for one character. Made when first needed: most processes never join an answer. */
let segmenter: Intl.Segmenter | undefined;

const segments = (text: string): Intl.Segments => (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })).segment(text);

export const graphemesOf = (text: string): readonly string[] => Array.from(segments(text), ({ segment }) => segment);

/** Whether `text` has at least `least` of them; looks no further than it must. */
export function hasGraphemes(text: string, least: number): boolean {
  // A grapheme has one code unit at least, and text of plain letters has one for each.
  if (text.length < least) return false;
  let count = 0;
  for (const _ of segments(text)) if (++count >= least) return true;
  return count >= least;
}

/** A high surrogate, a joiner, a combining mark: what comes next may change what is seen of it (field note 1). */
const FRAGILE = /(?:[\uD800-\uDBFF]|\u200D|\p{M})$/u;
const HIGH = /[\uD800-\uDBFF]$/;

/** The end of `text` is not to be shown before what follows it. */
export function endsFragile(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  // Nothing below the first combining mark can be one: the common case costs one comparison.
  return last >= 0x300 && (HIGH.test(text) || FRAGILE.test(text));
}

/** It cannot begin a character: whoever begins with it goes on with one. */
const ATTACHES = /^(?:[\uDC00-\uDFFF]|\u200D|\p{M}|\p{Emoji_Modifier})/u;

export const attaches = (text: string): boolean => ATTACHES.test(text);
