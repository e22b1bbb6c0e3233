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
export function usageOf(told: UsageView | undefined): TokenUsage {
  const { inputTokens = {}, outputTokens = {} } = (told ?? {}) as Partial<UsageView>;
  const all = {
    input: inputTokens.total,
    cacheRead: inputTokens.cacheRead,
    cacheWrite: inputTokens.cacheWrite,
    output: outputTokens.total,
    reasoning: outputTokens.reasoning,
  };
  // A provider that is not ours may tell anything.
  return Object.fromEntries(Object.entries(all).filter(([, tokens]) => Number.isFinite(tokens) && (tokens ?? -1) >= 0));
}
