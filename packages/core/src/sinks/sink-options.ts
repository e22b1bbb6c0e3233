import { processWarning } from '../io/process-warning.ts';
import { count, duration, known, oneOf, refuse, type Duration } from '../option-checks.ts';
import type { PayloadOptions, PayloadPolicy } from './payload.ts';
import type { FailoverObserver, RecordSink, TraceSink, UsageSink } from './sink-types.ts';

type OneOrMore<T> = T | readonly T[];

/** Who is told of calls, and what. */
export interface SinkOptions {
  /** One record for each attempt at a provider. */
  readonly usage?: OneOrMore<UsageSink>;
  /** One span for each call, with a child for each attempt. */
  readonly trace?: OneOrMore<TraceSink>;
  /** One event for each move from a target to another. */
  readonly failover?: OneOrMore<FailoverObserver>;
  /** One record for each call. */
  readonly records?: OneOrMore<RecordSink>;
  /** What spans show of what was asked and answered: `metadata` (default: nothing), `redacted` (what `redact` leaves of it), `full`. */
  readonly payload?: PayloadPolicy;
  /** What may be shown of a list of messages, or of an answer's text. */
  readonly redact?: (payload: unknown) => unknown;
  /** Characters that are kept of a payload; default 20,000. */
  readonly payloadMax?: number;
  /** Hands the messages of each call to `failover` and `records`; default false. */
  readonly persistPrompts?: boolean;
  /** Everything that leaves goes through it. It answers what may leave, the same thing where there is nothing to hide. */
  readonly scrub?: <T>(fact: T) => T;
  /** Facts kept for a sink that is slow; then the oldest is dropped. Default 1,000. */
  readonly queue?: number;
  /** How long a delivery may take before it is given up; default 30 s. */
  readonly patience?: Duration;
  /** One line for people: at the first loss of a sink, and again only after something got through. Default: a warning of the process. */
  readonly say?: (line: string) => void;
}

export interface CheckedSinks extends PayloadOptions {
  readonly usage: readonly UsageSink[];
  readonly trace: readonly TraceSink[];
  readonly failover: readonly FailoverObserver[];
  readonly records: readonly RecordSink[];
  readonly persistPrompts: boolean;
  readonly scrub: <T>(fact: T) => T;
  readonly queue: number;
  readonly patience: number;
  readonly say: (line: string) => void;
}

const NAMES: readonly (keyof SinkOptions)[] = [
  'usage',
  'trace',
  'failover',
  'records',
  'payload',
  'redact',
  'payloadMax',
  'persistPrompts',
  'scrub',
  'queue',
  'patience',
  'say',
];

const where = (name: string): string => `sinks: { ${name} }`;

/** What cannot be meant is refused before any call is made. */
export function checkedSinks(options: SinkOptions): CheckedSinks {
  if (typeof options !== 'object' || options === null) return refuse('sinks', 'must be an object');
  known(options, NAMES, where);
  const redact = hook('redact', options.redact);
  const payload = oneOf(where('payload'), options.payload, ['metadata', 'redacted', 'full']) ?? 'metadata';
  if (payload === 'redacted' && !redact) return refuse(where('payload'), "'redacted' needs the hook `redact`");
  const { persistPrompts = false } = options;
  if (typeof persistPrompts !== 'boolean') return refuse(where('persistPrompts'), 'must be true or false');
  return {
    usage: withMethods('usage', options.usage, ['record']),
    trace: withMethods('trace', options.trace, ['end']),
    failover: listOf(options.failover).map((one) => hook('failover', one)!),
    records: withMethods('records', options.records, ['closed']),
    payload,
    ...(redact && { redact }),
    most: count(where('payloadMax'), options.payloadMax, 1) ?? 20_000,
    persistPrompts,
    scrub: hook('scrub', options.scrub) ?? same,
    queue: count(where('queue'), options.queue, 1) ?? 1_000,
    patience: duration(where('patience'), options.patience) ?? 30_000,
    say: hook('say', options.say) ?? processWarning,
  };
}

const same = <T>(fact: T): T => fact;

const listOf = <T>(given: OneOrMore<T> | undefined): readonly T[] =>
  given === undefined ? [] : Array.isArray(given) ? (given as readonly T[]) : [given as T];

function withMethods<T>(name: string, given: OneOrMore<T> | undefined, methods: readonly string[]): readonly T[] {
  const all = listOf(given);
  for (const one of all)
    for (const method of methods)
      if (typeof (one as Record<string, unknown> | null)?.[method] !== 'function') refuse(where(name), `needs a method \`${method}\``);
  return all;
}

function hook<T>(name: string, given: T | undefined): T | undefined {
  if (given !== undefined && typeof given !== 'function') refuse(where(name), 'must be a function');
  return given;
}
