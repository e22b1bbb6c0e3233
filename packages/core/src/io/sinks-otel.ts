import { ModelFailure } from '../rules/failure.ts';
import type { TraceSink, UsageSink } from '../sinks/sink-types.ts';
import type { WorkSink } from '../sinks/work-span.ts';
import { otelMetrics } from './otel-metrics.ts';
import { OtelSpans } from './otel-spans.ts';
import { OtelWork } from './otel-work.ts';

type Api = typeof import('@opentelemetry/api');

export interface OtelOptions {
  /** The API to use, where a program has several; default: the installed `@opentelemetry/api`. */
  readonly api?: Api;
  /** The instrumentation's name; default `@holdfast/core`. */
  readonly name?: string;
}

export interface OtelSinks {
  readonly trace: TraceSink;
  readonly usage: UsageSink;
}

export interface OtelAgentSinks {
  /** Of calls; below the turns that `work` is told of. */
  readonly sinks: OtelSinks;
  /** For `runTelemetry` of `@holdfast/agent`. */
  readonly work: WorkSink;
}

/**
 * Spans and metrics for whatever OpenTelemetry SDK the program has set up: `holdfast({ sinks: await openTelemetry() })`. Without an SDK they
 * go nowhere. Rejects with a `ModelFailure` (`bad-request`) where `@opentelemetry/api` is not installed.
 */
export async function openTelemetry(options: OtelOptions = {}): Promise<OtelSinks> {
  return (await openAgentTelemetry(options)).sinks;
}

/** The same with the work of agents: their runs, turns and tools. */
export async function openAgentTelemetry({ api, name = '@holdfast/core' }: OtelOptions = {}): Promise<OtelAgentSinks> {
  const otel = api ?? (await installed());
  const tracer = otel.trace.getTracer(name);
  const work = new OtelWork(otel, tracer);
  const trace = new OtelSpans(otel, tracer, (session) => work.within(session));
  return { work, sinks: { trace, usage: otelMetrics(otel.metrics.getMeter(name)) } };
}

async function installed(): Promise<Api> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    const message = 'openTelemetry() needs the package @opentelemetry/api: npm install @opentelemetry/api';
    throw new ModelFailure('bad-request', message, { code: 'missing-package' }, { cause });
  }
}
