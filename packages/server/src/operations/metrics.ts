import type { CallEvent, Emit, FailureFact } from '@holdfast/core/engine';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import { MetricNames } from '../rules/metric-names.ts';
import { Histogram, Tally, type MetricsData } from './tallies.ts';

export type { MetricsData } from './tallies.ts';

export interface Metrics {
  readonly emit: Emit;
  data(): Promise<MetricsData>;
}

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
/** Different values that a label may have that a provider fills: a series each is kept for ever. */
const MOST_VALUES = 500;

/** What Prometheus reads of calls. Labels are what a belief may tell too: kind, status, code, endpoint, and the file's own names; nothing of a caller. */
export function callMetrics(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const meters = metersOf();
  const seen: Seen = { bound: labelBounds(), names: new MetricNames(), open: new Map() };
  return {
    emit: (event) => observe(event, meters, seen),
    data: async () => [...((await register.getMetricsAsJSON()) as MetricsData), ...Object.values(meters).map((meter) => meter.data())],
  };
}

/** The text of several processes' metrics together. */
export async function metricsText(all: readonly MetricsData[]): Promise<{ readonly type: string; readonly text: string }> {
  const registry = AggregatorRegistry.aggregate([...all]);
  return { type: registry.contentType, text: await registry.metrics() };
}

type Meters = ReturnType<typeof metersOf>;

interface Seen {
  readonly bound: (label: string, value: string) => string;
  readonly names: MetricNames;
  readonly open: Map<string, { readonly chain: string; readonly streamed: boolean }>;
}

function metersOf() {
  const counter = (name: string, help: string, labels: readonly string[]) => new Tally('counter', name, help, labels);
  const seconds = (name: string, help: string, labels: readonly string[]) => new Histogram(name, help, SECONDS, labels);
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
    openCalls: new Tally('gauge', 'holdfast_open_calls', 'Calls that go on.'),
    openStreams: new Tally('gauge', 'holdfast_open_streams', 'Streamed calls that go on.'),
  };
}

function labelBounds(): Seen['bound'] {
  const seen = new Map<string, Set<string>>();
  return (label, value) => {
    const values = seen.get(label) ?? new Set();
    if (values.has(value)) return value;
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

function observe(event: CallEvent, meters: Meters, seen: Seen): void {
  const { bound, names, open } = seen;
  switch (event.type) {
    case 'call-start':
      names.begins(event.chain, event.targets);
      open.set(event.call, { chain: event.chain, streamed: event.mode === 'stream' });
      meters.openCalls.add(1);
      if (event.mode === 'stream') meters.openStreams.add(1);
      return;
    case 'lane-wait':
      return meters.waits.add(1, bound('lane', event.lane));
    case 'attempt-commit':
      names.answered(event.target);
      return meters.first.add(event.ms / 1000, names.of(event.target));
    case 'attempt-end':
      return attempt(event, meters, seen);
    case 'takeover':
    case 'withdrawn':
      return meters[event.type === 'takeover' ? 'takeovers' : 'withdrawals'].add(1, names.of(event.target), event.failure.kind);
    case 'switch':
      return meters.switches.add(1, names.of(event.from), event.failure.kind);
    case 'hedge':
      return meters.hedges.add(1, names.of(event.to));
    case 'call-end':
      return ended(event, meters, seen);
    default:
  }
}

function attempt(event: Extract<CallEvent, { type: 'attempt-end' }>, meters: Meters, { bound, names }: Seen): void {
  const { failure, usage, usd, unpriced, laneWaitMs } = event;
  const target = names.of(event.target);
  const endpoint = bound('endpoint', event.target.split('/', 1)[0]!);
  const status = failure?.status === undefined ? '' : String(failure.status);
  meters.attempts.add(1, endpoint, target, failure?.kind ?? 'ok', status, failure ? bound('code', codeOf(failure)) : '');
  if (usage) tokens(usage, target, meters.tokens);
  if (usd !== undefined) meters.usd.add(usd, target);
  if (unpriced) meters.unpriced.add(1, target);
  if (laneWaitMs !== undefined) meters.waited.add(laneWaitMs / 1000, endpoint);
}

function tokens(usage: NonNullable<Extract<CallEvent, { type: 'attempt-end' }>['usage']>, target: string, tally: Tally): void {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning = 0 } = usage;
  if (input > 0) tally.add(input, target, 'input');
  if (output > 0) tally.add(output, target, 'output');
  if (cacheRead > 0) tally.add(cacheRead, target, 'cache_read');
  if (cacheWrite > 0) tally.add(cacheWrite, target, 'cache_write');
  if (reasoning > 0) tally.add(reasoning, target, 'reasoning');
}

function ended({ call, record }: Extract<CallEvent, { type: 'call-end' }>, meters: Meters, { names, open }: Seen): void {
  const begun = open.get(call);
  const chain = names.of(begun?.chain ?? record.chain);
  meters.calls.add(1, chain, record.target === undefined ? '' : names.of(record.target), record.outcome);
  meters.duration.add(record.ms / 1000, chain, record.outcome);
  if (begun === undefined) return;
  open.delete(call);
  meters.openCalls.add(-1);
  if (begun.streamed) meters.openStreams.add(-1);
}
