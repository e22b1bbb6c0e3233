import type { Clock, MaybePromise } from '../ports.ts';
import { copyOf } from './copy.ts';
import { SinkQueue, type SinkStats } from './sink-queue.ts';

export interface FanOptions {
  readonly clock: Clock;
  readonly queue: number;
  readonly patience: number;
  /** What leaves goes through it; what it throws drops the fact. */
  readonly scrub: <T>(fact: T) => T;
  /** One line for people. */
  readonly say: (line: string) => void;
}

interface Flushes {
  flush?(): MaybePromise<void>;
}

interface Outlet {
  readonly name: string;
  stats(): SinkStats;
  /** Settles when everything was handed over and the sink has flushed. */
  flush(): Promise<unknown>;
}

/** Everything that leaves for sinks: to each by a queue of its own, to observers at once. */
export class FanOut {
  readonly #options: FanOptions;
  readonly #outlets: Outlet[] = [];

  constructor(options: FanOptions) {
    this.#options = options;
  }

  stats(): Readonly<Record<string, SinkStats>> {
    return Object.fromEntries(this.#outlets.map((outlet) => [outlet.name, outlet.stats()]));
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.#outlets.map((outlet) => outlet.flush()));
  }

  /** Undefined where nobody listens. */
  queued<S extends Flushes, T>(
    kind: string,
    sinks: readonly S[],
    deliver: (sink: S, item: T) => MaybePromise<unknown>,
    /** What a sink has no method for is neither handed over nor counted. */
    wants: (sink: S, item: T) => boolean = () => true,
  ): ((item: T) => void) | undefined {
    if (sinks.length === 0) return undefined;
    const { clock, queue: most, patience, scrub } = this.#options;
    const queues = sinks.map((sink, at) => {
      const name = nameOf(kind, at);
      const queue = new SinkQueue<T>((item) => deliver(sink, item), { clock, most, patience, lost: this.#lost(name) });
      const flush = async (): Promise<unknown> => {
        await queue.drained();
        return sink.flush?.();
      };
      this.#outlets.push({ name, stats: () => queue.stats, flush });
      return queue;
    });
    return (item) => {
      const fact = scrub(item);
      for (const [at, queue] of queues.entries()) if (wants(sinks[at]!, item)) queue.add(fact);
    };
  }

  /** Undefined where nobody listens. */
  atOnce<T>(kind: string, observers: readonly ((item: T) => unknown)[]): ((item: T) => void) | undefined {
    if (observers.length === 0) return undefined;
    const each = observers.map((observer, at) => this.#guarded(nameOf(kind, at), observer));
    return (item) => {
      const fact = this.#options.scrub(item);
      for (const observe of each) observe(fact);
    };
  }

  #guarded<T>(name: string, observer: (item: T) => unknown): (item: T) => void {
    const counts = { delivered: 0, dropped: 0, failed: 0, hung: 0, waiting: 0 };
    const lost = this.#lost(name);
    const delivered = (): void => {
      counts.delivered += 1;
    };
    const failed = (error: unknown): void => {
      counts.failed += 1;
      if (counts.failed === 1) lost('fails', error);
    };
    this.#outlets.push({ name, stats: () => ({ ...counts }), flush: () => Promise.resolve() });
    return (item) => {
      try {
        // An observer may do with a fact what it likes.
        const answer = observer(copyOf(item));
        if (isThenable(answer)) Promise.resolve(answer).then(delivered, failed);
        else delivered();
      } catch (error) {
        failed(error);
      }
    };
  }

  #lost(name: string): (what: string, error?: unknown) => void {
    return (what, error) => {
      const why = error === undefined ? '' : ` (${error instanceof Error ? error.message : String(error)})`;
      const line = `the sink ${name} ${what}${why}: calls go on, what it misses is counted`;
      try {
        this.#options.say(this.#options.scrub(line));
      } catch {
        // Nobody is left to tell.
      }
    };
  }
}

const nameOf = (kind: string, at: number): string => (at === 0 ? kind : `${kind}#${at + 1}`);

const isThenable = (answer: unknown): boolean => typeof (answer as { readonly then?: unknown } | undefined)?.then === 'function';
