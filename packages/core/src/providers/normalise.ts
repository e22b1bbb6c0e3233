import type { Part } from '../model.ts';
import { finishFailure } from '../rules/classify.ts';
import { ModelFailure } from '../rules/failure.ts';
import type { Protocol } from '../rules/target.ts';
import { END, type End, type Source } from '../source.ts';
import { Blocks } from './blocks.ts';
import { explain } from './explain.ts';

/** Where parts come from: a stream's reader, or a list. */
export interface PartReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Part | undefined }>;
  cancel(reason: unknown): Promise<unknown>;
}

/** What the normaliser must know of the wire below a stream. Every field may be missing: a model that was handed in has no wire. */
export interface StreamInfo {
  /** What went wrong below, if something did; it outranks what the package made of it. */
  failure?(): ModelFailure | undefined;
  /** The attempt's own signal: its reason is what a cut by us failed of, however the package wraps it. */
  readonly signal?: AbortSignal;
  readonly protocol?: Protocol;
  /** Told before each wait for a part and after it (C3). */
  want?(wanted: boolean): void;
  /** Takes the function that is to be called at each sign of life without content. */
  pings?(ping: () => void): void;
  /** `seen` wants the pieces of reasoning too. */
  readonly hearsReasoning?: boolean;
  /** What is handed on for a part; called for every one but pieces of open blocks without metadata. */
  seen?(part: Part): Part;
  /** The stream is over; `cut` when the consumer left before its end. */
  end?(reason: unknown, cut: boolean): void;
}

/**
 * One shape out of the seven in which packages end a stream.
 *
 * N1. A stream ends exactly once: one `finish` part, then END; or one `error` part, then END. What comes after either is dropped.
 * N2. The first error wins. A thrown error, an end without a finish, a finish that says `error` or `interrupted`, or `other` without the
 *     provider's own word for it, are such errors: `truncated`, unless the wire knows better.
 * N3. Before a finish every block is closed, no block ends twice, and none begins twice or not at all.
 * N4. One part is read per part asked for; a cancel settles a pending `next` at once and reaches the producer.
 */
export function normalise(stream: ReadableStream<Part>, info: StreamInfo = {}): Source<Part> {
  return new Normaliser(stream.getReader() as PartReader, info);
}

export const normaliseReader = (reader: PartReader, info: StreamInfo = {}): Source<Part> => new Normaliser(reader, info);

/** A finish that is a failure whatever was shown before it; refusals are judged by who knows what was shown. */
function refused({ finishReason }: Part & { type: 'finish' }, protocol: Protocol): ModelFailure | undefined {
  const { unified, raw } = finishReason;
  const told = finishFailure(protocol, raw, { sawText: true });
  if (told) return told;
  if (unified !== 'error' && unified !== 'interrupted' && (unified !== 'other' || raw)) return undefined;
  return new ModelFailure('truncated', 'the stream ended without a finish reason', raw === undefined ? {} : { code: raw });
}

class Normaliser implements Source<Part> {
  readonly #reader: PartReader;
  readonly #info: StreamInfo;
  readonly #blocks: Blocks;
  /** Parts that are due; more than one only where one part of the package stands for several. */
  readonly #due: Part[] = [];
  #waiting: ((part: Part | End) => void) | undefined;
  #reading = false;
  #over = false;
  /** Nobody signals pings or wants to know when a part is waited for: one promise a part is enough. */
  readonly #wireless: boolean;
  readonly #onPart = ({ done, value }: { readonly done: boolean; readonly value?: Part | undefined }): Part | End | Promise<Part | End> => {
    if (this.#over) return END;
    if (!done && value !== undefined && this.#blocks.goesOn(value)) return value;
    this.#judge(done, value);
    return this.next();
  };
  readonly #onBreak = (error: unknown): Part | End | Promise<Part | End> => {
    if (this.#over) return END;
    this.#fail(error);
    return this.next();
  };
  #take: ((part: Part | End) => void) | undefined;
  readonly #onPulled = ({ done, value }: { readonly done: boolean; readonly value?: Part | undefined }): void => {
    const take = this.#take!;
    if (!this.#over && !done && value !== undefined && this.#blocks.goesOn(value)) return take(value);
    if (!this.#over) this.#judge(done, value);
    this.#hand(take);
  };
  readonly #onLost = (error: unknown): void => {
    if (!this.#over) this.#fail(error);
    this.#hand(this.#take!);
  };
  readonly #onRead = (result: { readonly done: boolean; readonly value?: Part | undefined }) => this.#read(result);
  readonly #onThrow = (error: unknown) => this.#thrown(error);

  constructor(reader: PartReader, info: StreamInfo) {
    this.#reader = reader;
    this.#info = info;
    this.#blocks = new Blocks(info.hearsReasoning);
    this.#wireless = info.pings === undefined && info.want === undefined;
    info.want?.(false);
    info.pings?.(() => this.#settle({ type: 'ping' }));
  }

  next(): Promise<Part | End> {
    const part = this.#due.shift();
    if (part !== undefined) return Promise.resolve(part);
    if (this.#over) return Promise.resolve(END);
    if (this.#wireless) return this.#reader.read().then(this.#onPart, this.#onBreak);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#info.want?.(true);
      this.#pull();
    });
  }

  pull(take: (part: Part | End) => void, fail: (error: unknown) => void): void {
    if (!this.#wireless) return void this.next().then(take, fail);
    this.#take = take;
    this.#hand(take);
  }

  /** What is due, or what comes next. */
  #hand(take: (part: Part | End) => void): void {
    const part = this.#due.shift();
    if (part !== undefined) return take(part);
    if (this.#over) return take(END);
    this.#reader.read().then(this.#onPulled, this.#onLost);
  }

  cancel(reason: unknown): void {
    this.#due.length = 0;
    // A finished answer's connection is left to be used again.
    if (!this.#over) this.#close(reason, true);
    this.#settle(END);
  }

  #pull(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#reader.read().then(this.#onRead, this.#onThrow);
  }

  #settle(part: Part | End): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    this.#info.want?.(false);
    waiting(part);
  }

  #read({ done, value }: { readonly done: boolean; readonly value?: Part | undefined }): void {
    this.#reading = false;
    if (this.#over) return;
    this.#judge(done, value);
    this.#give();
  }

  #judge(done: boolean, value: Part | undefined): void {
    if (done || value === undefined) this.#fail(new ModelFailure('truncated', 'the stream ended without a finish reason'));
    else if (value.type === 'error') this.#fail(value.error);
    else if (value.type === 'finish') this.#finish(value);
    else this.#blocks.take(this.#info.seen?.(value) ?? value, this.#due);
  }

  #thrown(error: unknown): void {
    this.#reading = false;
    if (this.#over) return;
    this.#fail(error);
    this.#give();
  }

  #give(): void {
    if (!this.#waiting) return;
    const part = this.#due.shift();
    if (part !== undefined) this.#settle(part);
    else this.#pull();
  }

  #finish(finish: Part & { type: 'finish' }): void {
    const failure = this.#info.failure?.() ?? refused(finish, this.#info.protocol ?? 'other');
    if (failure) return this.#fail(failure);
    this.#blocks.close(this.#due);
    this.#due.push(this.#info.seen?.(finish) ?? finish);
    this.#close('finished', false);
  }

  #fail(error: unknown): void {
    const { signal } = this.#info;
    const failure = this.#info.failure?.() ?? (signal?.aborted ? signal.reason : explain(error));
    this.#due.push({ type: 'error', error: failure });
    this.#close(failure, true);
  }

  #close(reason: unknown, cut: boolean): void {
    this.#over = true;
    this.#reader.cancel(reason).catch(() => {});
    this.#info.end?.(reason, cut);
  }
}
