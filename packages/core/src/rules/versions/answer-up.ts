import type {
  LanguageModelV2FinishReason,
  LanguageModelV2Usage,
  LanguageModelV3FinishReason,
  LanguageModelV3Usage,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';

/** What an older model answers. Only what differs is named. */
interface OlderPart {
  readonly type: string;
  readonly data?: unknown;
  readonly finishReason?: LanguageModelV2FinishReason | LanguageModelV3FinishReason;
  readonly usage?: LanguageModelV2Usage | LanguageModelV3Usage;
}

interface OlderResult {
  readonly content: readonly OlderPart[];
  readonly finishReason: LanguageModelV2FinishReason | LanguageModelV3FinishReason;
  readonly usage: LanguageModelV2Usage | LanguageModelV3Usage;
}

/** A stream part of an older interface as one of today's. */
export function partUp(part: OlderPart): LanguageModelV4StreamPart {
  if (part.type === 'finish')
    return { ...part, finishReason: finishUp(part.finishReason), usage: usageUp(part.usage) } as unknown as LanguageModelV4StreamPart;
  return fileUp(part) as unknown as LanguageModelV4StreamPart;
}

export function resultUp(result: OlderResult): LanguageModelV4GenerateResult {
  return {
    ...result,
    content: result.content.map((part) => fileUp(part) as unknown as LanguageModelV4Content),
    finishReason: finishUp(result.finishReason),
    usage: usageUp(result.usage),
  } as LanguageModelV4GenerateResult;
}

const fileUp = (part: OlderPart): OlderPart => (part.type === 'file' ? { ...part, data: { type: 'data', data: part.data } } : part);

/** Without the provider's own word an `unknown` is no finish that ends an answer (C2); an `other` is one that was told. */
function finishUp(reason: OlderPart['finishReason']): LanguageModelV4FinishReason {
  if (typeof reason === 'object') return reason;
  if (reason === 'other') return { unified: 'other', raw: 'other' };
  return { unified: reason === undefined || reason === 'unknown' ? 'other' : reason, raw: undefined };
}

function usageUp(usage: OlderPart['usage']): LanguageModelV4Usage {
  if (typeof usage?.inputTokens === 'object') return usage as LanguageModelV4Usage;
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = (usage ?? {}) as Partial<LanguageModelV2Usage>;
  return {
    inputTokens: { total: inputTokens, noCache: undefined, cacheRead: cachedInputTokens, cacheWrite: undefined },
    outputTokens: { total: outputTokens, text: undefined, reasoning: reasoningTokens },
  };
}
