import { END, isModelFailure, type Answer, type Clock, type End, type ModelFailure, type Part } from '@holdfast/core/engine';
import type { ClientError, Encoder } from '@holdfast/core/wire';

/** Where an answer is written. */
export interface AnswerSink {
  /** Sends the head of a stream; `ref`: who answers, where that is known by now. */
  begin(ref: string | undefined): void;
  /** False: no more before `drained` has resolved. */
  write(text: string): boolean;
  /** Rejects when the client is gone, or takes nothing for too long. */
  drained(): Promise<void>;
  /** The answer is complete. */
  end(): void;
  /** The client takes nothing for now. */
  readonly full: boolean;
  /** C8: what was sent is not closed cleanly: `text`, then the connection is destroyed. */
  destroy(text: string): void;
}

export interface StreamPorts {
  readonly clock: Pick<Clock, 'after' | 'mono'>;
  /** Ms before the head is sent though nothing has come (H1). */
  readonly headAfter: number;
  /** Ms of silence towards the client after which it is told that we are alive. */
  readonly keepAlive: number;
  /** For a client whose idle timer counts only events. */
  readonly events: boolean;
  readonly errorOf: (failure: ModelFailure) => ClientError;
}

/** Characters that are written in one go. */
const BATCH = 64 * 1024;

/**
 * Writes one answer as it comes.
 *
 * H1. The head is held until the first content or `headAfter`, whichever comes first; before it a failure is thrown, as an ordinary error.
 * H2. What is at hand is written in one go; a part is pulled only when the client has taken what was written (C3).
 * H3. While nothing is to be said, the client is told that we are alive: also while a tool call is held, and between a break and the joint.
 */
export async function streamAnswer(coming: Promise<Answer<Part>>, encoder: Encoder, sink: AnswerSink, ports: StreamPorts): Promise<void> {
  const alive = new KeepAlive(encoder, sink, ports);
  let answer: Answer<Part> | undefined;
  try {
    answer = await coming;
    alive.begin(answer.ref);
    await new Pump(answer, encoder, sink, alive).run();
    alive.end();
    sink.end();
  } catch (error) {
    alive.end();
    answer?.cancel(error);
    if (!alive.begun || !isModelFailure(error)) throw error;
    sink.destroy(encoder.failure(ports.errorOf(error)));
  }
}

/** The head, and signs of life. */
class KeepAlive {
  begun = false;
  readonly #encoder: Encoder;
  readonly #sink: AnswerSink;
  readonly #ports: StreamPorts;
  #wrote: number;
  #letGo: () => void;

  constructor(encoder: Encoder, sink: AnswerSink, ports: StreamPorts) {
    this.#encoder = encoder;
    this.#sink = sink;
    this.#ports = ports;
    this.#wrote = ports.clock.mono();
    this.#letGo = ports.clock.after(ports.headAfter, this.#ring);
  }

  begin(ref: string | undefined): void {
    if (this.begun) return;
    this.begun = true;
    this.#sink.begin(ref);
  }

  /** Something was written. */
  saw(): void {
    this.#wrote = this.#ports.clock.mono();
  }

  readonly #ring = (): void => {
    const { clock, keepAlive, events } = this.#ports;
    const first = !this.begun;
    this.begin(undefined);
    const quiet = clock.mono() - this.#wrote;
    if ((first || quiet >= keepAlive) && !this.#sink.full) {
      this.#sink.write(this.#encoder.keepAlive(events));
      this.saw();
    }
    this.#letGo = clock.after(first || quiet >= keepAlive ? keepAlive : keepAlive - quiet, this.#ring);
  };

  end(): void {
    this.#letGo();
  }
}

/** Pulls parts and writes them. */
class Pump {
  readonly #answer: Answer<Part>;
  readonly #encoder: Encoder;
  readonly #sink: AnswerSink;
  readonly #alive: KeepAlive;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #text = '';
  /** A part was told while it was being asked for. */
  #sync = false;
  #asking = false;
  #over = false;
  /** The client has not taken what was written. */
  #full = false;

  constructor(answer: Answer<Part>, encoder: Encoder, sink: AnswerSink, alive: KeepAlive) {
    this.#answer = answer;
    this.#encoder = encoder;
    this.#sink = sink;
    this.#alive = alive;
  }

  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#loop();
    });
  }

  /** Part after part without a promise and without a deeper stack, as long as they are at hand. */
  #loop(): void {
    do {
      this.#sync = false;
      this.#asking = true;
      this.#ask();
      this.#asking = false;
      if (this.#over) return;
      if (this.#text.length < BATCH || this.#flush()) continue;
      this.#full = true;
      if (this.#sync) return void this.#drained();
    } while (this.#sync);
    if (!this.#flush()) this.#full = true;
  }

  #ask(): void {
    const { pull } = this.#answer;
    if (pull) pull.call(this.#answer, this.#take, this.#fail);
    else this.#answer.next().then(this.#take, this.#fail);
  }

  readonly #take = (part: Part | End): void => {
    if (this.#over) return;
    if (part === END) {
      this.#flush();
      this.#over = true;
      return this.#resolve();
    }
    this.#text += this.#encoder.part(part);
    if (this.#asking) this.#sync = true;
    else if (this.#full) void this.#drained();
    else this.#loop();
  };

  readonly #fail = (error: unknown): void => {
    if (this.#over) return;
    this.#flush();
    this.#over = true;
    this.#reject(error);
  };

  #flush(): boolean {
    if (this.#text === '') return true;
    const text = this.#text;
    this.#text = '';
    this.#alive.saw();
    return this.#sink.write(text);
  }

  /** A part has been taken, and the next one is asked for when the client has taken what was written. */
  async #drained(): Promise<void> {
    try {
      await this.#sink.drained();
    } catch (error) {
      return this.#fail(error);
    }
    this.#full = false;
    if (!this.#over) this.#loop();
  }
}
