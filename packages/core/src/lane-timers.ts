import type { LaneJob } from './lane-job.ts';
import type { LanePorts } from './lane-ports.ts';

/** The one timer of a lane: for the job whose time is up first, and for the moment at which a limit lets somebody in again. */
export class LaneTimers {
  readonly #clock: LanePorts['clock'];
  readonly #onDue: (job: LaneJob, now: number) => void;
  readonly #onWake: () => void;
  readonly #running = new Set<LaneJob>();
  #wake = Infinity;
  #armed = Infinity;
  #letGo: () => void = () => {};

  constructor(clock: LanePorts['clock'], onDue: (job: LaneJob, now: number) => void, onWake: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#onWake = onWake;
  }

  watch(job: LaneJob, now: number): void {
    const { due } = job.work!;
    if (due === Infinity) return;
    this.#running.add(job);
    this.#arm(due, now);
  }

  unwatch(job: LaneJob): void {
    this.#running.delete(job);
    this.#rest();
  }

  /** At least once at `at`; a later call for sooner wins. */
  wakeAt(at: number, now: number): void {
    if (at >= this.#wake) return;
    this.#wake = at;
    this.#arm(at, now);
  }

  /** Nobody waits any more. */
  sleep(): void {
    this.#wake = Infinity;
    this.#rest();
  }

  /** An idle lane keeps no process alive. */
  #rest(): void {
    if (this.#running.size > 0 || this.#wake < Infinity || this.#armed === Infinity) return;
    this.#letGo();
    this.#armed = Infinity;
  }

  #arm(at: number, now: number): void {
    if (at >= this.#armed) return;
    this.#letGo();
    this.#armed = at;
    this.#letGo = this.#clock.after(Math.max(0, at - now), this.#ring);
  }

  readonly #ring = (): void => {
    this.#armed = Infinity;
    const now = this.#clock.mono();
    const due = [...this.#running].filter(({ work }) => work!.due <= now).sort((a, b) => a.work!.due - b.work!.due);
    for (const job of due) if (this.#running.has(job)) this.#onDue(job, now);
    if (this.#wake <= now) {
      this.#wake = Infinity;
      this.#onWake();
    }
    let soonest = this.#wake;
    for (const job of this.#running) soonest = Math.min(soonest, job.work!.due);
    if (soonest < Infinity) this.#arm(soonest, now);
  };
}
