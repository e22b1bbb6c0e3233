import type { Clock } from '@holdfast/core/engine';
import type { FedEvent } from './call-feed.ts';
import { Link, type LinkMessage } from './link.ts';
import { metricsText, type MetricsData } from './metrics.ts';
import type { MinuteBook } from '../io/rate-book.ts';
import type { RateAsk } from './rate-limits.ts';
import { restart } from '../rules/restarts.ts';

/** A process that serves; made by `fork`. */
export interface WorkerProcess {
  readonly id: number;
  readonly pid: number | undefined;
  send(message: LinkMessage): void;
  kill(): void;
  on(listener: { message(message: unknown): void; gone(how: string): void }): void;
}

export interface PrimaryPorts {
  readonly count: number;
  readonly fork: () => WorkerProcess;
  readonly book: MinuteBook;
  readonly clock: Pick<Clock, 'after' | 'mono'>;
  readonly say: (line: string) => void;
}

/** A gateway that cannot be: `message` in words for people, and the exit code. */
export interface Failed {
  readonly message: string;
  readonly exit: number;
}

export class WorkersFailed extends Error {
  override readonly name = 'WorkersFailed';
  readonly exit: number;

  constructor({ message, exit }: Failed) {
    super(message);
    this.exit = exit;
  }
}

interface Hand {
  readonly worker: WorkerProcess;
  readonly link: Link;
  /** On the clock, when it could answer. */
  since: number | undefined;
  watching: boolean;
}

/** Ms after which a worker that answers counts as one that works. */
const SETTLED = 1_000;

type Verbs = Parameters<Link['serve']>[0];

/** Several processes behind one port: starts them, replaces the dead, carries what they share. */
export class Primary {
  /** Resolves as soon as every worker answers. Rejects with a `WorkersFailed` where none ever will. */
  readonly ready: Promise<void>;
  /** Settles when no worker is left and none will be: undefined after a drain. */
  readonly over: Promise<Failed | undefined>;
  readonly #ports: PrimaryPorts;
  readonly #hands = new Set<Hand>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<Failed | undefined>();
  #verbs: Verbs = {};
  /** Workers in a row that could not start. */
  #failed = 0;
  #everReady = false;
  #draining = false;
  /** What a worker said of why it cannot be. */
  #told: Failed | undefined;

  constructor(ports: PrimaryPorts) {
    this.#ports = ports;
    this.ready = this.#ready.promise;
    this.over = this.#over.promise;
    // Whoever waits for the end only must not fall over the beginning.
    this.ready.catch(() => {});
  }

  /** Starts the workers. `verbs`: what they may ask beside what every one may. */
  start(verbs: Verbs): void {
    this.#verbs = verbs;
    for (let n = 0; n < this.#ports.count; n++) this.#begin();
  }

  /** Asks each worker; what one answers or lacks does not keep another from it. */
  toAll(verb: string, data?: unknown, patience?: number): Promise<readonly PromiseSettledResult<unknown>[]> {
    return Promise.allSettled([...this.#hands].map(({ link }) => link.ask(verb, data, patience)));
  }

  /** No new workers; those that are finish and leave. What is left after `ms` is killed. */
  drain(ms: number): void {
    this.#draining = true;
    if (this.#hands.size === 0) return this.#end(undefined);
    for (const { link } of this.#hands) link.tell('drain');
    this.#ports.clock.after(ms, () => this.#hands.forEach(({ worker }) => worker.kill()));
  }

  #begin(): void {
    const { fork, clock } = this.#ports;
    const worker = fork();
    const link = new Link({ send: (message) => worker.send(message), clock });
    const hand: Hand = { worker, link, since: undefined, watching: false };
    this.#hands.add(hand);
    link.serve({ ...this.#verbsOf(hand), ...this.#verbs });
    worker.on({ message: link.take, gone: (how) => this.#gone(hand, how) });
  }

  #verbsOf(hand: Hand): Verbs {
    const book = this.#ports.book.of(hand.worker.id);
    return {
      ready: () => this.#answers(hand),
      failed: (how: Failed) => void (this.#told = how),
      watching: (now: boolean) => {
        hand.watching = now;
        this.#relay();
      },
      event: (fed: FedEvent) => {
        for (const other of this.#hands) if (other !== hand && other.watching) other.link.tell('event', fed);
      },
      'rate-take': (ask: RateAsk) => book.take(ask),
      'rate-end': ({ id, tokens }: { readonly id: string; readonly tokens?: number }) => book.end(id, tokens),
      metrics: () => metricsOf(this.#hands),
    };
  }

  #answers(hand: Hand): void {
    hand.since = this.#ports.clock.mono();
    this.#everReady = true;
    this.#told = undefined;
    this.#relay();
    if ([...this.#hands].filter(({ since }) => since !== undefined).length >= this.#ports.count) this.#ready.resolve();
  }

  /** Who need not tell of its calls, since nobody elsewhere watches. */
  #relay(): void {
    const all = [...this.#hands];
    for (const hand of all)
      hand.link.tell(
        'relay',
        all.some((other) => other !== hand && other.watching),
      );
  }

  #gone(hand: Hand, how: string): void {
    const { clock, say, book } = this.#ports;
    this.#hands.delete(hand);
    hand.link.close();
    book.leave(hand.worker.id);
    if (this.#draining) return this.#hands.size === 0 ? this.#end(undefined) : undefined;
    if (this.#told && !this.#everReady) return this.#end(this.#told);
    // One that dies as soon as it answers would otherwise be replaced in a hot loop.
    this.#failed = hand.since !== undefined && clock.mono() - hand.since > SETTLED ? 0 : this.#failed + 1;
    const next = restart({ failed: this.#failed, everReady: this.#everReady, alive: this.#hands.size });
    if (next === 'give-up') return this.#end(this.#told ?? { message: `no worker can start: the last one ${how}`, exit: 1 });
    say(`worker ${hand.worker.pid ?? hand.worker.id} ${how}: another one takes its place`);
    this.#relay();
    clock.after(next.after, () => (this.#draining ? undefined : this.#begin()));
  }

  #end(how: Failed | undefined): void {
    this.#draining = true;
    for (const { worker } of this.#hands) worker.kill();
    if (how) this.#ready.reject(new WorkersFailed(how));
    this.#over.resolve(how);
  }
}

/** Ms for one worker's numbers; who is too busy is left out. */
const METRICS_WITHIN = 2_000;

async function metricsOf(hands: ReadonlySet<Hand>): Promise<Awaited<ReturnType<typeof metricsText>>> {
  const ready = [...hands].filter(({ since }) => since !== undefined);
  const all = await Promise.allSettled(ready.map(({ link }) => link.ask('metrics-own', undefined, METRICS_WITHIN)));
  return metricsText(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value as MetricsData] : [])));
}
