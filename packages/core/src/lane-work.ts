import type { LaneJob } from './lane-job.ts';
import type { LanePorts } from './lane-ports.ts';
import type { MaybePromise } from './ports.ts';
import type { LaneSettings } from './rules/lane-settings.ts';

const isThenable = <T>(value: MaybePromise<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && typeof (value as PromiseLike<T>).then === 'function';

/** Whoever catches it finds an error: a thrown text would have no stack and no kind. */
const errorOf = (thrown: unknown): unknown =>
  thrown instanceof Error || isObject(thrown) ? thrown : new Error(String(thrown), { cause: thrown });
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isDeadline = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError';

/** Does the work of a job that has its slot. The slot is free before anybody hears how it ended (L3). */
export function perform(job: LaneJob, detach: LaneSettings['detach'], ports: LanePorts): MaybePromise<unknown> {
  if (job.state === 'refused') throw job.wait;
  const task = job.task!;
  let working: MaybePromise<unknown>;
  try {
    working = ports.held ? ports.held.run(job, () => task(job)) : task(job);
  } catch (error) {
    job.end('failed');
    throw errorOf(error);
  }
  if (!isThenable(working)) {
    job.end('done');
    return working;
  }
  const outcome = new Outcome(job);
  working.then(
    (value) => outcome.done(value),
    (error: unknown) => outcome.failed(error),
  );
  if (job.options.signal && detach !== 'all') outcome.leavesWith(job.options.signal, ports.clock);
  return outcome;
}

/**
 * What the promise of a caller follows: settled as the work ends; or as its time is up, or its caller leaves, whichever is first. What comes
 * later is dropped. It is no promise of its own, for that would be three more objects for each job, and a turn of the event loop.
 */
class Outcome {
  readonly #job: LaneJob;
  #settled: 'done' | 'failed' | undefined;
  #value: unknown;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #letGo: (() => void) | undefined;

  constructor(job: LaneJob) {
    this.#job = job;
    job.work!.told = this;
  }

  done(value: unknown): void {
    this.#letGo?.();
    this.#job.end('done');
    this.#settle('done', value);
  }

  failed(error: unknown): void {
    this.#letGo?.();
    this.#job.end('failed');
    this.#settle('failed', errorOf(error));
  }

  cut(reason: unknown): void {
    this.#letGo?.();
    this.#settle('failed', reason);
  }

  /** Called once by the promise that follows it. */
  then(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    if (this.#settled === 'done') return resolve(this.#value);
    if (this.#settled === 'failed') return reject(this.#value);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  leavesWith(signal: AbortSignal, clock: LanePorts['clock']): void {
    const left = (): void => {
      // Not before what is ready by now has been heard: a result outranks an abort of the same moment.
      if (!isDeadline(signal.reason)) this.#letGo = clock.after(0, () => this.#job.cut(signal.reason));
    };
    this.#letGo = () => signal.removeEventListener('abort', left);
    if (signal.aborted) left();
    else signal.addEventListener('abort', left, { once: true });
  }

  #settle(as: 'done' | 'failed', value: unknown): void {
    if (this.#settled) return;
    this.#settled = as;
    this.#value = value;
    if (as === 'done') this.#resolve?.(value);
    else this.#reject?.(value);
  }
}
