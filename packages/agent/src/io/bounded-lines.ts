import { ENDS_KEPT } from '../rules/mcp-overlong.ts';

/** Told of the lines of a stream, and of those that were too long to be kept, by their two ends. */
export interface LineListener {
  line(text: string): void;
  tooLong(head: string, tail: string): void;
}

/** Cuts a stream of bytes into lines and never holds more than `longest` bytes of one. */
export class BoundedLines {
  readonly #longest: number;
  readonly #listener: LineListener;
  #parts: Buffer[] = [];
  #length = 0;
  /** Set while the rest of a line that was too long goes by. */
  #head: string | undefined;

  constructor(longest: number, listener: LineListener) {
    this.#longest = longest;
    this.#listener = listener;
  }

  add(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, end));
      this.#end();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length <= this.#longest) return;
    const all = Buffer.concat(this.#parts);
    this.#head ??= all.toString('utf8', 0, ENDS_KEPT);
    // A copy: a view would keep the whole of it.
    this.#parts = [Buffer.from(all.subarray(-ENDS_KEPT))];
    this.#length = ENDS_KEPT;
  }

  #end(): void {
    const text = Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '');
    const head = this.#head;
    this.#parts = [];
    this.#length = 0;
    this.#head = undefined;
    if (head !== undefined) this.#listener.tooLong(head, text.slice(-ENDS_KEPT));
    else if (text.trim() !== '') this.#listener.line(text);
  }
}
