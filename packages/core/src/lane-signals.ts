import type { LaneJob } from './lane-job.ts';

interface Listeners {
  readonly jobs: Set<LaneJob>;
  readonly letGo: () => void;
}

/** One listener for one signal, however many jobs wait on it; none for a signal without a job. */
export class LaneSignals {
  readonly #signals = new Map<AbortSignal, Listeners>();
  readonly #left: (job: LaneJob, reason: unknown) => void;

  constructor(left: (job: LaneJob, reason: unknown) => void) {
    this.#left = left;
  }

  get size(): number {
    return this.#signals.size;
  }

  add(job: LaneJob, signal: AbortSignal): void {
    const known = this.#signals.get(signal);
    if (known) return void known.jobs.add(job);
    const jobs = new Set([job]);
    const fired = (): void => {
      this.#signals.delete(signal);
      for (const one of jobs) this.#left(one, signal.reason);
    };
    signal.addEventListener('abort', fired, { once: true });
    this.#signals.set(signal, { jobs, letGo: () => signal.removeEventListener('abort', fired) });
  }

  remove(job: LaneJob): void {
    const { signal } = job.options;
    const known = signal && this.#signals.get(signal);
    if (!known?.jobs.delete(job) || known.jobs.size > 0) return;
    known.letGo();
    this.#signals.delete(signal!);
  }
}
