import { ModelFailure } from '../rules/failure.ts';
import type { Clock } from '../ports.ts';
import { FrameTooLongError, objectOf, Refrain, SseFramer, type FrameTaker, type JsonObject, type SseFrame } from '../wire/index.ts';
import type { Frame } from './dialect.ts';
import type { Exchange } from './exchange.ts';

/** C2: what is left to come after a finish reason gets this long, ms; then the answer is closed as complete. */
export const AFTER_FINISH = 3000;

export interface TapPorts {
  readonly clock: Pick<Clock, 'after'>;
  /** The failure an in-band error frame stands for. */
  readonly errorOf: (frame: string) => ModelFailure;
}

const encoder = new TextEncoder();
const wire = (data: string): string => `data: ${data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data}\n\n`;

/**
 * Reads a provider's stream frame by frame before the vendor package does, and hands it on whole, so that there is one way for a stream
 * to break instead of seven.
 *
 * P1. A frame that is not a JSON object, a cut, a clean end without a finish reason, an error frame: `exchange.failure` is set, the
 *     dialect's break frame stands in its place, and nothing follows it (note 39, C2).
 * P2. After a finish reason nothing is a failure: what is missing is written by us (C2).
 * P3. One chunk is read per chunk asked for, and only while a part is waited for (C3).
 * P4. Every chunk of bytes is a sign of life (C4).
 * P5. Frames of one chunk that are alike but for their text go on as one: a vendor package costs much for each.
 */
export class Tap {
  readonly #exchange: Exchange;
  readonly #ports: TapPorts;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #framer = new SseFramer();
  readonly #refrain = new Refrain();
  readonly #taker: FrameTaker;
  #out = '';
  #finished = false;
  #terminated = false;
  /** Nothing further is handed on. */
  #closed = false;
  #letGo: (() => void) | undefined;
  #cut: ModelFailure | undefined;

  constructor(exchange: Exchange, body: ReadableStreamDefaultReader<Uint8Array>, ports: TapPorts) {
    this.#exchange = exchange;
    this.#reader = body;
    this.#ports = ports;
    this.#taker = { frame: (frame) => this.#one(frame), ...(exchange.dialect.moreOf && { run: (text, from) => this.#run(text, from) }) };
  }

  stream(head?: Uint8Array): ReadableStream<Uint8Array> {
    if (head) this.#take(() => this.#framer.feed(head, this.#taker));
    return new ReadableStream<Uint8Array>(
      {
        pull: (out) => this.#pull(out),
        cancel: (reason) => this.#stop(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** Frames as they come; one beyond all bounds is a break. */
  #take(feed: () => void): void {
    try {
      feed();
    } catch (error) {
      if (!(error instanceof FrameTooLongError)) throw error;
      this.#break(new ModelFailure('malformed', 'the provider sent a frame of more than 16 MiB', {}, { cause: error }));
    }
  }

  #one(frame: SseFrame): void {
    this.#refrain.stop();
    if (frame.type === 'comment') this.#comment();
    else this.#frame(frame.data, frame.event);
  }

  #run(text: string, from: number): number {
    const end = this.#closed ? from : this.#refrain.read(text, from);
    if (end > from) this.#out += wire(this.#refrain.data);
    return end;
  }

  #frame(data: string, event: string | undefined): void {
    if (this.#closed || data.trim() === '') return;
    if (data.trim() === '[DONE]') return this.#done();
    const frame = objectOf(data);
    if (frame === undefined) return this.#break(this.#cut ?? new ModelFailure('truncated', 'the stream broke: a frame could not be read'));
    const verdict = event === 'error' ? 'error' : this.#exchange.dialect.look(frame);
    if (typeof verdict === 'object') this.#out += wire(verdict.instead);
    else if (verdict === 'pass') this.#pass(data, event, frame);
    else if (verdict === 'ping' || verdict === 'drop') this.#comment();
    else if (verdict === 'error') this.#break(this.#finished ? undefined : this.#ports.errorOf(data));
    else {
      this.#out += wire(data);
      this.#finished = true;
      if (verdict === 'done') {
        this.#terminated = true;
        this.#done();
      }
    }
  }

  #comment(): void {
    if (!this.#closed) this.#exchange.onPing?.();
  }

  #pass(data: string, event: string | undefined, frame: Frame): void {
    this.#out += wire(data);
    const { moreOf } = this.#exchange.dialect;
    const said = moreOf?.(frame as JsonObject);
    if (said !== undefined) this.#refrain.learn(event, data, said, moreOf!);
  }

  /** The end, or a break; after a finish reason a break is an end (P2). */
  #break(failure: ModelFailure | undefined): void {
    if (this.#closed) return;
    if (!this.#finished && failure) {
      this.#exchange.fail(failure);
      this.#out += wire(this.#exchange.dialect.breakFrame);
    } else if (!this.#terminated && this.#exchange.dialect.terminator) this.#out += wire(this.#exchange.dialect.terminator);
    this.#closed = true;
  }

  #done(): void {
    this.#break(new ModelFailure('truncated', 'the stream ended without a finish reason'));
  }

  async #pull(out: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      while (this.#out === '' && !this.#closed) {
        await this.#exchange.wanted();
        if (this.#exchange.over) this.#closed = true;
        else await this.#read();
      }
    } catch (error) {
      // Our own cancel or limit: its reason goes through as it is.
      this.#letGo?.();
      return out.error(error);
    }
    const text = this.#out;
    this.#out = '';
    if (text !== '') out.enqueue(encoder.encode(text));
    if (!this.#closed) return;
    this.#drain();
    out.close();
  }

  async #read(): Promise<void> {
    this.#arm();
    try {
      const { done, value } = await this.#reader.read();
      if (done) {
        this.#take(() => this.#framer.end().forEach(this.#taker.frame));
        return this.#done();
      }
      this.#exchange.attempt.watch?.life();
      this.#take(() => this.#framer.feed(value, this.#taker));
    } catch (cause) {
      if (this.#exchange.signal.aborted && !this.#finished) throw this.#exchange.signal.reason;
      this.#cut = new ModelFailure('truncated', 'the connection was cut in the middle of the answer', {}, { cause });
      this.#take(() => this.#framer.end().forEach(this.#taker.frame));
      this.#break(this.#cut);
    } finally {
      this.#letGo?.();
    }
  }

  #arm(): void {
    if (!this.#finished) return;
    this.#letGo = this.#ports.clock.after(AFTER_FINISH, () => this.#cancel('closed: the answer is complete'));
  }

  #cancel(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => {});
  }

  /** A complete answer's response is read to its end, for a while, so that its connection may serve again; a broken one is let go. */
  #drain(): void {
    this.#letGo?.();
    if (this.#exchange.over || this.#exchange.failure) return this.#cancel(this.#exchange.failure);
    const letGo = this.#ports.clock.after(AFTER_FINISH, () => this.#cancel('closed: the answer is complete'));
    this.#exchange.drain(this.#rest().finally(letGo));
  }

  async #rest(): Promise<void> {
    try {
      while (!(await this.#reader.read()).done);
    } catch {
      // The answer is complete; how its connection ends says nothing.
    }
  }

  #stop(reason: unknown): void {
    this.#closed = true;
    this.#letGo?.();
    this.#cancel(reason);
  }
}
