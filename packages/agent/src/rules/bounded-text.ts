import type { Scrub } from './cap.ts';

/** Characters of one command's output that are kept in memory. */
const OUTPUT_BOUND = 10_000_000;

/** Characters kept beyond what is given back, so that a secret across the cut is still whole when it is looked for. */
const MARGIN = 4096;
/** Smaller pieces are joined: a command that writes letter by letter must not cost an array of letters. */
const PIECE = 16_384;

/**
 * The beginning and the end of a text that may have no end, in memory that does. Adding a piece costs what the piece costs, however much is
 * kept.
 *
 * O1. What comes out is at most `bound` characters, the note about what was cut included; what fits comes out whole.
 * O2. Secrets are scrubbed before the cut: a half of one never shows.
 */
export class BoundedText {
  readonly #half: number;
  readonly #bound: number;
  #head: string[] = [];
  #headLength = 0;
  #tail: string[] = [];
  #tailLength = 0;
  /** Pieces before this one were let go of. */
  #first = 0;
  #length = 0;

  constructor(bound = OUTPUT_BOUND) {
    this.#bound = bound;
    this.#half = Math.floor((bound - 80) / 2);
  }

  /** Of everything that was added. */
  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    this.#length += text.length;
    const room = this.#half + MARGIN - this.#headLength;
    const head = room > 0 ? text.slice(0, room) : '';
    if (head !== '') {
      join(this.#head, head);
      this.#headLength += head.length;
    }
    for (let at = head.length; at < text.length; at += PIECE) {
      const piece = text.slice(at, at + PIECE);
      join(this.#tail, piece);
      this.#tailLength += piece.length;
    }
    this.#letGo();
  }

  #letGo(): void {
    while (this.#tailLength - (this.#tail[this.#first]?.length ?? Infinity) >= this.#half + MARGIN) {
      this.#tailLength -= this.#tail[this.#first]!.length;
      this.#tail[this.#first++] = '';
    }
    // Rarely, so that letting go of one piece does not cost a copy of all the others.
    if (this.#first <= this.#tail.length / 2) return;
    this.#tail = this.#tail.slice(this.#first);
    this.#first = 0;
  }

  text(scrub: Scrub): string {
    const head = this.#head.join('');
    const tail = this.#tail.slice(this.#first).join('');
    const whole = head.length + tail.length === this.#length ? scrub(head + tail) : undefined;
    if (whole !== undefined && whole.length <= this.#bound) return whole;
    const [first, last] = whole === undefined ? [scrub(head), scrub(tail)] : [whole, whole];
    const margin = whole === undefined ? MARGIN : 0;
    const begin = first.slice(0, within(this.#half, first, margin)).replace(/[\uD800-\uDBFF]$/, '');
    const end = last.slice(last.length - within(this.#half, last, margin)).replace(/^[\uDC00-\uDFFF]/, '');
    return `${begin}\n[… ${Math.max(0, (whole?.length ?? this.#length) - begin.length - end.length)} characters cut …]\n${end}`;
  }
}

/** Scrubbing may have made a text shorter: what is left of the margin may still be a half of a secret. */
const within = (half: number, scrubbed: string, margin: number): number => Math.max(0, Math.min(half, scrubbed.length - margin));

function join(pieces: string[], text: string): void {
  const last = pieces.length - 1;
  if (last >= 0 && pieces[last]!.length + text.length <= PIECE && pieces[last] !== '') pieces[last] += text;
  else pieces.push(text);
}
