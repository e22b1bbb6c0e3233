import { openAgentTelemetry, type OtelAgentSinks } from '@holdfast/core/otel';

/** Where `@opentelemetry/api` 1.x keeps what a program's SDK has registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * Spans and metrics for the SDK that this process was started with (`node --import …`); none is shipped. Undefined: nobody has registered
 * one, and nothing is spent on it.
 */
export async function telemetry(say: (line: string) => void): Promise<OtelAgentSinks | undefined> {
  const sdk = (globalThis as { readonly [REGISTERED]?: { readonly trace?: unknown; readonly metrics?: unknown } })[REGISTERED];
  if (sdk?.trace === undefined && sdk?.metrics === undefined) {
    if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT'])
      say('OTEL_EXPORTER_OTLP_ENDPOINT is set, but no OpenTelemetry SDK is: load one with NODE_OPTIONS="--import …" (docs/gateway.md)');
    return undefined;
  }
  try {
    return await openAgentTelemetry({ name: 'holdfast' });
  } catch (error) {
    say(`no OpenTelemetry: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
