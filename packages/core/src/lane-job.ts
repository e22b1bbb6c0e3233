import type { FairJob } from './rules/fair.ts';
import type { Caller, Line } from './rules/fair-parts.ts';
import type { Asking, LaneGate } from './rules/lane-gate.ts';

/** What a job says of itself; everything may be missing. */
export interface LaneJobOptions {
  /** Whose share it takes; `key/name` is `name` below `key`. Jobs without a caller are one caller. */
  readonly caller?: string | undefined;
  /** For events only. */
  readonly run?: string | undefined;
  /** A whole number, default 0; higher goes first. */
  readonly priority?: number | undefined;
  /** What it takes of its caller's share, above 0, default 1. */
  readonly cost?: number | undefined;
  /** Tokens that are reserved for it of the lane's limits. */
  readonly tokens?: number | undefined;
  /** Leaves the queue the moment it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Ms from its start; 0 and below: the lane's. */
  readonly execTimeout?: number | undefined;
  /** Longest wait in the queue in ms. */
  readonly queueTimeout?: number | undefined;
}

/** Jobs of a model: held back with others of their target. */
export interface ModelJobOptions extends LaneJobOptions {
  readonly gate?: LaneGate | undefined;
  /** Told when it must wait, and how many wait already. */
  readonly waits?: (position: number) => void;
}

export type JobOutcome = 'done' | 'failed' | 'timed-out' | 'cancelled' | 'rejected';

/** One job of a lane as it was, when it is over. Times in epoch ms, durations in ms. */
export interface LaneEvent {
  readonly lane: string;
  readonly job: number;
  readonly caller: string;
  readonly run?: string;
  readonly priority: number;
  /** How many waited when it came. */
  readonly position: number;
  readonly queuedAt: number;
  /** Absent when it never started. */
  readonly startedAt?: number;
  readonly endedAt: number;
  readonly queueWaitMs: number;
  readonly execMs: number;
  readonly outcome: JobOutcome;
}

/** Where a job is told of what becomes of it. */
export interface JobHome {
  over(job: LaneJob, outcome: JobOutcome, cost?: number, tokens?: number): void;
}

/** What only a job at work needs. */
export interface AtWork extends Asking {
  readonly at: number;
  /** When its time is up, and then when its slot is taken from it. */
  due: number;
  timedOut: boolean;
  /** Its limits as reserved: called with what it really took. */
  readonly settle: ((tokens: number) => void) | undefined;
  /** In the slot of the job that waits for it. */
  readonly lent: boolean;
  /** Beside it, of those whose time is watched. */
  before: LaneJob | undefined;
  after: LaneJob | undefined;
  controller: AbortController | undefined;
  /** Is told to end. */
  told: { cut(reason: unknown): void } | undefined;
}

/** One job, from `submit` to its end. Fields are few, and the rest is with those at work: 10⁵ of them may wait. */
export class LaneJob implements FairJob {
  readonly options: ModelJobOptions;
  /** Ms (`mono`) at which it came, whole: a fraction would be an object of its own. */
  readonly at: number;
  /** Of its lane, from 1. */
  readonly number: number;
  /** How many waited when it came. */
  readonly position: number;
  seq = 0;
  share: Caller | undefined;
  line: Line | undefined;
  next: FairJob | undefined;
  previous: FairJob | undefined;
  state: 'queued' | 'running' | 'refused' | 'over' | 'zombie' = 'queued';
  work: AtWork | undefined;
  /** What it is to do, where the lane does it. */
  task: ((job: LaneJob) => unknown) | undefined;
  /** Ends the wait. */
  grant: ((job: LaneJob) => void) | undefined;
  /** Ends the timer of the wait; why it was refused, once it is. */
  wait: unknown;
  readonly #home: JobHome;

  constructor(home: JobHome, options: ModelJobOptions, at: number, number: number, position: number) {
    this.#home = home;
    this.options = options;
    this.at = Math.floor(at);
    this.number = number;
    this.position = position;
  }

  get caller(): string {
    return this.options.caller ?? '';
  }

  get priority(): number {
    return this.options.priority ?? 0;
  }

  get cost(): number {
    return this.options.cost ?? 1;
  }

  get tokens(): number {
    return this.options.tokens ?? 0;
  }

  get gate(): LaneGate | undefined {
    return this.options.gate;
  }

  /** Ms it waited for its slot. */
  get waitedMs(): number {
    return Math.max(0, Math.floor(this.work?.at ?? this.at) - this.at);
  }

  /** Fires when its time is up, or when its caller leaves and it is not detached. Made when asked for. */
  get signal(): AbortSignal {
    return (this.work!.controller ??= new AbortController()).signal;
  }

  isAt(home: JobHome): boolean {
    return this.#home === home;
  }

  /** Tells it to end. */
  cut(reason: unknown): void {
    this.work!.controller?.abort(reason);
    this.work!.told?.cut(reason);
  }

  /** Gives the slot back; every further call does nothing. `cost`, `tokens`: what it really took. */
  end(outcome: JobOutcome = 'done', cost?: number, tokens?: number): void {
    this.#home.over(this, outcome, cost, tokens);
  }
}

export const atWork = (job: LaneJob, at: number, turn: number, ms: number, lent: boolean, settle?: AtWork['settle']): AtWork => ({
  tokens: job.tokens,
  turn,
  at,
  due: at + ms,
  timedOut: false,
  settle,
  lent,
  before: undefined,
  after: undefined,
  controller: undefined,
  told: undefined,
});
