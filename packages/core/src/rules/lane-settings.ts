import type { Timeouts } from './limits.ts';

/** How a lane is run. Durations in ms. */
export interface LaneSettings {
  /** Jobs at a time; 0 is paused. */
  readonly width: number;
  /** Jobs that may wait, and of one caller. */
  readonly queue: number;
  readonly queuePerCaller: number;
  /** By caller, or by the key above callers; 1 where nothing is said. */
  readonly weights: Readonly<Record<string, number>>;
  /** A job that waits rises by one priority every so often. */
  readonly aging: number;
  /** From a job's start. Undefined: 5 min for jobs of our own making, the inner limits + 1 min for models. */
  readonly execTimeout: number | undefined;
  /** After `execTimeout`, before the slot of a job that does not end is taken from it. */
  readonly grace: number;
  /** Longest wait in the queue. */
  readonly queueTimeout: number;
  /** `stream`: the slot is kept until the answer is over. `open`: until it has begun. */
  readonly hold: 'stream' | 'open';
  /** Answers that may be open at a time, those that have given their slot back included. */
  readonly openStreams: number;
  /** What a running job no longer hears: its `deadline`, or `all` aborts. */
  readonly detach: 'deadline' | 'all';
  /** Starts and tokens a minute; Infinity: what the provider's answers say. */
  readonly rpm: number;
  readonly tpm: number;
}

export const LANE_DEFAULTS: LaneSettings = {
  width: 8,
  queue: Infinity,
  queuePerCaller: Infinity,
  weights: {},
  aging: 30_000,
  execTimeout: undefined,
  grace: 5000,
  queueTimeout: Infinity,
  hold: 'stream',
  openStreams: Infinity,
  detach: 'deadline',
  rpm: Infinity,
  tpm: Infinity,
};

/** For jobs without limits of their own, where nothing is said. */
const EXEC_TIMEOUT = 300_000;

/** A job's time from its start: its own, the lane's, 5 min. 0 and below say nothing. */
export function execTimeoutOf({ execTimeout }: LaneSettings, own: number | undefined): number {
  if (own !== undefined && own > 0) return own;
  return execTimeout !== undefined && execTimeout > 0 ? execTimeout : EXEC_TIMEOUT;
}

/** Callers bear any name, that of what every object has included. */
export const weightOf = ({ weights }: LaneSettings, caller: string): number => (Object.hasOwn(weights, caller) ? weights[caller]! : 1);

/** The limit of the models inside, as configured, that the lane's `execTimeout` would cut short. */
export const innerAbove = ({ execTimeout = 0 }: LaneSettings, timeouts: Timeouts): keyof Timeouts | undefined =>
  execTimeout <= 0 ? undefined : INNER.find((name) => (timeouts[name] ?? 0) >= execTimeout);

const INNER = ['attempt', 'firstToken', 'stall', 'silence', 'connect'] as const;

/** Tokens of an answer that are reserved where the request does not say how many it may have. */
const UNTOLD_OUTPUT = 1000;
/** Input tokens that count as one (field note 35). */
const UNIT = 4000;

/** What a request takes of its caller's share: at least 1. */
export const costOf = (input: number, output: number): number => Math.max(1, input / UNIT) + output / UNIT;

/** What is reserved of a token limit. */
export const reservedTokens = (input: number, maxTokens: number | undefined): number => input + (maxTokens ?? UNTOLD_OUTPUT);
