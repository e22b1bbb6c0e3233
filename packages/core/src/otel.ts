/** OpenTelemetry, under the names of its semantic conventions for generative AI. Needs `@opentelemetry/api`. */
export { openAgentTelemetry, openTelemetry, type OtelAgentSinks, type OtelOptions, type OtelSinks } from './io/sinks-otel.ts';
