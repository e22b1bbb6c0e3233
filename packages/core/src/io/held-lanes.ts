import { AsyncLocalStorage } from 'node:async_hooks';
import type { LaneJob } from '../lane-job.ts';
import type { HeldLanes } from '../lane-ports.ts';

interface Held {
  readonly job: LaneJob;
  readonly outer: Held | undefined;
}

function* jobsOf(held: Held | undefined): Generator<LaneJob> {
  for (let one = held; one; one = one.outer) yield one.job;
}

/** Jobs by async context. One serves every lane of the process. */
export function asyncHeldLanes(): HeldLanes {
  const storage = new AsyncLocalStorage<Held>();
  return {
    jobs: () => jobsOf(storage.getStore()),
    run: (job, work) => storage.run({ job, outer: storage.getStore() }, work),
  };
}
