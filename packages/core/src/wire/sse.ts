import { SseBlock } from './sse-block.ts';
import { FrameTooLongError, MAX_FRAME, type SseFrame } from './sse-frame.ts';

/** Who is told what is read, in order. */
export interface FrameTaker {
  frame(frame: SseFrame): void;
  /** Asked where a frame begins: takes frames as they stand in the text, and answers where they end; `from` when it takes none. */
  run?(text: string, from: number): number;
}

/** For chunks that neither begin nor end inside a character: the runtime decodes these far quicker, into text that costs half. */
const WHOLE = new TextDecoder('utf-8', { ignoreBOM: true });

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
  /** Made when a chunk ends inside a character. */
  #decoder: TextDecoder | undefined;
  /** The decoder may hold the beginning of a character. */
  #torn = false;
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
    const out: SseFrame[] = [];
    try {
      this.feed(chunk, { frame: (frame) => void out.push(frame) });
    } catch (error) {
      if (out.length === 0) throw error;
    }
    return out;
  }

  /** The same, frame by frame: what one says may decide how the next is read. Throws behind the last of them. */
  feed(chunk: Uint8Array | string, taker: FrameTaker): void {
    if (this.#failure) throw this.#failure;
    this.#read(typeof chunk === 'string' ? chunk : this.#text(chunk), taker);
    if (this.#failure) throw this.#failure;
  }

  /** The input is over. */
  end(): readonly SseFrame[] {
    if (this.#failure) throw this.#failure;
    const out: SseFrame[] = [];
    const taker = { frame: (frame: SseFrame) => void out.push(frame) };
    this.#read(this.#decoder?.decode() ?? '', taker);
    if (this.#failure && out.length === 0) throw this.#failure;
    if (this.#failure) return out;
    if (this.#line.length > 0) this.#take(this.#line.join(''), taker);
    this.#line = [];
    const last = this.#block.close(true);
    if (last?.type === 'event') out.push(last);
    return out;
  }

  #text(chunk: Uint8Array): string {
    const open = chunk.length > 0 && chunk[chunk.length - 1]! >= 0x80;
    if (!this.#torn && !open) return WHOLE.decode(chunk);
    this.#torn = this.#torn ? chunk.length === 0 || open : open;
    return (this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(chunk, { stream: true });
  }

  #read(text: string, taker: FrameTaker): void {
    let from = this.#begin(text);
    let cr = text.indexOf('\r', from);
    while (from < text.length) {
      if (this.#block.blank && this.#line.length === 0) {
        const past = taker.run?.(text, from) ?? from;
        if (past > from) {
          from = past;
          continue;
        }
      }
      const lf = text.indexOf('\n', from);
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from);
      const end = cr === -1 ? lf : lf === -1 ? cr : Math.min(cr, lf);
      if (end === -1) break;
      const line = text.slice(from, end);
      if (!this.#grow(line.length)) return;
      this.#take(this.#line.length === 0 ? line : this.#line.join('') + line, taker);
      if (this.#line.length > 0) this.#line = [];
      from = end + 1;
      if (end !== cr) continue;
      // The LF of a CRLF may be the first character of the next chunk.
      if (from === text.length) this.#skipLf = true;
      else if (text[from] === '\n') from++;
    }
    if (from < text.length && this.#grow(text.length - from)) this.#line.push(text.slice(from));
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

  /** False: the frame is too long. */
  #grow(length: number): boolean {
    this.#size += length;
    if (this.#size <= this.#limit) return true;
    this.#failure = new FrameTooLongError(this.#limit);
    this.#line = [];
    return false;
  }

  #take(line: string, taker: FrameTaker): void {
    const frame = this.#block.take(line);
    if (this.#block.blank) this.#size = 0;
    if (frame) taker.frame(frame);
  }
}
