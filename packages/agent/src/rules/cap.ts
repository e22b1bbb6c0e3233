/** Most characters of a tool's output that go back to the model. */
export const OUTPUT_CAP = 30_000;

/** Characters kept beyond what is shown, so that a secret across the cut is still whole when it is looked for. */
const MARGIN = 4096;

export type Scrub = (text: string) => string;

/**
 * Keeps the beginning and the end of a text of any length, in bounded memory.
 *
 * O1. What comes out is at most `cap` characters, the note about what was cut included.
 * O2. Secrets are scrubbed before the cut: a half of one never shows.
 */
export class HeadTail {
  readonly #cap: number;
  #head = '';
  #tail = '';
  #length = 0;

  constructor(cap = OUTPUT_CAP) {
    this.#cap = cap;
  }

  add(text: string): void {
    this.#length += text.length;
    const room = this.#cap + MARGIN - this.#head.length;
    if (room > 0) this.#head += text.slice(0, room);
    this.#tail = (this.#tail + text.slice(-this.#cap - MARGIN)).slice(-this.#cap - MARGIN);
  }

  text(scrub: Scrub): string {
    const whole = this.#length <= this.#head.length ? scrub(this.#head) : undefined;
    if (whole !== undefined && whole.length <= this.#cap) return whole;
    const half = Math.floor((this.#cap - 80) / 2);
    const cut = Math.max(0, (whole?.length ?? this.#length) - 2 * half);
    const head = atCharacter((whole ?? scrub(this.#head)).slice(0, half));
    const tail = (whole ?? scrub(this.#tail)).slice(-half).replace(/^[\uDC00-\uDFFF]/, '');
    return `${head}\n[… ${cut} characters cut …]\n${tail}`;
  }
}

/** Never ends in half a surrogate pair. */
const atCharacter = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');

/** The beginning of a text, and a note of what was cut. */
export function cutEnd(text: string, cap: number, note: (cut: number) => string): string {
  if (text.length <= cap) return text;
  const words = note(text.length - cap);
  const kept = atCharacter(text.slice(0, Math.max(0, cap - words.length - 10)));
  return kept + note(text.length - kept.length);
}
