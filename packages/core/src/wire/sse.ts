import { SseBlock } from './sse-block.ts';
import { FrameTooLongError, MAX_FRAME, type SseFrame } from './sse-frame.ts';

/**
 * Bytes or text in, frames out, as they come.
 *
 * F1. However the input is split, inside a character or between CR and LF too, the frames are the same.
 * F2. A frame is handed out the moment its empty line is complete; nothing is held back for the next chunk.
 * F3. CR, LF and CRLF end lines; one BOM at the start is dropped; several `data:` lines are one text; unknown fields are ignored.
 * F4. A frame over the limit is a typed error, after every frame before it was handed out; there is nothing after it.
 * F5. What stands without its empty line at the end is handed out, marked.
 */
export class SseFramer {
  readonly #limit: number;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Pieces of the line that is not complete yet; joined once, so that a long line in small chunks stays linear. */
  #line: string[] = [];
  #started = false;
  #skipLf = false;
  #size = 0;
  readonly #block = new SseBlock();
  #failure: FrameTooLongError | undefined;

  constructor(limit: number = MAX_FRAME) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array | string): readonly SseFrame[] {
    if (this.#failure) throw this.#failure;
    return this.#read(typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true }));
  }

  /** The input is over. */
  end(): readonly SseFrame[] {
    if (this.#failure) throw this.#failure;
    const out = [...this.#read(this.#decoder.decode())];
    if (this.#failure) return out;
    if (this.#line.length > 0) this.#take(this.#line.join(''), out);
    this.#line = [];
    const last = this.#block.close(true);
    if (last?.type === 'event') out.push(last);
    return out;
  }

  #read(text: string): SseFrame[] {
    const out: SseFrame[] = [];
    let from = this.#begin(text);
    let cr = text.indexOf('\r', from);
    while (from < text.length) {
      const lf = text.indexOf('\n', from);
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from);
      const end = cr === -1 ? lf : lf === -1 ? cr : Math.min(cr, lf);
      if (end === -1) break;
      const line = text.slice(from, end);
      this.#grow(line.length);
      if (this.#failure) return this.#stop(out);
      this.#take(this.#line.length === 0 ? line : this.#line.join('') + line, out);
      this.#line = [];
      from = end + 1;
      if (end !== cr) continue;
      // The LF of a CRLF may be the first character of the next chunk.
      if (from === text.length) this.#skipLf = true;
      else if (text[from] === '\n') from++;
    }
    if (from < text.length) {
      this.#line.push(text.slice(from));
      this.#grow(text.length - from);
    }
    return this.#failure ? this.#stop(out) : out;
  }

  /** Where the text begins, past a BOM and past the LF of a CRLF that was cut in two. */
  #begin(text: string): number {
    if (text === '') return 0;
    let from = 0;
    if (!this.#started && text.charCodeAt(0) === 0xfeff) from = 1;
    this.#started = true;
    if (this.#skipLf && text[from] === '\n') from++;
    this.#skipLf = false;
    return from;
  }

  #grow(length: number): void {
    this.#size += length;
    if (this.#size > this.#limit) this.#failure = new FrameTooLongError(this.#limit);
  }

  #stop(out: SseFrame[]): SseFrame[] {
    this.#line = [];
    if (out.length === 0) throw this.#failure!;
    return out;
  }

  #take(line: string, out: SseFrame[]): void {
    const frame = this.#block.take(line);
    if (frame) out.push(frame);
    if (this.#block.blank) this.#size = 0;
  }
}
