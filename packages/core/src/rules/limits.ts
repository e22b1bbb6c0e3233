import type { Effort, RequestFacts, Target } from './target.ts';

/** Limits as configured, in ms. What is given is taken as written, without scaling (C4). */
export interface Timeouts {
  readonly connect?: number | undefined;
  readonly firstToken?: number | undefined;
  readonly stall?: number | undefined;
  readonly silence?: number | undefined;
  readonly attempt?: number | undefined;
  readonly total?: number | undefined;
}

/** The limits of one request at one target, in ms. Never Infinity: timers take these. */
export interface Limits {
  readonly connect: number;
  /** To the first progress. */
  readonly firstToken: number;
  /** Without progress, while text is open and otherwise. */
  readonly stallText: number;
  readonly stallOther: number;
  /** Without any byte, once the stream has sent a ping. */
  readonly silence: number;
  /** Without progress over the whole call: queue, pauses, attempts, takeovers. */
  readonly total: number;
  /** For a whole attempt: where configured, and where the target cannot stream. */
  readonly attempt?: number;
  /** For usage and terminator after a finish reason (C2). */
  readonly afterFinish: number;
  /** `firstToken` was lengthened by effort or size: its timeout never convicts alone. */
  readonly scaled: boolean;
  /** The caller asked for less time than the configuration gives: what that ends says nothing about the target. */
  readonly shortened?: true;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const DEFAULT_TOTAL = 15 * MINUTE;
export const DEFAULT_CONNECT = 10 * SECOND;
const STALL_TEXT = 60 * SECOND;
const STALL_OTHER = 300 * SECOND;
const SILENCE = 75 * SECOND;
const ATTEMPT = 10 * MINUTE;
const AFTER_FINISH = 3 * SECOND;

const FIRST_TOKEN: Readonly<Record<Effort, number>> = {
  none: 90 * SECOND,
  minimal: 90 * SECOND,
  low: 90 * SECOND,
  medium: 180 * SECOND,
  high: 300 * SECOND,
  xhigh: 900 * SECOND,
  max: 900 * SECOND,
};

/** Input tokens from which reading them takes noticeable time, and those read in a second. */
const LARGE = 50_000;
const PER_SECOND = 10_000;

/** The caller's own effort beats that of the reference. */
const effortOf = (target: Target, request: RequestFacts): Effort => request.effort ?? target.effort ?? 'none';

export function limitsFor(configured: Timeouts, target: Target, request: RequestFacts): Limits {
  if (request.timeouts === undefined) return limitsOf(configured, target, request);
  const own = limitsOf({ ...configured, ...request.timeouts }, target, request);
  const plain = limitsOf(configured, target, request);
  const less = (['firstToken', 'stallText', 'stallOther', 'silence'] as const).some((name) => own[name] < plain[name]);
  return less || (own.attempt ?? Infinity) < (plain.attempt ?? Infinity) ? { ...own, shortened: true } : own;
}

/** The same `firstToken`, without the other limits. */
export function firstTokenFor(configured: Timeouts, target: Target, request: RequestFacts): number {
  if (target.streams === false || request.timeouts !== undefined) return limitsFor(configured, target, request).firstToken;
  return configured.firstToken ?? scaledFirstToken(target, request);
}

function limitsOf(config: Timeouts, target: Target, request: RequestFacts): Limits {
  const connect = config.connect ?? DEFAULT_CONNECT;
  const total = config.total ?? DEFAULT_TOTAL;
  if (target.streams === false) {
    const attempt = config.attempt ?? ATTEMPT;
    // Nothing can be seen of it before it is whole.
    const same = { firstToken: attempt, stallText: attempt, stallOther: attempt, silence: attempt, attempt };
    return { ...same, connect, total, afterFinish: AFTER_FINISH, scaled: false };
  }
  const firstToken = config.firstToken ?? scaledFirstToken(target, request);
  const limits: Limits = {
    connect,
    total,
    afterFinish: AFTER_FINISH,
    firstToken,
    stallText: config.stall ?? STALL_TEXT,
    stallOther: config.stall ?? STALL_OTHER,
    silence: config.silence ?? SILENCE,
    scaled: config.firstToken === undefined && firstToken !== FIRST_TOKEN.none,
  };
  return config.attempt === undefined ? limits : { ...limits, attempt: config.attempt };
}

function scaledFirstToken(target: Target, request: RequestFacts): number {
  const large = Math.max(0, request.tokens - LARGE);
  return FIRST_TOKEN[effortOf(target, request)] + Math.round((large / PER_SECOND) * SECOND);
}
