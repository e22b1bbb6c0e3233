/** Longest frame in UTF-16 units, fields and comments included (field note 39). */
export const MAX_FRAME = 16 * 1024 * 1024;

/** Thrown instead of reading on: what sends a longer frame is no model. */
export class FrameTooLongError extends Error {
  override readonly name: string = 'FrameTooLongError';
  readonly limit: number;

  constructor(limit: number) {
    super(`a frame of the stream is longer than ${limit} characters`);
    this.limit = limit;
  }
}

export interface SseEvent {
  readonly type: 'event';
  /** The lines of data, joined by a line feed. */
  readonly data: string;
  readonly event?: string;
  readonly id?: string;
  /** Ms. */
  readonly retry?: number;
  /** The stream ended before the empty line that ends a frame. */
  readonly unterminated?: true;
}

/** A comment, or a block that carries no data: nothing but a sign of life. */
export interface SseComment {
  readonly type: 'comment';
  readonly text: string;
}

export type SseFrame = SseEvent | SseComment;

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
  #data: string[] = [];
  #event: string | undefined;
  #id: string | undefined;
  #retry: number | undefined;
  #fields = false;
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
    if (this.#data.length > 0) this.#dispatch(out, true);
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
    this.#data = [];
    if (out.length === 0) throw this.#failure!;
    return out;
  }

  #take(line: string, out: SseFrame[]): void {
    if (line === '') {
      this.#size = 0;
      if (this.#data.length > 0) this.#dispatch(out, false);
      else if (this.#fields) out.push({ type: 'comment', text: '' });
      this.#reset();
      return;
    }
    const colon = line.indexOf(':');
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (colon === 0) {
      out.push({ type: 'comment', text: value });
      if (!this.#fields) this.#size = 0;
      return;
    }
    this.#field(colon === -1 ? line : line.slice(0, colon), value);
  }

  #field(name: string, value: string): void {
    this.#fields = true;
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d{1,15}$/.test(value)) this.#retry = Number(value);
  }

  #dispatch(out: SseFrame[], unterminated: boolean): void {
    out.push({
      type: 'event',
      data: this.#data.length === 1 ? this.#data[0]! : this.#data.join('\n'),
      ...(this.#event !== undefined && this.#event !== '' && { event: this.#event }),
      ...(this.#id !== undefined && { id: this.#id }),
      ...(this.#retry !== undefined && { retry: this.#retry }),
      ...(unterminated && { unterminated: true as const }),
    });
    this.#reset();
  }

  #reset(): void {
    this.#data = [];
    this.#event = undefined;
    this.#id = undefined;
    this.#retry = undefined;
    this.#fields = false;
  }
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, ' ');

/** One event as text. Line breaks in `data` become lines of their own, CR and CRLF as LF. */
export function encodeEvent(frame: Omit<SseEvent, 'type' | 'unterminated'>): string {
  const lines: string[] = [];
  if (frame.event !== undefined) lines.push(`event: ${oneLine(frame.event)}`);
  if (frame.id !== undefined) lines.push(`id: ${oneLine(frame.id)}`);
  if (frame.retry !== undefined) lines.push(`retry: ${Math.max(0, Math.trunc(frame.retry))}`);
  for (const line of frame.data.split(/\r\n|\r|\n/)) lines.push(`data: ${line}`);
  return `${lines.join('\n')}\n\n`;
}

/** A comment, ended by an empty line so that no proxy holds it back. */
export const encodeComment = (text: string): string =>
  `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `: ${line}`)
    .join('\n')}\n\n`;
