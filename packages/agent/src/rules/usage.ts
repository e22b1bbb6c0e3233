import type { TokenUsage } from './events.ts';

interface UsageView {
  readonly inputTokens: {
    readonly total?: number | undefined;
    readonly cacheRead?: number | undefined;
    readonly cacheWrite?: number | undefined;
  };
  readonly outputTokens: { readonly total?: number | undefined; readonly reasoning?: number | undefined };
}

/** The usage a bare model tells, without a record. */
export function usageOf({ inputTokens, outputTokens }: UsageView): TokenUsage {
  const all = {
    input: inputTokens.total,
    cacheRead: inputTokens.cacheRead,
    cacheWrite: inputTokens.cacheWrite,
    output: outputTokens.total,
    reasoning: outputTokens.reasoning,
  };
  return Object.fromEntries(Object.entries(all).filter(([, tokens]) => tokens !== undefined));
}
