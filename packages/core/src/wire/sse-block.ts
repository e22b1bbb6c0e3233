import type { SseFrame } from './sse-frame.ts';

/** The lines since the last empty one, folded as the standard says. */
export class SseBlock {
  #data: string[] = [];
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
    const frame = this.#data.length > 0 ? this.#frame(unterminated) : undefined;
    const alive = !this.blank;
    this.#data = [];
    this.#event = undefined;
    this.#id = undefined;
    this.#retry = undefined;
    this.blank = true;
    return frame ?? (alive ? { type: 'comment', text: '' } : undefined);
  }

  #field(name: string, value: string): void {
    this.blank = false;
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d{1,15}$/.test(value)) this.#retry = Number(value);
  }

  #frame(unterminated: boolean): SseFrame {
    return {
      type: 'event',
      data: this.#data.length === 1 ? this.#data[0]! : this.#data.join('\n'),
      ...(this.#event !== undefined && this.#event !== '' && { event: this.#event }),
      ...(this.#id !== undefined && { id: this.#id }),
      ...(this.#retry !== undefined && { retry: this.#retry }),
      ...(unterminated && { unterminated: true as const }),
    };
  }
}
