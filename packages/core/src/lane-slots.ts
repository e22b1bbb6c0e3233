import { atWork, LaneJob, type JobHome, type JobOutcome, type ModelJobOptions } from './lane-job.ts';
import { LaneIdlers } from './lane-idlers.ts';
import { LaneLimits } from './lane-limits.ts';
import { isNested, type LanePorts } from './lane-ports.ts';
import { LaneSignals } from './lane-signals.ts';
import { statsOf, tellOf, type LaneStats } from './lane-stats.ts';
import { LaneTimers } from './lane-timers.ts';
import { FairQueue } from './rules/fair.ts';
import { execTimeout, fullOf, laneClosed, queueTimeout } from './rules/lane-failure.ts';
import { execTimeoutOf, weightOf, type LaneSettings } from './rules/lane-settings.ts';

/** The slots of a lane and who has them: every transition of a job is one synchronous step here. The invariants are the lane's (`lane.ts`). */
export class LaneSlots implements JobHome {
  readonly limits: LaneLimits;
  /** Told when nobody waits or works. */
  readonly idlers = new LaneIdlers(() => this.#running === 0 && this.#queue.size === 0);
  state: 'open' | 'draining' | 'closed' = 'open';
  paused = false;
  readonly #name: string;
  readonly #ports: LanePorts;
  readonly #queue: FairQueue<LaneJob>;
  readonly #timers: LaneTimers;
  readonly #signals = new LaneSignals((jobs, reason) => this.#leave(jobs, reason));
  #settings: LaneSettings;
  #running = 0;
  #zombies = 0;
  #started = 0;
  #jobs = 0;

  constructor(name: string, settings: LaneSettings, ports: LanePorts) {
    this.#name = name;
    this.#settings = settings;
    this.#ports = ports;
    this.#queue = new FairQueue({ weight: (caller) => weightOf(this.#settings, caller), agingMs: settings.aging });
    this.#timers = new LaneTimers(ports.clock, this.#due, this.awake);
    this.limits = new LaneLimits(this.#queue, this.#timers);
    this.limits.configure(settings);
  }

  get settings(): LaneSettings {
    return this.#settings;
  }

  set settings(settings: LaneSettings) {
    this.#settings = settings;
    this.limits.configure(settings);
    this.awake();
  }

  stats(): LaneStats {
    const { width } = this.#settings;
    const state = this.state === 'open' && (this.paused || width === 0) ? 'paused' : this.state;
    const counts = { running: this.#running, queued: this.#queue.size, zombies: this.#zombies, jobs: this.#jobs, started: this.#started };
    return statsOf({ lane: this.#name, width, state, open: this.limits.open, ...counts }, this.#queue.callers);
  }

  /** The job has its slot, waits for it, or was refused. */
  admit(options: ModelJobOptions): LaneJob {
    const now = this.#ports.clock.mono();
    const { size } = this.#queue;
    const job = new LaneJob(this, options, now, ++this.#jobs, size);
    const { signal } = options;
    if (signal?.aborted) this.#refuse(job, signal.reason, 'cancelled');
    else if (this.state !== 'open') this.#refuse(job, laneClosed(this.#name, job.caller, size), 'rejected');
    else if (size === 0 && this.#free && this.limits.judge(job, now) === 'open') this.#begin(job, now);
    else if (this.#ports.held && isNested(this.#ports.held, this)) this.#lend(job, now);
    else this.#wait(job, now);
    return job;
  }

  /** L7: in the slot of the job that waits for it, whatever the limits say; they count it. */
  #lend(job: LaneJob, now: number): void {
    job.state = 'running';
    job.work = atWork(job, now, ++this.#started, Infinity, true, this.limits.take(job, now));
    job.gate?.begin(job.work);
  }

  #wait(job: LaneJob, now: number): void {
    this.#queue.push(job);
    // Others may be held back where this one is not.
    if (this.#free) this.#pump(now);
    if (job.state !== 'queued') return;
    const full = fullOf(this.#name, job.caller, this.#settings, this.#queue);
    if (full) return this.#refuse(job, full, 'rejected');
    const { signal, queueTimeout: own = Infinity } = job.options;
    if (signal) this.#signals.add(job, signal);
    const ms = Math.min(own, this.#settings.queueTimeout);
    if (ms === Infinity) return;
    job.wait = this.#ports.clock.after(ms, () => this.#refuse(job, queueTimeout(this.#name, job.caller, this.#queue.size, ms), 'rejected'));
  }

  get #free(): boolean {
    return this.#running < this.#settings.width && !this.paused && this.limits.mayOpen(this.#running);
  }

  #pump(now: number): void {
    if (this.#queue.size === 0) return this.#timers.sleep();
    while (this.#free) {
      const job = this.#queue.first(now);
      if (!job) return;
      const judged = this.limits.judge(job, now);
      if (judged === 'wait') return;
      if (judged === 'open') this.#begin(job, now);
    }
  }

  #begin(job: LaneJob, now: number): void {
    this.#queue.start(job, now);
    this.#unwait(job);
    job.state = 'running';
    this.#running++;
    job.work = atWork(job, now, ++this.#started, execTimeoutOf(this.#settings, job.options.execTimeout), false, this.limits.take(job, now));
    job.gate?.begin(job.work);
    this.#timers.watch(job, now);
    job.grant?.(job);
  }

  #unwait(job: LaneJob): void {
    if (job.options.signal) this.#signals.remove(job, job.options.signal);
    if (typeof job.wait === 'function') job.wait();
    job.wait = undefined;
  }

  #refuse(job: LaneJob, reason: unknown, outcome: JobOutcome): void {
    this.#turnAway(job, reason, outcome, this.#ports.clock.mono());
    this.#moveOn();
  }

  /** All of them before anybody moves up: one of them may be next. */
  #leave(jobs: Iterable<LaneJob>, reason: unknown): void {
    const now = this.#ports.clock.mono();
    for (const job of jobs) if (job.state === 'queued') this.#turnAway(job, reason, 'cancelled', now);
    this.#moveOn();
  }

  #turnAway(job: LaneJob, reason: unknown, outcome: JobOutcome, now: number): void {
    if (job.line) this.#queue.drop(job, now);
    this.#unwait(job);
    job.state = 'refused';
    job.wait = reason;
    tellOf(this.#ports, this.#name, job, outcome, now);
    job.grant?.(job);
  }

  #moveOn(): void {
    if (this.#free) this.#pump(this.#ports.clock.mono());
    this.idlers.look();
  }

  /** Its time is up: it is told, and after `grace` its slot is taken from it (L4). */
  readonly #due = (job: LaneJob, now: number): void => {
    const work = job.work!;
    if (work.timedOut) {
      this.#zombies++;
      return this.#release(job, 'zombie', 'timed-out', now);
    }
    const why = execTimeout(this.#name, job.caller, this.#queue.size, work.due - work.at);
    work.timedOut = true;
    work.due = now + this.#settings.grace;
    job.cut(why);
  };

  over(job: LaneJob, outcome: JobOutcome, cost?: number, tokens?: number): void {
    if (job.state === 'zombie') this.#zombies--;
    if (job.state === 'zombie') job.state = 'over';
    if (job.state !== 'running') return;
    const { timedOut, settle } = job.work!;
    if (tokens !== undefined) settle?.(tokens);
    this.#release(job, 'over', timedOut ? 'timed-out' : outcome, this.#ports.clock.mono(), cost);
  }

  #release(job: LaneJob, state: 'over' | 'zombie', outcome: JobOutcome, now: number, cost?: number): void {
    job.state = state;
    const { gate, work } = job;
    gate?.end(work!);
    if (!work!.lent) {
      this.#running--;
      this.#queue.end(job, cost);
      this.#timers.unwatch(job);
      if (gate?.shut) this.limits.reopen(gate);
      this.#pump(now);
    }
    tellOf(this.#ports, this.#name, job, outcome, now);
    this.idlers.look();
  }

  /** Limits, or their time, have changed. */
  readonly awake = (): void => {
    this.limits.reopenAll();
    this.#pump(this.#ports.clock.mono());
  };

  refuseAll(): void {
    this.paused = true;
    this.limits.reopenAll();
    const now = this.#ports.clock.mono();
    for (let job = this.#queue.first(now); job; job = this.#queue.first(now))
      this.#refuse(job, laneClosed(this.#name, job.caller, this.#queue.size), 'rejected');
  }
}
