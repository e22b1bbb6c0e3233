import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import { ModelFailure } from './failure.ts';
import type { Usage } from './reader.ts';

/** Finish reasons by which Gemini says that the model's own call made no sense: recorded elsewhere as an empty success. */
const NONSENSE = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'MALFORMED_RESPONSE']);

/** C2: finish reasons that adapters make up when the provider gave none. Unknown values with a raw string pass. */
export function brokenFinish({ unified, raw }: LanguageModelV4FinishReason): ModelFailure | undefined {
  if (raw !== undefined && NONSENSE.has(raw))
    return new ModelFailure('malformed', `the model's tool call was broken (${raw})`, { code: raw });
  if (unified === 'error') return new ModelFailure('truncated', 'the stream ended with an error', raw === undefined ? {} : { code: raw });
  if (unified === 'interrupted' || (raw === undefined && !NAMED.has(unified)))
    return new ModelFailure('truncated', 'the stream ended without a finish reason');
  return undefined;
}

/** Reasons that mean something without the provider's own word. */
const NAMED: ReadonlySet<string> = new Set(['stop', 'length', 'content-filter', 'tool-calls']);

/** Absent counts stay absent: unknown is not zero. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage {
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  if (inputTokens.total !== undefined) usage.input = inputTokens.total;
  if (inputTokens.cacheRead !== undefined) usage.cacheRead = inputTokens.cacheRead;
  if (inputTokens.cacheWrite !== undefined) usage.cacheWrite = inputTokens.cacheWrite;
  if (outputTokens.total !== undefined) usage.output = outputTokens.total;
  if (outputTokens.reasoning !== undefined) usage.reasoning = outputTokens.reasoning;
  return usage;
}

/** Usage as the AI SDK tells it. */
export function usagePart({ input, cacheRead, cacheWrite, output, reasoning }: Usage): LanguageModelV4Usage {
  const known = input !== undefined && (cacheRead !== undefined || cacheWrite !== undefined);
  return {
    inputTokens: {
      total: input,
      noCache: known ? Math.max(0, input - (cacheRead ?? 0) - (cacheWrite ?? 0)) : undefined,
      cacheRead,
      cacheWrite,
    },
    outputTokens: {
      total: output,
      text: output === undefined || reasoning === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning,
    },
  };
}
