import type { LaneJob } from './lane-job.ts';
import type { LanePorts } from './lane-ports.ts';

/** The one timer of a lane: for the job whose time is up first, and for the moment at which a limit lets somebody in again. */
export class LaneTimers {
  readonly #clock: LanePorts['clock'];
  readonly #onDue: (job: LaneJob, now: number) => void;
  readonly #onWake: () => void;
  /** The youngest of those that run; the others are linked to it. */
  #youngest: LaneJob | undefined;
  #wake = Infinity;
  #armed = Infinity;
  #letGo: () => void = () => {};

  constructor(clock: LanePorts['clock'], onDue: (job: LaneJob, now: number) => void, onWake: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#onWake = onWake;
  }

  watch(job: LaneJob, now: number): void {
    const work = job.work!;
    if (work.due === Infinity) return;
    work.before = this.#youngest;
    if (this.#youngest) this.#youngest.work!.after = job;
    this.#youngest = job;
    this.#arm(work.due, now);
  }

  unwatch(job: LaneJob): void {
    const { before, after } = job.work!;
    if (after) after.work!.before = before;
    else if (this.#youngest === job) this.#youngest = before;
    if (before) before.work!.after = after;
    job.work!.before = job.work!.after = undefined;
    if (!this.#youngest) this.#rest();
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
    if (this.#youngest || this.#wake < Infinity || this.#armed === Infinity) return;
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
    const due = this.#running().filter(({ work }) => work!.due <= now);
    // Told of one, its caller may end others.
    for (const job of due.sort((a, b) => a.work!.due - b.work!.due)) if (job.state === 'running') this.#onDue(job, now);
    if (this.#wake <= now) {
      this.#wake = Infinity;
      this.#onWake();
    }
    let soonest = this.#wake;
    for (const { work } of this.#running()) soonest = Math.min(soonest, work!.due);
    if (soonest < Infinity) this.#arm(soonest, now);
  };

  /** Oldest first. */
  #running(): LaneJob[] {
    const jobs: LaneJob[] = [];
    for (let job = this.#youngest; job; job = job.work!.before) jobs.push(job);
    return jobs.reverse();
  }
}
