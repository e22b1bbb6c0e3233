import { endsFragile } from '../rules/splice/graphemes.ts';
import type { JsonObject } from './json.ts';

/** What a frame says of the text that is open, where it says nothing else. */
export type MoreOf = (json: JsonObject) => string | undefined;

/** No letter, no sign, no blank: in a JSON text only escapes may stand for them. */
const CONTROL = /\p{Cc}/u;
/** Of a frame. */
const END = '\n\n';
const MARK = 'more';
/** Shapes learnt in a row that no frame came in: the stream numbers its frames, and none is like another. */
const IN_VAIN = 4;

/**
 * Frames that are the one before them, letter for letter, but for the text they say: a stream of text is made of little else. They are read for
 * that text alone.
 *
 * G1. A shape is learnt from a frame that was read in full, and proven: with another text in that place, it says that text and nothing else.
 * G2. What is taken is what reading in full would have given; anything that is not clearly such a frame is left to it.
 */
export class Refrain {
  #before = '';
  /** Of it, what stands before the JSON. */
  #field = 0;
  #after = '';
  #known = false;
  /** The last frame was of this shape. */
  #open = false;
  #used = true;
  #vain = 0;
  /** What the frames that were taken last say. */
  said = '';

  /** A frame was read in full. */
  learn(event: string | undefined, data: string, said: string, moreOf: MoreOf): void {
    if (this.#vain >= IN_VAIN) return;
    const field = event === undefined ? 'data: ' : `event: ${event}\ndata: `;
    if (this.#known && this.#says(`${field}${data}${END}`) === said) this.#open = true;
    else if (data.includes('\n')) return;
    else this.#prove(field, data, said, moreOf);
  }

  /** Something else came. */
  stop(): void {
    this.#open = false;
  }

  /** The frames that were taken last as one that says all they say. */
  get data(): string {
    return this.#before.slice(this.#field) + JSON.stringify(this.said).slice(1, -1) + this.#after.slice(0, -END.length);
  }

  /** Where the frames at `from` end that are of the shape; `from` for none. `said` holds their text then. */
  read(text: string, from: number): number {
    if (!this.#open) return from;
    this.said = '';
    let at = from;
    while (text.startsWith(this.#before, at)) {
      const begin = at + this.#before.length;
      const end = endOfText(text, begin);
      if (end === begin || !text.startsWith(this.#after, end)) break;
      const said = meant(text.slice(begin, end));
      if (said === undefined) break;
      // What ends in half a character waits for the other half, alone.
      const fragile = endsFragile(said);
      if (fragile && at > from) break;
      this.said += said;
      at = end + this.#after.length;
      if (fragile) break;
    }
    if (at > from) this.#used = true;
    return at;
  }

  #says(frame: string): string | undefined {
    const end = frame.length - this.#after.length;
    if (end <= this.#before.length || !frame.startsWith(this.#before) || !frame.endsWith(this.#after)) return undefined;
    return endOfText(frame, this.#before.length) === end ? meant(frame.slice(this.#before.length, end)) : undefined;
  }

  #prove(field: string, data: string, said: string, moreOf: MoreOf): void {
    this.#known = this.#open = false;
    const literal = JSON.stringify(said);
    const at = data.lastIndexOf(literal);
    if (at < 0) return;
    const before = data.slice(0, at + 1);
    const after = data.slice(at + literal.length - 1);
    if (said === MARK || saidIn(`${before}${MARK}${after}`, moreOf) !== MARK) return;
    this.#vain = this.#used ? 0 : this.#vain + 1;
    this.#used = false;
    this.#field = field.length;
    this.#before = field + before;
    this.#after = `${after}${END}`;
    this.#known = this.#open = true;
  }
}

/** Undefined also where the text in question is none: the place was not the one. */
function saidIn(data: string, moreOf: MoreOf): string | undefined {
  try {
    return moreOf(JSON.parse(data) as JsonObject);
  } catch {
    return undefined;
  }
}

/** Where the JSON text that `from` is inside of ends. */
function endOfText(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end > from && isEscaped(text, end, from)) end = text.indexOf('"', end + 1);
  return end < 0 ? from : end;
}

function isEscaped(text: string, at: number, from: number): boolean {
  let first = at;
  while (first > from && text.charCodeAt(first - 1) === 0x5c) first--;
  return (at - first) % 2 === 1;
}

/** What stands between the quotes; undefined where that is no JSON text. */
function meant(literal: string): string | undefined {
  if (!literal.includes('\\') && !CONTROL.test(literal)) return literal;
  try {
    return JSON.parse(`"${literal}"`) as string;
  } catch {
    return undefined;
  }
}
