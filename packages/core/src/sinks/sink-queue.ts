import type { Clock, MaybePromise } from '../ports.ts';

/** What became of everything a sink was to get. */
export interface SinkStats {
  readonly delivered: number;
  /** The oldest, where it took too long for the newest. */
  readonly dropped: number;
  /** Deliveries that threw or rejected. */
  readonly failed: number;
  /** Deliveries that were not heard of again, and not waited for any longer. */
  readonly hung: number;
  readonly waiting: number;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** Items kept for a sink that is slow. */
  readonly most: number;
  /** Ms after which a delivery that does not settle is given up, as soon as something else is there to deliver. */
  readonly patience: number;
  /** Told at the first loss, and again only after something got through. */
  readonly lost: (what: 'fails' | 'hangs' | 'falls behind', error?: unknown) => void;
}

/**
 * Between calls and one sink: items go over one by one, in order, after the work that made them.
 *
 * Q1. `add` never throws and never waits, whatever the sink does.
 * Q2. At most `most` wait; then the oldest is dropped and counted.
 * Q3. Each delivery settles, or is given up after `patience`: a lost promise stops nothing for ever.
 */
export class SinkQueue<T> {
  readonly #deliver: (item: T) => MaybePromise<unknown>;
  readonly #options: QueueOptions;
  readonly #waiting: T[] = [];
  readonly #drained: (() => void)[] = [];
  /** Which delivery is under way: an older one that settles late changes nothing. */
  #turn = 0;
  #busySince: number | undefined;
  #scheduled = false;
  #said = false;
  #counts = { delivered: 0, dropped: 0, failed: 0, hung: 0 };

  constructor(deliver: (item: T) => MaybePromise<unknown>, options: QueueOptions) {
    this.#deliver = deliver;
    this.#options = options;
  }

  get stats(): SinkStats {
    return { ...this.#counts, waiting: this.#waiting.length + (this.#busySince === undefined ? 0 : 1) };
  }

  add(item: T): void {
    this.#waiting.push(item);
    if (this.#waiting.length > this.#options.most) {
      this.#waiting.shift();
      this.#counts.dropped += 1;
      this.#lose('falls behind');
    }
    if (this.#busySince !== undefined) this.#giveUp(this.#busySince);
    if (this.#busySince !== undefined || this.#scheduled) return;
    this.#scheduled = true;
    void Promise.resolve().then(this.#run);
  }

  /** Resolves when nothing waits and nothing is under way. */
  drained(): Promise<void> {
    if (this.#busySince === undefined && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#drained.push(resolve));
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    while (this.#busySince === undefined && this.#waiting.length > 0) this.#next(this.#waiting.shift()!);
    if (this.#busySince === undefined) for (const done of this.#drained.splice(0)) done();
  };

  #next(item: T): void {
    try {
      const answer: unknown = this.#deliver(item);
      if (typeof (answer as { readonly then?: unknown } | undefined)?.then !== 'function') return this.#delivered();
      const turn = (this.#turn += 1);
      this.#busySince = this.#options.clock.mono();
      const settled = (count: () => void): void => {
        if (this.#turn !== turn || this.#busySince === undefined) return;
        this.#busySince = undefined;
        count();
        this.#run();
      };
      Promise.resolve(answer).then(
        () => settled(() => this.#delivered()),
        (error: unknown) => settled(() => this.#failed(error)),
      );
    } catch (error) {
      this.#failed(error);
    }
  }

  #delivered(): void {
    this.#counts.delivered += 1;
    this.#said = false;
  }

  #failed(error: unknown): void {
    this.#counts.failed += 1;
    this.#lose('fails', error);
  }

  #giveUp(since: number): void {
    if (this.#options.clock.mono() - since < this.#options.patience) return;
    this.#busySince = undefined;
    this.#counts.hung += 1;
    this.#lose('hangs');
  }

  #lose(what: 'fails' | 'hangs' | 'falls behind', error?: unknown): void {
    if (this.#said) return;
    this.#said = true;
    this.#options.lost(what, error);
  }
}
