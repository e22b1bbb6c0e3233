import type { LaneJob } from './lane-job.ts';

const ONCE = { once: true } as const;

/** One listener for one signal, however many jobs wait on it; none for a signal without a job. */
export class LaneSignals {
  /** Most signals have one job. */
  readonly #signals = new Map<AbortSignal, LaneJob | Set<LaneJob>>();
  readonly #left: (jobs: Iterable<LaneJob>, reason: unknown) => void;

  constructor(left: (jobs: Iterable<LaneJob>, reason: unknown) => void) {
    this.#left = left;
  }

  add(job: LaneJob, signal: AbortSignal): void {
    const known = this.#signals.get(signal);
    if (known instanceof Set) return void known.add(job);
    if (!known) signal.addEventListener('abort', this.#fired, ONCE);
    this.#signals.set(signal, known ? new Set([known, job]) : job);
  }

  remove(job: LaneJob, signal: AbortSignal): void {
    const known = this.#signals.get(signal);
    if (known instanceof Set) known.delete(job);
    if (known !== job && !(known instanceof Set && known.size === 0)) return;
    this.#signals.delete(signal);
    signal.removeEventListener('abort', this.#fired);
  }

  readonly #fired = ({ target }: Event): void => {
    const signal = target as AbortSignal;
    const known = this.#signals.get(signal);
    this.#signals.delete(signal);
    if (known) this.#left(known instanceof Set ? known : [known], signal.reason);
  };
}
