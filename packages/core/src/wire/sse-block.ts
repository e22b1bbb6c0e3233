import type { SseFrame } from './sse-frame.ts';

/** The lines since the last empty one, folded as the standard says. */
export class SseBlock {
  #data: string | undefined;
  #event: string | undefined;
  #id: string | undefined;
  #retry: number | undefined;
  /** No field was seen yet; comments are none. */
  blank = true;

  /** A whole line without its end; the frame it completes, if it does. */
  take(line: string): SseFrame | undefined {
    if (line === '') return this.close(false);
    const colon = line.indexOf(':');
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (colon === 0) return { type: 'comment', text: value };
    this.#field(colon === -1 ? line : line.slice(0, colon), value);
    return undefined;
  }

  /** Ends the block; without data it is no event, yet somebody is alive. */
  close(unterminated: boolean): SseFrame | undefined {
    const frame = this.#data === undefined ? undefined : this.#frame(this.#data, unterminated);
    const alive = !this.blank;
    this.#data = this.#event = this.#id = this.#retry = undefined;
    this.blank = true;
    return frame ?? (alive ? { type: 'comment', text: '' } : undefined);
  }

  #field(name: string, value: string): void {
    this.blank = false;
    if (name === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d{1,15}$/.test(value)) this.#retry = Number(value);
  }

  #frame(data: string, unterminated: boolean): SseFrame {
    const event = this.#event === '' ? undefined : this.#event;
    // The commonest ones.
    if (this.#id === undefined && this.#retry === undefined && !unterminated)
      return event === undefined ? { type: 'event', data } : { type: 'event', data, event };
    return {
      type: 'event',
      data,
      ...(event !== undefined && { event }),
      ...(this.#id !== undefined && { id: this.#id }),
      ...(this.#retry !== undefined && { retry: this.#retry }),
      ...(unterminated && { unterminated: true as const }),
    };
  }
}
