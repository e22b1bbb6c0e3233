import type { JobOutcome, LaneEvent, LaneJob } from './lane-job.ts';
import type { LanePorts } from './lane-ports.ts';

/** A lane as it is now. */
export interface LaneStats {
  readonly lane: string;
  readonly width: number;
  readonly state: 'open' | 'paused' | 'draining' | 'closed';
  readonly running: number;
  readonly queued: number;
  /** Answers that are read on after their slot was given back (`hold: open`). */
  readonly open: number;
  /** Jobs whose slot was taken from them and which are not over. */
  readonly zombies: number;
  /** Jobs so far, refused ones included; and how many began. */
  readonly jobs: number;
  readonly started: number;
  /** Whoever waits or is at work. */
  readonly callers: Readonly<Record<string, { readonly queued: number; readonly running: number }>>;
}

type Callers = ReadonlyMap<string, { readonly queued: number; readonly jobs: number }>;

export const statsOf = (counts: Omit<LaneStats, 'callers'>, callers: Callers): LaneStats => ({
  ...counts,
  callers: Object.fromEntries(
    [...callers].flatMap(([name, { queued, jobs }]) => (queued + jobs > 0 ? [[name, { queued, running: jobs }]] : [])),
  ),
});

/** `now` and `mono`: the same moment on both clocks. */
function eventOf(lane: string, job: LaneJob, outcome: JobOutcome, { now, mono }: { now: number; mono: number }): LaneEvent {
  const { caller, priority, position, at, options } = job;
  const started = job.work?.at;
  return {
    lane,
    job: job.number,
    caller,
    ...(options.run !== undefined && { run: options.run }),
    priority,
    position,
    queuedAt: Math.round(now - (mono - at)),
    ...(started !== undefined && { startedAt: Math.round(now - (mono - started)) }),
    endedAt: now,
    queueWaitMs: Math.max(0, Math.floor(started ?? mono) - at),
    execMs: started === undefined ? 0 : mono - started,
    outcome,
  };
}

/** Tells whoever watches that `job` is over. Those who watch cannot stop what they watch. */
export function tellOf({ emit, clock }: LanePorts, lane: string, job: LaneJob, outcome: JobOutcome, mono: number): void {
  if (!emit) return;
  try {
    emit(eventOf(lane, job, outcome, { now: clock.now(), mono }));
  } catch {
    // Its own business: nobody here could be told.
  }
}
