import type { FailureFacts, FailureKind } from './failure.ts';

/** How long a failure rests a scope (H3, section 2, and the bounds of section 3). All durations in ms. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface RestRule {
  readonly base: number;
  readonly cap: number;
  /** A tier's `cooldown` takes the place of `base`; the cap grows and shrinks with it. */
  readonly scales: boolean;
}

const SHORT: RestRule = { base: 20 * SECOND, cap: 5 * MINUTE, scales: true };

const RESTS: Readonly<Partial<Record<FailureKind, RestRule>>> = {
  'rate-limit': { base: 60 * SECOND, cap: 10 * MINUTE, scales: true },
  quota: { base: 30 * MINUTE, cap: DAY, scales: false },
  overload: SHORT,
  server: SHORT,
  network: { base: 10 * SECOND, cap: 5 * MINUTE, scales: true },
  timeout: SHORT,
  auth: { base: HOUR, cap: DAY, scales: false },
  'access-denied': { base: 5 * MINUTE, cap: HOUR, scales: false },
  'model-missing': { base: HOUR, cap: DAY, scales: false },
  empty: SHORT,
  truncated: SHORT,
  malformed: SHORT,
  unknown: { ...SHORT, scales: false },
};

/** Undefined for kinds that rest nothing. */
export const restsFor = (kind: FailureKind): RestRule | undefined => RESTS[kind];

/** No hint is believed beyond this. */
export const LONGEST_TOLD = 31 * DAY;
/** Waiters for one hint must not arrive together. */
const SPREAD = 0.1;
const LONGEST_SPREAD = 5 * SECOND;
const JITTER = 0.2;
/** An auth service that rejects a key which worked today is more likely broken than right. */
const WORKED_LATELY = [60 * SECOND, 5 * MINUTE, HOUR] as const;

export interface RestTime {
  readonly until: number;
  readonly probeAt: number;
  readonly told: boolean;
  /** Ms: the longest such rest, where a `cooldown` changed it. */
  readonly cap?: number;
}

export interface RestInput {
  readonly kind: FailureKind;
  readonly facts: FailureFacts;
  readonly cooldown?: number;
  readonly workedAt?: number;
  readonly chance: number;
}

/**
 * The rest the provider named; undefined when it named none, or one that is over. Longer than the kind's cap it is kept as
 * told, and probed at the cap: a day's `retry-after` is as often a mistake as the truth.
 */
export function toldRest(input: RestInput, now: number): RestTime | undefined {
  const rule = RESTS[input.kind];
  const { retryAt } = input.facts;
  if (!rule || retryAt === undefined || !(retryAt > now)) return undefined;
  const rest = Math.min(retryAt - now, LONGEST_TOLD);
  const until = now + rest + Math.min(rest * SPREAD, LONGEST_SPREAD) * input.chance;
  return { until, probeAt: rest > rule.cap ? now + rule.cap : until, told: true };
}

/** Base × 2^(strikes − 1) up to the cap, ± 20 %. */
export function guessedRest(input: RestInput, strikes: number, now: number): RestTime {
  const rest = Math.max(1, lengthOf(input, Math.max(1, strikes), now) * (1 - JITTER + 2 * JITTER * input.chance));
  const cap = scaledCap(input);
  return { until: now + rest, probeAt: now + rest, told: false, ...(cap !== undefined && { cap }) };
}

/** A tier's `cooldown` in the place of the base stretches the cap as well. */
function scaledCap({ kind, cooldown }: RestInput): number | undefined {
  const rule = RESTS[kind] ?? SHORT;
  return rule.scales && cooldown !== undefined ? (rule.cap * cooldown) / rule.base : undefined;
}

/** The longest rest in ms that a guess about this kind can be, jitter included. */
export const longestGuess = (kind: FailureKind, cap?: number): number => (cap ?? (RESTS[kind] ?? SHORT).cap) * (1 + JITTER);

function lengthOf(input: RestInput, strikes: number, now: number): number {
  const rule = RESTS[input.kind] ?? SHORT;
  if (input.kind === 'auth' && input.workedAt !== undefined && now - input.workedAt <= DAY) {
    const lately = WORKED_LATELY[strikes - 1];
    return lately ?? doubled(HOUR, strikes - WORKED_LATELY.length + 1, rule.cap);
  }
  const cap = scaledCap(input);
  return cap === undefined ? doubled(rule.base, strikes, rule.cap) : doubled(input.cooldown!, strikes, cap);
}

const doubled = (base: number, strikes: number, cap: number): number => Math.min(base * 2 ** Math.min(strikes - 1, 30), cap);

/** When a long told rest is asked again after a probe of it failed: daily for quota, else at twice the last distance. */
export function nextProbe(kind: FailureKind, last: { readonly since: number; readonly probeAt: number }, now: number): number {
  if (kind === 'quota') return now + DAY;
  const cap = (RESTS[kind] ?? SHORT).cap;
  return now + Math.max(cap, 2 * (last.probeAt - last.since));
}
