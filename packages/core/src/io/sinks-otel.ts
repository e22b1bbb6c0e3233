import { ModelFailure } from '../rules/failure.ts';
import type { TraceSink, UsageSink } from '../sinks/sink-types.ts';
import { otelMetrics } from './otel-metrics.ts';
import { OtelSpans } from './otel-spans.ts';

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

/**
 * Spans and metrics for whatever OpenTelemetry SDK the program has set up: `holdfast({ sinks: await openTelemetry() })`. Without an SDK they
 * go nowhere. Rejects with a `ModelFailure` (`bad-request`) where `@opentelemetry/api` is not installed.
 */
export async function openTelemetry({ api, name = '@holdfast/core' }: OtelOptions = {}): Promise<OtelSinks> {
  const otel = api ?? (await installed());
  return { trace: new OtelSpans(otel, otel.trace.getTracer(name)), usage: otelMetrics(otel.metrics.getMeter(name)) };
}

async function installed(): Promise<Api> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    const message = 'openTelemetry() needs the package @opentelemetry/api: npm install @opentelemetry/api';
    throw new ModelFailure('bad-request', message, { code: 'missing-package' }, { cause });
  }
}
