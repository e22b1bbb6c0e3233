import type { ServerResponse } from 'node:http';
import type { AnswerSink } from './answer-stream.ts';
import { cutOff, isFull, isOver, write } from './http/write.ts';

/** An answer's way to its client, over Node's own response: no stream of ours between them. */
export class ResponseSink implements AnswerSink {
  readonly #res: ServerResponse;
  readonly #head: (ref: string | undefined) => Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;
  #draining: Promise<void> | undefined;

  /** `head`: of a stream that begins; `ref` says who answers. */
  constructor(res: ServerResponse, head: (ref: string | undefined) => Readonly<Record<string, string>>, signal: AbortSignal) {
    this.#res = res;
    this.#head = head;
    this.#signal = signal;
  }

  begin(ref: string | undefined): void {
    if (!isOver(this.#res)) this.#res.writeHead(200, this.#head(ref));
  }

  write(text: string): boolean {
    if (isOver(this.#res)) return true;
    this.#draining = write(this.#res, text, this.#signal);
    // Whoever waits for it hears of it; nobody may.
    this.#draining?.catch(() => {});
    return this.#draining === undefined;
  }

  get full(): boolean {
    return isFull(this.#res);
  }

  drained(): Promise<void> {
    return this.#draining ?? Promise.resolve();
  }

  end(): void {
    if (!isOver(this.#res)) this.#res.end();
  }

  destroy(text: string): void {
    if (isOver(this.#res)) return;
    this.#res.write(text);
    cutOff(this.#res);
  }
}
