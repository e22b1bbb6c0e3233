import { AFTER_FINISH, END, type ModelFailure, type Dialect, type End, type Part, type Source } from '@holdfast/core/engine';
import { objectOf, type FrameTooLongError, type Lift, type SseEvent, type SseFrame, type WireFrame } from '@holdfast/core/wire';
import { OVER, type UpstreamAnswer } from './upstream-answer.ts';
import { brokenFrame } from './broken-frame.ts';
import { DueParts } from './due-parts.ts';
import { PassFrames } from './pass-frames.ts';
import type { PassPorts } from './pass-ports.ts';
import { quietFrame } from './quiet-frame.ts';

/**
 * The frames of a provider of the client's own protocol as parts that carry them.
 *
 * Q1. A frame that is no JSON object, a cut, a clean end without a finish reason, an error frame end the attempt with an error part (note 39, C2).
 * Q2. After a finish reason nothing is a failure: what is missing is made up after 3 s (C2).
 * Q3. One chunk is read when a part is waited for and none is at hand (C3).
 */
export class PassSource implements Source<Part> {
  readonly #answer: UpstreamAnswer;
  readonly #dialect: Dialect;
  readonly #lift: Lift;
  readonly #ports: PassPorts;
  readonly #attempt: number;
  readonly #frames: PassFrames;
  readonly #due = new DueParts();
  #take: ((part: Part | End) => void) | undefined;
  /** Finish reasons that are still to come. */
  #unfinished: number;
  /** Nothing is read any more. */
  #over = false;
  #letGo: (() => void) | undefined;

  constructor(answer: UpstreamAnswer, dialect: Dialect, lift: Lift, attempt: number, ports: PassPorts) {
    this.#answer = answer;
    this.#dialect = dialect;
    this.#lift = lift;
    this.#attempt = attempt;
    this.#ports = ports;
    this.#unfinished = ports.finishes;
    this.#frames = new PassFrames({
      dialect,
      attempt,
      runs: ports.runs,
      frame: this.#one,
      run: (part) => this.#due.push(part),
      tooLong: this.#tooLong,
    });
  }

  get #finished(): boolean {
    return this.#unfinished <= 0;
  }

  /** Bytes that were read to see what this is. */
  begin(head: Buffer): void {
    this.#frames.push(head);
  }

  next(): Promise<Part | End> {
    return new Promise((resolve) => this.pull(resolve));
  }

  pull(take: (part: Part | End) => void): void {
    const part = this.#due.next();
    if (part !== undefined) return take(part);
    if (this.#over) return take(END);
    this.#take = take;
    this.#answer.read(this.#onChunk, this.#onBreak);
  }

  cancel(reason: unknown): void {
    this.#due.clear();
    if (!this.#over) this.#end(reason);
    this.#hand(END);
  }

  readonly #onChunk = (chunk: Buffer | typeof OVER): void => {
    if (this.#over) return;
    if (chunk === OVER) {
      this.#frames.end();
      this.#broke(brokenFrame('unfinished'));
    } else {
      this.#ports.life();
      this.#frames.push(chunk);
    }
    this.#give();
  };

  readonly #onBreak = (cause: unknown): void => {
    if (this.#over) return;
    this.#frames.end();
    this.#broke(brokenFrame('cut', cause));
    this.#give();
  };

  /** Hands over what is due, or reads on. */
  #give(): void {
    const take = this.#take;
    if (take === undefined) return;
    this.#take = undefined;
    this.pull(take);
  }

  #hand(part: Part | End): void {
    const take = this.#take;
    this.#take = undefined;
    take?.(part);
  }

  readonly #one = (frame: SseFrame): void => {
    if (this.#over) return;
    if (frame.type === 'event') this.#frame(frame);
    else this.#due.push({ type: 'ping' });
  };

  readonly #tooLong = (error: FrameTooLongError): void => this.#broke(brokenFrame('too-long', error));

  #frame({ data, event }: SseEvent): void {
    const text = data.trim();
    if (text === '') return;
    // There are servers that give one choice where several were asked for.
    if (text === '[DONE]') return this.#unfinished < this.#ports.finishes ? this.#done() : this.#broke(brokenFrame('unfinished'));
    const json = objectOf(data);
    if (json === undefined) return this.#broke(brokenFrame('unreadable'));
    this.#judged({ data, json, ...(event !== undefined && { event }) });
  }

  #judged(frame: WireFrame): void {
    const verdict = frame.event === 'error' ? 'error' : this.#dialect.look(frame.json);
    switch (verdict) {
      case 'pass':
        return this.#lifted(frame);
      case 'ping':
      case 'drop':
        return void this.#due.push(quietFrame(frame, verdict, this.#dialect.protocol, this.#attempt));
      case 'error':
        return this.#broke(this.#finished ? undefined : this.#ports.errorOf(frame.data));
      case 'finish':
      case 'done':
        this.#lifted(frame);
        this.#unfinished--;
        return verdict === 'done' ? this.#done() : this.#arm();
      default:
        return this.#lifted({ ...frame, data: verdict.instead, json: JSON.parse(verdict.instead) as WireFrame['json'] });
    }
  }

  #lifted(frame: WireFrame): void {
    const parts = this.#lift.take(frame);
    for (const part of parts) {
      if ('providerMetadata' in part || part.type.startsWith('reasoning')) this.#ports.seen(part);
      this.#due.push(part);
    }
    this.#frames.learn(frame, parts.at(-1));
  }

  #arm(): void {
    if (this.#finished)
      this.#letGo ??= this.#ports.clock.after(AFTER_FINISH, () => {
        if (this.#over) return;
        this.#broke(undefined);
        this.#give();
      });
  }

  /** The end, or a break; after a finish reason a break is an end (Q2). */
  #broke(failure: ModelFailure | undefined): void {
    if (this.#over) return;
    if (this.#finished || failure === undefined) {
      this.#due.push(...this.#lift.finish());
      return this.#end('the answer is complete');
    }
    this.#due.push({ type: 'error', error: failure });
    this.#end(failure);
  }

  #end(reason: unknown): void {
    this.#over = true;
    this.#letGo?.();
    this.#answer.abort(reason);
    this.#ports.over();
  }

  /** A complete answer's response is read to its end, for a while, so that its connection may serve again. */
  #done(): void {
    this.#due.push(...this.#lift.finish());
    this.#over = true;
    this.#letGo?.();
    this.#ports.over();
    const stop = this.#ports.clock.after(AFTER_FINISH, () => this.#answer.abort('the answer is complete'));
    const drain = (chunk: Buffer | typeof OVER): void => (chunk === OVER ? stop() : this.#answer.read(drain, stop));
    this.#answer.read(drain, stop);
  }
}
