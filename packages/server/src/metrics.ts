import type { CallEvent, Emit, FailureFact } from '@holdfast/core/engine';
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';

/** Metrics of one process, as data that can be summed. */
export type MetricsData = MetricObjectWithValues<MetricValue<string>>[];

export interface Metrics {
  readonly emit: Emit;
  data(): Promise<MetricsData>;
}

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
/** Different values that a label may have: names come from files and from providers, and a series each is kept for ever. */
const MOST_VALUES = 500;

/** What Prometheus reads of calls. Labels are what a belief may tell too: kind, status, code, endpoint, and the file's own names; nothing of a caller. */
export function callMetrics(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const meters = metersOf(register);
  const bounded = labelBounds();
  const open = new Map<string, { readonly chain: string; readonly streamed: boolean }>();
  return {
    emit: (event) => observe(event, meters, bounded, open),
    data: () => register.getMetricsAsJSON() as Promise<MetricsData>,
  };
}

/** The text of several processes' metrics together. */
export async function metricsText(all: readonly MetricsData[]): Promise<{ readonly type: string; readonly text: string }> {
  const registry = AggregatorRegistry.aggregate([...all]);
  return { type: registry.contentType, text: await registry.metrics() };
}

type Meters = ReturnType<typeof metersOf>;
type Bounds = (label: string, value: string) => string;

function metersOf(register: Registry) {
  const registers = [register];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers });
  const seconds = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Histogram({ name, help, labelNames, buckets: SECONDS, registers });
  return {
    calls: counter('holdfast_calls_total', 'Calls that have ended, by what was asked for, who answered and how it ended.', [
      'chain',
      'target',
      'outcome',
    ]),
    attempts: counter('holdfast_attempts_total', 'Attempts at providers that have ended; kind is ok or that of the failure.', [
      'endpoint',
      'target',
      'kind',
      'status',
      'code',
    ]),
    takeovers: counter('holdfast_takeovers_total', 'Answers that broke and were gone on with by another attempt.', ['target', 'kind']),
    withdrawals: counter('holdfast_withdrawals_total', 'Answers that broke and were taken back.', ['target', 'kind']),
    switches: counter('holdfast_switches_total', 'Calls that moved on from a target.', ['target', 'kind']),
    hedges: counter('holdfast_hedges_total', 'Targets that were asked beside one that was silent too long.', ['target']),
    tokens: counter('holdfast_tokens_total', 'Tokens of all attempts, failed ones included.', ['target', 'type']),
    usd: counter('holdfast_usd_total', 'US dollars of all attempts whose price is known.', ['target']),
    unpriced: counter('holdfast_unpriced_attempts_total', 'Attempts that used something whose price nobody knows.', ['target']),
    waits: counter('holdfast_lane_waits_total', 'Attempts that had to wait for a place in a lane.', ['lane']),
    first: seconds('holdfast_first_content_seconds', 'From the beginning of an attempt to its first content.', ['target']),
    duration: seconds('holdfast_call_seconds', 'How long calls took.', ['chain', 'outcome']),
    waited: seconds('holdfast_lane_wait_seconds', 'How long attempts waited in lanes.', ['endpoint']),
    openCalls: new Gauge({ name: 'holdfast_open_calls', help: 'Calls that go on.', registers }),
    openStreams: new Gauge({ name: 'holdfast_open_streams', help: 'Streamed calls that go on.', registers }),
  };
}

function labelBounds(): Bounds {
  const seen = new Map<string, Set<string>>();
  return (label, value) => {
    const values = seen.get(label) ?? new Set();
    seen.set(label, values);
    const short = value.slice(0, 120);
    if (values.has(short)) return short;
    if (values.size >= MOST_VALUES) return 'other';
    values.add(short);
    return short;
  };
}

/** A provider's word for a failure; what is no word may be anything. */
const codeOf = ({ code = '' }: FailureFact): string => (/^[\w.:-]{1,64}$/.test(code) ? code : '');

function observe(event: CallEvent, meters: Meters, bound: Bounds, open: Map<string, { chain: string; streamed: boolean }>): void {
  switch (event.type) {
    case 'call-start':
      open.set(event.call, { chain: bound('chain', event.chain), streamed: event.mode === 'stream' });
      meters.openCalls.inc();
      if (event.mode === 'stream') meters.openStreams.inc();
      return;
    case 'lane-wait':
      return meters.waits.inc({ lane: bound('lane', event.lane) });
    case 'attempt-commit':
      return meters.first.observe({ target: bound('target', event.target) }, event.ms / 1000);
    case 'attempt-end':
      return attempt(event, meters, bound);
    case 'takeover':
    case 'withdrawn':
      return meters[event.type === 'takeover' ? 'takeovers' : 'withdrawals'].inc({
        target: bound('target', event.target),
        kind: event.failure.kind,
      });
    case 'switch':
      return meters.switches.inc({ target: bound('target', event.from), kind: event.failure.kind });
    case 'hedge':
      return meters.hedges.inc({ target: bound('target', event.to) });
    case 'call-end':
      return ended(event, meters, bound, open);
    default:
  }
}

function attempt(event: Extract<CallEvent, { type: 'attempt-end' }>, meters: Meters, bound: Bounds): void {
  const { failure, usage, usd, unpriced, laneWaitMs } = event;
  const target = bound('target', event.target);
  const endpoint = bound('endpoint', event.target.split('/', 1)[0]!);
  const status = failure?.status === undefined ? '' : String(failure.status);
  meters.attempts.inc({ endpoint, target, kind: failure?.kind ?? 'ok', status, code: failure ? bound('code', codeOf(failure)) : '' });
  for (const [type, count] of Object.entries(tokensOf(usage ?? {}))) if (count > 0) meters.tokens.inc({ target, type }, count);
  if (usd !== undefined) meters.usd.inc({ target }, usd);
  if (unpriced) meters.unpriced.inc({ target });
  if (laneWaitMs !== undefined) meters.waited.observe({ endpoint }, laneWaitMs / 1000);
}

const tokensOf = (usage: NonNullable<Extract<CallEvent, { type: 'attempt-end' }>['usage']>): Readonly<Record<string, number>> => ({
  input: usage.input ?? 0,
  output: usage.output ?? 0,
  cache_read: usage.cacheRead ?? 0,
  cache_write: usage.cacheWrite ?? 0,
  reasoning: usage.reasoning ?? 0,
});

function ended(
  { call, record }: Extract<CallEvent, { type: 'call-end' }>,
  meters: Meters,
  bound: Bounds,
  open: Map<string, { chain: string; streamed: boolean }>,
): void {
  const begun = open.get(call);
  const chain = begun?.chain ?? bound('chain', record.chain);
  meters.calls.inc({ chain, target: record.target === undefined ? '' : bound('target', record.target), outcome: record.outcome });
  meters.duration.observe({ chain, outcome: record.outcome }, record.ms / 1000);
  if (begun === undefined) return;
  open.delete(call);
  meters.openCalls.dec();
  if (begun.streamed) meters.openStreams.dec();
}
