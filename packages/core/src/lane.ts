import type { LaneJob, LaneJobOptions, ModelJobOptions } from './lane-job.ts';
import type { LanePorts } from './lane-ports.ts';
import { LaneSlots } from './lane-slots.ts';
import type { LaneStats } from './lane-stats.ts';
import { perform } from './lane-work.ts';
import type { MaybePromise } from './ports.ts';
import type { LaneGate } from './rules/lane-gate.ts';
import { LANE_DEFAULTS, type LaneSettings } from './rules/lane-settings.ts';

export type { LaneEvent, LaneJob, LaneJobOptions } from './lane-job.ts';
export type { HeldLanes, LanePorts } from './lane-ports.ts';
export type { LaneStats } from './lane-stats.ts';

/**
 * So many jobs at a time, shared fairly between callers (`rules/fair.ts`).
 *
 * L1. At most `width` jobs hold a slot; no slot is free while a job that may run waits.
 * L2. Who leaves the queue leaves at once, takes no slot and moves nobody; a job runs once or never.
 * L3. A slot is freed before its caller hears of it, and the next job has it before that caller can come again.
 * L4. A job's time (`execTimeout`) counts from its start. One that does not end after it loses its slot after `grace`.
 * L5. A job runs in the async context of who submitted it, never in that of the job before it.
 * L6. Nothing is left of a job that is over: no listener, no timer, no caller.
 * L7. A job that would wait for its own lane runs in the slot of the job that waits for it: nobody waits for himself.
 */
export class Lane {
  readonly name: string;
  readonly #ports: LanePorts;
  readonly #slots: LaneSlots;

  constructor(name: string, settings: Partial<LaneSettings>, ports: LanePorts) {
    this.name = name;
    this.#ports = ports;
    this.#slots = new LaneSlots(name, { ...LANE_DEFAULTS, ...settings }, ports);
  }

  get settings(): LaneSettings {
    return this.#slots.settings;
  }

  /**
   * Runs `work` when its turn comes and answers what it answers. Rejects with the signal's reason when it fires while `work` waits, and
   * with a `ModelFailure` whose facts name the lane, the caller and the depth of the queue where the lane does not serve it.
   */
  submit<T>(work: (job: LaneJob) => MaybePromise<T>, options: LaneJobOptions = {}): Promise<T> {
    const job = this.#slots.admit(options);
    job.task = work;
    return turnOf(job).then(this.#perform) as Promise<T>;
  }

  readonly #perform = (job: LaneJob): unknown => perform(job, this.#slots.settings.detach, this.#ports);

  /** A slot for who does the work himself; the job's `end` gives it back. What is its `told` hears when its time is up. */
  enter(options: ModelJobOptions = {}): Promise<LaneJob> {
    const job = this.#slots.admit(options);
    if (job.state === 'queued') options.waits?.(job.position);
    return turnOf(job).then(entered);
  }

  /** The answer of `job` is read on without a slot; what is answered must be called once when that is over. */
  keep(job: LaneJob): () => void {
    const { limits } = this.#slots;
    limits.open++;
    job.end();
    return () => {
      limits.open--;
      this.#slots.awake();
    };
  }

  /** Runs `work` as part of `job`: what it submits to this lane does not wait for itself (L7). */
  within<T>(job: LaneJob, work: () => T): T {
    return this.#ports.held ? this.#ports.held.run(job, work) : work();
  }

  /** Takes effect at once, but for `aging`; jobs that run are left alone. */
  configure(settings: Partial<LaneSettings>): void {
    this.#slots.settings = { ...this.settings, ...settings };
  }

  /** At a `width` of 0 the lane is paused. */
  resize(width: number): void {
    this.configure({ width });
  }

  pause(): void {
    this.#slots.paused = true;
  }

  resume(): void {
    this.#slots.paused = false;
    this.#slots.awake();
  }

  /** What is known of the limits of `gate` has changed. */
  changed(gate: LaneGate): void {
    if (gate.shut) this.#slots.awake();
  }

  /** Takes nothing new; what still waits after `ms` is refused. Resolves when nobody waits or works. */
  async drain(ms: number): Promise<void> {
    if (this.#slots.state === 'open') this.#slots.state = 'draining';
    const letGo = this.#ports.clock.after(ms, () => this.#slots.refuseAll());
    await this.#slots.idlers.wait();
    letGo();
    this.#slots.state = 'closed';
  }

  /** Refuses all that waits and comes. Resolves when nobody works. */
  close(): Promise<void> {
    this.#slots.state = 'closed';
    this.#slots.refuseAll();
    return this.#slots.idlers.wait();
  }

  stats(): LaneStats {
    return this.#slots.stats();
  }
}

/**
 * Resolves when the job has its slot or was refused; what is chained to it runs in the context of who chained it (L5). It resolves to the
 * job, so that one function serves them all: a closure for each job is a sixth of what one that waits takes.
 */
const turnOf = (job: LaneJob): Promise<LaneJob> =>
  job.state === 'queued' ? new Promise((resolve) => (job.grant = resolve)) : Promise.resolve(job);

function entered(job: LaneJob): LaneJob {
  if (job.state === 'refused') throw job.wait;
  return job;
}
