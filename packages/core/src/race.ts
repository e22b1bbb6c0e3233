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
  /** One failed, the other goes on. */
  readonly failed: (run: AttemptRun<P>, error: unknown) => Promise<unknown>;
  /** The other one was faster: it is let go. */
  readonly beaten: (run: AttemptRun<P>) => void;
  /** The caller has left; what is under way is let go before the call ends. */
  readonly aborted: () => boolean;
  readonly abandoned: (run: AttemptRun<P>) => void;
}

/**
 * One attempt, and a second beside it when the first is late: whoever shows something first gives the answer (hedging; a probe that keeps
 * silent, field note 21).
 *
 * Y1. Two at most, and only before either has shown anything.
 * Y2. Whoever is not first is let go at once; it counts against nobody.
 * Y3. Who leaves during a race leaves both.
 */
export class Race<P, H> {
  readonly #ports: RacePorts<P, H>;
  #running: { readonly run: AttemptRun<P>; readonly came: Promise<Came<P, H>> }[] = [];
  #first: AttemptRun<P> | undefined;
  /** The rival is being chosen. */
  #choosing: Promise<void> | undefined;
  #over = false;

  constructor(ports: RacePorts<P, H>) {
    this.#ports = ports;
  }

  /** `run` has shown something: the answer is its. */
  shown(run: AttemptRun<P>): void {
    if (this.#first) return;
    this.#first = run;
    this.#letGo(run, this.#ports.beaten);
  }

  /** The attempt that is first, with its head or its failure. `after`: ms until `run` is late. */
  async between(run: AttemptRun<P>, after: number): Promise<Came<P, H>> {
    const came = this.#enter(run);
    if (!(await this.#isLate(run, came, after))) return came;
    this.#choosing = this.#choose();
    for (;;) {
      const one = await Promise.race<Came<P, H> | void>([...this.#running.map((each) => each.came), ...this.#pending()]);
      if (!one) continue;
      const { run: ended } = one.entrant;
      if (this.#over) return one;
      if (!this.#running.some((each) => each.run === ended)) continue;
      if ('head' in one) this.shown(ended);
      else if (this.#ports.aborted()) this.#letGo(ended, this.#ports.abandoned);
      if ('head' in one || (await this.#isLast())) return one;
      this.#running = this.#running.filter((each) => each.run !== ended);
      await this.#ports.failed(ended, one.error);
    }
  }

  /** Nobody reads any more: those under way, which are no longer this race's. */
  leave(): readonly AttemptRun<P>[] {
    this.#over = true;
    return this.#running.splice(0).map(({ run }) => run);
  }

  async #choose(): Promise<void> {
    const rival = await this.#ports.rival(() => this.#first === undefined && !this.#over).catch(() => undefined);
    this.#choosing = undefined;
    if (rival) void this.#enter(rival);
  }

  #pending(): readonly Promise<void>[] {
    return this.#choosing ? [this.#choosing] : [];
  }

  /** One has failed: whether nobody else is under way, or about to be. */
  async #isLast(): Promise<boolean> {
    await this.#choosing;
    return this.#running.length <= 1;
  }

  #letGo(but: AttemptRun<P>, how: (run: AttemptRun<P>) => void): void {
    const others = this.#running.filter(({ run }) => run !== but);
    this.#running = this.#running.filter(({ run }) => run === but);
    for (const { run } of others) how(run);
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
