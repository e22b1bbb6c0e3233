import type { JobHome, LaneEvent, LaneJob } from './lane-job.ts';
import type { Clock } from './ports.ts';

/** Knows in which jobs the running code is, through every await: async context, which only adapters have (`io/held-lanes.ts`). */
export interface HeldLanes {
  /** The innermost job first. */
  jobs(): Iterable<LaneJob>;
  run<T>(job: LaneJob, work: () => T): T;
}

export interface LanePorts {
  readonly clock: Pick<Clock, 'now' | 'mono' | 'after'>;
  /** Without it nobody notices a job that waits for its own lane. */
  readonly held?: HeldLanes | undefined;
  /** Told of each job when it is over. What it throws is dropped. */
  readonly emit?: ((event: LaneEvent) => void) | undefined;
}

/** Whether who asks is part of a job that is at work in `home`. */
export function isNested(held: HeldLanes, home: JobHome): boolean {
  for (const job of held.jobs()) if (job.isAt(home) && job.state === 'running') return true;
  return false;
}
