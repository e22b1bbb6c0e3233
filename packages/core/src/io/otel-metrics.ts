import type { Meter } from '@opentelemetry/api';
import { given, providerName } from '../rules/gen-ai.ts';
import type { UsageRecord, UsageSink } from '../sinks/sink-types.ts';

/** The conventions' own bucket boundaries. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

const histogram = (meter: Meter, name: string, unit: string, description: string, boundaries: readonly number[]) =>
  meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...boundaries] } });

/** Attempts as the conventions' client metrics. Labels of callers are no dimensions: there are too many of them. */
export function otelMetrics(meter: Meter): UsageSink {
  const duration = histogram(meter, 'gen_ai.client.operation.duration', 's', 'How long an attempt at a provider took', SECONDS);
  const first = histogram(meter, 'gen_ai.client.operation.time_to_first_chunk', 's', 'Until the first content, streaming only', FIRST);
  const tokens = histogram(meter, 'gen_ai.client.token.usage', '{token}', 'Tokens of one attempt, by type', TOKENS);
  const cost = meter.createCounter('holdfast.client.cost', { unit: '{USD}', description: 'What attempts cost whose price is known' });
  const unpriced = meter.createCounter('holdfast.client.unpriced', {
    unit: '{attempt}',
    description: 'Attempts that cost nobody knows what',
  });
  return {
    record: (usage: UsageRecord): void => {
      const who = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': providerName(usage.provider),
        'gen_ai.request.model': usage.model,
      };
      duration.record(usage.ms / 1000, given({ ...who, 'error.type': usage.kind }));
      if (usage.streamed && usage.firstMs !== undefined) first.record(usage.firstMs / 1000, who);
      if (usage.inputTokens > 0) tokens.record(usage.inputTokens, { ...who, 'gen_ai.token.type': 'input' });
      if (usage.outputTokens > 0) tokens.record(usage.outputTokens, { ...who, 'gen_ai.token.type': 'output' });
      if (usage.usd !== undefined) cost.add(usage.usd, who);
      if (usage.unpriced) unpriced.add(1, who);
    },
  };
}
