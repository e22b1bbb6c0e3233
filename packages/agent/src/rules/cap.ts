/** Most characters that one call of a file tool gives back. */
export const OUTPUT_CAP = 30_000;

export type Scrub = (text: string) => string;

/** Never ends in half a surrogate pair. */
const atCharacter = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');

/** The beginning of a text, and a note of what was cut. */
export function cutEnd(text: string, cap: number, note: (cut: number) => string): string {
  if (text.length <= cap) return text;
  const words = note(text.length - cap);
  const kept = atCharacter(text.slice(0, Math.max(0, cap - words.length - 10)));
  return kept + note(text.length - kept.length);
}
