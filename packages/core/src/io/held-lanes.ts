import type { AsyncLocalStorage } from 'node:async_hooks';
import type { LaneJob } from '../lane-job.ts';
import type { HeldLanes } from '../lane-ports.ts';

interface Held {
  readonly job: LaneJob;
  readonly outer: Held | undefined;
}

function* jobsOf(held: Held | undefined): Generator<LaneJob> {
  for (let one = held; one; one = one.outer) yield one.job;
}

type Hooks = { readonly AsyncLocalStorage: new <T>() => AsyncLocalStorage<T> };

/** Asked for when it is needed: the core's front door imports nothing that only Node and Bun have. */
const hooksOf = (): Hooks | undefined =>
  (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule?.('node:async_hooks') as
    | Hooks
    | undefined;

/** Jobs by async context; undefined where there is none. One serves every lane of the process. */
export function asyncHeldLanes(): HeldLanes | undefined {
  const hooks = hooksOf();
  if (!hooks) return undefined;
  const storage = new hooks.AsyncLocalStorage<Held>();
  return {
    jobs: () => jobsOf(storage.getStore()),
    run: (job, work) => storage.run({ job, outer: storage.getStore() }, work),
  };
}
