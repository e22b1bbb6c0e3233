import type { LaneJob, LaneJobOptions } from './lane-job.ts';
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
export function perform<T>(
  job: LaneJob,
  work: (job: LaneJob) => MaybePromise<T>,
  detach: LaneSettings['detach'],
  ports: LanePorts,
): MaybePromise<T> {
  if (job.state === 'refused') throw job.wait;
  let working: MaybePromise<T>;
  try {
    working = ports.held ? ports.held.run(job, () => work(job)) : work(job);
  } catch (error) {
    job.end('failed');
    throw errorOf(error);
  }
  if (!isThenable(working)) {
    job.end('done');
    return working;
  }
  return settled(job, working, detach === 'all' ? undefined : job.options.signal, ports);
}

/** As `working` ends; or as its time is up, or its caller leaves, whichever is first. What comes later is dropped. */
function settled<T>(job: LaneJob, working: PromiseLike<T>, leaves: LaneJobOptions['signal'], ports: LanePorts): Promise<T> {
  return new Promise((resolve, reject) => {
    let letGo = (): void => {};
    job.work!.onCut = (reason) => {
      letGo();
      reject(reason);
    };
    working.then(
      (value) => {
        letGo();
        job.end('done');
        resolve(value);
      },
      (error: unknown) => {
        letGo();
        job.end('failed');
        reject(errorOf(error));
      },
    );
    if (!leaves) return;
    const left = (): void => {
      if (isDeadline(leaves.reason)) return;
      // Not before what is ready by now has been heard: a result outranks an abort of the same moment.
      const unheard = ports.clock.after(0, () => job.cut(leaves.reason));
      letGo = unheard;
    };
    letGo = () => leaves.removeEventListener('abort', left);
    if (leaves.aborted) left();
    else leaves.addEventListener('abort', left, { once: true });
  });
}
