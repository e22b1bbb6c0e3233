/**
 * Bytes of a server-sent event stream → frames. Frames may span chunks, end in CR, LF or CRLF, hold several `data:` lines and begin with a
 * byte order mark. Time is linear in the bytes, however they are cut.
 *
 * F1. A frame is handed out once, whole, in order; `flush` hands out one whose blank line never came.
 * F2. A frame of more than `FRAME_LIMIT` characters is `overflow`, and nothing follows it.
 */
export const FRAME_LIMIT = 16 * 1024 * 1024;

export interface FrameSink {
  frame(data: string, event: string): void;
  comment(): void;
}

export class Frames {
  readonly #sink: FrameSink;
  readonly #decoder = new TextDecoder();
  /** Pieces of a line that has not ended. */
  #pieces: string[] = [];
  #data: string | undefined;
  #event = '';
  #size = 0;
  /** The last character was a CR: an LF that follows belongs to it. */
  #afterCr = false;
  overflow = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  push(bytes: Uint8Array): void {
    this.#text(this.#decoder.decode(bytes, { stream: true }));
  }

  flush(): void {
    this.#text(this.#decoder.decode());
    if (this.#pieces.length > 0) this.#line('');
    this.#dispatch();
  }

  #text(chunk: string): void {
    if (chunk === '' || this.overflow) return;
    let start = this.#afterCr && chunk[0] === '\n' ? 1 : 0;
    this.#afterCr = false;
    let cr = chunk.indexOf('\r', start);
    while (start < chunk.length) {
      const lf = chunk.indexOf('\n', start);
      if (cr !== -1 && cr < start) cr = chunk.indexOf('\r', start);
      const byCr = cr !== -1 && (lf === -1 || cr < lf);
      const end = byCr ? cr : lf;
      if (end === -1) break;
      this.#line(chunk.slice(start, end));
      start = end + 1;
      if (byCr && start === chunk.length) this.#afterCr = true;
      else if (byCr && chunk[start] === '\n') start++;
    }
    if (start >= chunk.length) return;
    this.#size += chunk.length - start;
    this.#pieces.push(chunk.slice(start));
    if (this.#size > FRAME_LIMIT) this.overflow = true;
  }

  #line(end: string): void {
    if (this.overflow) return;
    const line = this.#pieces.length === 0 ? end : this.#pieces.join('') + end;
    this.#pieces = [];
    if (line === '') return this.#dispatch();
    if (line[0] === ':') return this.#sink.comment();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') {
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
      this.#size = this.#data.length;
      if (this.#size > FRAME_LIMIT) this.overflow = true;
    } else if (field === 'event') this.#event = value;
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event;
    this.#data = undefined;
    this.#event = '';
    this.#size = 0;
    if (data !== undefined && !this.overflow) this.#sink.frame(data, event);
  }
}
