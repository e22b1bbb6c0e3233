import { count, duration, known, oneOf, refuse, type Duration } from './option-checks.ts';
import type { LaneSettings } from './rules/lane-settings.ts';

/** One lane as it is written down. Everything but `match` may be missing, and `match` too for the lane `default`. Durations in ms or as `'30s'`. */
export interface LaneOptions {
  /** Its targets: `provider/model`, `provider/prefix*`, `provider`, `*`; the most specific of all lanes wins. */
  readonly match?: readonly string[];
  /** Calls at a time; default 8. To pause a lane: `registry.get(name).pause()`, or 0 by `resize` or `configure`. */
  readonly concurrency?: number;
  /** Calls that may wait; default without end. Further ones go to their next target, or fail. */
  readonly queue?: number;
  /** The same for each caller. */
  readonly queuePerCaller?: number;
  /** By caller, or by the key before its first slash; above 0, default 1. */
  readonly weights?: Readonly<Record<string, number>>;
  /** A call that waits rises by one priority every so often, up to the highest that waits; default 30 s, 0 is never. */
  readonly aging?: Duration;
  /** Longest time of a call from its start, its stream included; longer than every limit of the models inside. Default: their `attempt` limit and a minute. */
  readonly execTimeout?: Duration;
  /** What a call has to end in after `execTimeout` before its slot is taken from it; default 5 s. */
  readonly grace?: Duration;
  /** Longest wait in the queue; default what is left of the call's `total`. */
  readonly queueTimeout?: Duration;
  /** Keeps the slot until the `stream` is over (default), or until it is `open`. */
  readonly hold?: 'stream' | 'open';
  /** With `hold: 'open'`: answers that may be open at a time; default without end. Further calls wait until one is over. */
  readonly maxOpenStreams?: number;
  /** `all`: an answer that is not streamed goes on when its caller leaves. */
  readonly detach?: 'deadline' | 'all';
  /** Calls and tokens a minute; default what the provider's answers tell of its limits. */
  readonly rpm?: number;
  readonly tpm?: number;
}

const NAMES: readonly (keyof LaneOptions)[] = [
  'match',
  'concurrency',
  'queue',
  'queuePerCaller',
  'weights',
  'aging',
  'execTimeout',
  'grace',
  'queueTimeout',
  'hold',
  'maxOpenStreams',
  'detach',
  'rpm',
  'tpm',
];

const weightsOf = (where: (name: string) => string, weights: unknown): Readonly<Record<string, number>> | undefined => {
  if (weights === undefined) return undefined;
  if (typeof weights !== 'object' || weights === null) return refuse(where('weights'), 'must be an object of numbers by caller');
  for (const [caller, weight] of Object.entries(weights))
    if (!(typeof weight === 'number' && weight > 0 && weight < Infinity)) refuse(where(`weights.${caller}`), 'must be a number above 0');
  return weights as Record<string, number>;
};

/** 0 switches it off. */
const orNever = (ms: number | undefined): number | undefined => (ms === 0 ? Infinity : ms);

/** What is said of one lane, checked. Throws a `ModelFailure` (`bad-request`, `bad-option`) that names the option. */
export function laneSettingsOf(given: LaneOptions, where: (name: string) => string): Partial<LaneSettings> {
  if (typeof given !== 'object' || given === null) return refuse(where(''), 'must be an object');
  known(given, NAMES, where);
  const { match } = given;
  if (match !== undefined && !(Array.isArray(match) && match.every((one) => typeof one === 'string')))
    refuse(where('match'), 'must be a list of patterns');
  const settings: Partial<LaneSettings> = {
    width: count(where('concurrency'), given.concurrency, 0)!,
    queue: count(where('queue'), given.queue, 0)!,
    queuePerCaller: count(where('queuePerCaller'), given.queuePerCaller, 0)!,
    weights: weightsOf(where, given.weights)!,
    aging: orNever(duration(where('aging'), given.aging))!,
    execTimeout: duration(where('execTimeout'), given.execTimeout),
    grace: duration(where('grace'), given.grace)!,
    queueTimeout: duration(where('queueTimeout'), given.queueTimeout)!,
    openStreams: count(where('maxOpenStreams'), given.maxOpenStreams, 1)!,
    hold: oneOf(where('hold'), given.hold, ['stream', 'open'])!,
    detach: oneOf(where('detach'), given.detach, ['deadline', 'all'])!,
    rpm: count(where('rpm'), given.rpm, 1)!,
    tpm: count(where('tpm'), given.tpm, 1)!,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
