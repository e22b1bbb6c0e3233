/**
 * The outage script: which target fails, how, from when, how often. Pure data; seedable; the same script drives HTTP providers,
 * in-process models and drills.
 *
 * O1. `faultFor` is a function of script and request numbers alone: no state, so the same seed replays the same outage in any process.
 * O2. The first rule that fits a request decides; a rule whose `times` are used up fits no more.
 */
export const FAULT_NAMES = [
  // before content
  'status',
  'refused',
  'reset',
  'no-headers',
  'silence',
  'pings',
  'error-first',
  'role-then-error',
  'empty',
  'json-error',
  'html',
  'reasoning-break',
  // after content
  'error-event',
  'cut',
  'clean-end',
  'stall',
  'bad-frame',
  'half-call',
  'call-then-break',
  'cut-after-finish',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** Which of a vendor's errors a status or an error frame carries; without one the status says, and a frame says `overload`. */
export const REASONS = [
  'rate-limit',
  'quota',
  'credit',
  'overload',
  'server',
  'auth',
  'access-denied',
  'model-missing',
  'overflow',
  'too-large',
  'prefill',
  'bad-request',
] as const;
export type Reason = (typeof REASONS)[number];

export interface Fault {
  readonly do: FaultName;
  /**
   * For `status`: the HTTP status (else the one that vendor uses for the reason), with headers and body of that provider's shape unless
   * given. For `html`: 502 unless given.
   */
  readonly status?: number;
  readonly reason?: Reason;
  /** Seconds: told the way that vendor tells them (header, body, prose). */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** For `status`, `json-error`, `html`, `empty` (`''` is the empty 200) and error frames: sent as it is. */
  readonly body?: string;
  /** For faults after content: break after this many frames of the answer, else after about half of it. */
  readonly afterFrames?: number;
}

export interface OutageRule {
  /** A provider's name in the lab, or one of its models: `east` or `east/small-1`; `*` is all of them. */
  readonly target: string;
  readonly fault: Fault;
  /** 1-based number of the first request to fail; default 1. */
  readonly from?: number;
  /** How many requests fail; default all. */
  readonly times?: number;
  /** In [0, 1]: the share of requests that fail, drawn from the seed; default 1. */
  readonly chance?: number;
}

export interface Outage {
  readonly seed?: number;
  readonly rules: readonly OutageRule[];
}

/**
 * What happens to the `nth` request (from 1) that `target` gets: `east`, or `east/small-1`, where rules about the provider count all
 * its requests (`nth`) and rules about the model those for the model (`nthOfModel`).
 */
export function faultFor(outage: Outage, target: string, nth: number, nthOfModel: number = nth): Fault | undefined {
  const provider = target.split('/', 1)[0]!;
  const index = outage.rules.findIndex((rule, i) => {
    if (rule.target === provider || rule.target === '*') return hits(rule, outage.seed ?? 0, i, nth);
    return rule.target === target && hits(rule, outage.seed ?? 0, i, nthOfModel);
  });
  return outage.rules[index]?.fault;
}

/** True if `target` fails this way on every request from the `nth` on: a server that is gone, not one that stumbles. */
export function failsFromNowOn(outage: Outage, target: string, nth: number, name: FaultName): boolean {
  const over = ({ times, chance, from }: OutageRule) => times !== undefined && (chance ?? 1) === 1 && nth >= (from ?? 1) + times;
  const rule = outage.rules.find((other) => (other.target === target || other.target === '*') && !over(other));
  if (rule?.fault.do !== name || rule.times !== undefined) return false;
  return (rule.chance ?? 1) === 1 && nth >= (rule.from ?? 1);
}

function hits(rule: OutageRule, seed: number, index: number, nth: number): boolean {
  const from = rule.from ?? 1;
  const chance = rule.chance ?? 1;
  if (nth < from || !(draw(seed, index, nth) < chance)) return false;
  if (rule.times === undefined) return true;
  if (chance === 1) return nth - from < rule.times;
  let before = 0;
  for (let n = from; n < nth; n++) if (draw(seed, index, n) < chance) before++;
  return before < rule.times;
}

/** In [0, 1), of its three arguments alone (the finisher of splitmix32 over a mixed word). */
export function draw(seed: number, stream: number, nth: number): number {
  let x = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b) ^ Math.imul(nth + 1, 0xc2b2ae35)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

export const always = (target: string, fault: Fault): OutageRule => ({ target, fault });
export const times = (count: number, target: string, fault: Fault): OutageRule => ({ target, fault, times: count });
export const once = (target: string, fault: Fault): OutageRule => times(1, target, fault);

/** Each rule begins where the one before it ended. (Not called `then`: a module that exports that name cannot be imported lazily.) */
export function inTurn(...rules: readonly OutageRule[]): readonly OutageRule[] {
  let from = 1;
  return rules.map((rule) => {
    const placed = { ...rule, from };
    from += rule.times ?? Infinity;
    return placed;
  });
}
