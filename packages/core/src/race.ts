import type { AttemptRun } from './attempt-run.ts';
import { PartQueue } from './part-queue.ts';
import type { Clock } from './ports.ts';

/** An attempt with a queue of its own: what it has read is handed on only if it is the first. */
export interface Entrant<P> {
  readonly run: AttemptRun<P>;
  readonly out: PartQueue<P>;
}

/** How an attempt's head came: with what `read` answered, or not at all. */
export type Came<P, H> = { readonly entrant: Entrant<P> } & ({ readonly head: H } | { readonly error: unknown });

export interface RacePorts<P, H> {
  readonly clock: Clock;
  /** Reads an attempt up to its first content, or to its end. */
  readonly read: (entrant: Entrant<P>) => Promise<H>;
  /** Begins a second attempt; undefined: nobody may be asked beside the first. */
  readonly rival: (wanted: () => boolean) => Promise<AttemptRun<P> | undefined>;
  /** One failed, the other goes on. Rejects when the call is over. */
  readonly failed: (run: AttemptRun<P>, error: unknown) => Promise<unknown>;
  /** The other one was faster, or the call is over: it is let go. */
  readonly beaten: (run: AttemptRun<P>) => void;
}

/**
 * One attempt, and a second beside it when the first is late: whoever shows something first gives the answer (hedging; a probe that keeps
 * silent, field note 21).
 *
 * Y1. Two at most, and only before either has shown anything.
 * Y2. Whoever is not first is let go at once; it counts against nobody.
 */
export class Race<P, H> {
  readonly #ports: RacePorts<P, H>;
  #running: { readonly run: AttemptRun<P>; readonly came: Promise<Came<P, H>> }[] = [];
  #first: AttemptRun<P> | undefined;

  constructor(ports: RacePorts<P, H>) {
    this.#ports = ports;
  }

  /** `run` has shown something: the answer is its. */
  shown(run: AttemptRun<P>): void {
    if (this.#first) return;
    this.#first = run;
    this.#letGo(run);
  }

  /** The attempt that is first, with its head or its failure. `after`: ms until `run` is late. */
  async between(run: AttemptRun<P>, after: number): Promise<Came<P, H>> {
    const came = this.#enter(run);
    if ((await this.#isLate(run, came, after)) && this.#first === undefined) {
      const rival = await this.#ports.rival(() => this.#first === undefined);
      if (rival) void this.#enter(rival);
    }
    for (;;) {
      const one = await Promise.race(this.#running.map((each) => each.came));
      if (!this.#running.some(({ run: still }) => still === one.entrant.run)) continue;
      if ('head' in one) this.shown(one.entrant.run);
      if ('head' in one || this.#running.length === 1) return one;
      this.#running = this.#running.filter((each) => each.run !== one.entrant.run);
      await this.#failed(one.entrant.run, one.error);
    }
  }

  async #failed(run: AttemptRun<P>, error: unknown): Promise<void> {
    try {
      await this.#ports.failed(run, error);
    } catch (over) {
      this.#letGo(run);
      throw over;
    }
  }

  #letGo(but: AttemptRun<P>): void {
    const beaten = this.#running.filter(({ run }) => run !== but);
    this.#running = this.#running.filter(({ run }) => run === but);
    for (const { run } of beaten) this.#ports.beaten(run);
  }

  /** Never rejects. */
  #enter(run: AttemptRun<P>): Promise<Came<P, H>> {
    const entrant = { run, out: new PartQueue<P>() };
    const came = this.#ports.read(entrant).then(
      (head) => ({ entrant, head }),
      (error: unknown) => ({ entrant, error }),
    );
    this.#running.push({ run, came });
    return came;
  }

  /** Time in a lane's queue is not the model's: it is not late of that. */
  #isLate(run: AttemptRun<P>, came: Promise<unknown>, after: number): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const left = run.queued ? after : after - run.ms();
        if (left <= 0) resolve(true);
        else letGo = this.#ports.clock.after(left, look);
      };
      let letGo = this.#ports.clock.after(after, look);
      void came.then(() => {
        letGo();
        resolve(false);
      });
    });
  }
}
