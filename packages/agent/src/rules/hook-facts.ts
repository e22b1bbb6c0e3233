import type { RunScope } from './agent-rules.ts';
import type { CompactionCause } from './events.ts';
import type { HookInput } from './hook-types.ts';
import type { ModelReply } from './world.ts';

/** One reply as hooks read it. `cost` is absent where the price is not known, 0 where it was free. */
export function replyFacts({ origin, usage, usd, unpriced }: Omit<ModelReply, 'withdrawn' | 'marks'>): HookInput {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const counts = {
    input_tokens: input,
    output_tokens: output,
    cached_input_tokens: cacheRead,
    cached_write_tokens: cacheWrite,
    reasoning_tokens: reasoning,
  };
  const known = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
  return {
    model_id: origin.ref,
    ...(Object.keys(known).length > 0 && { usage: known }),
    ...(usd !== undefined && !unpriced && { cost: usd }),
  };
}

const SOURCES: Readonly<Record<CompactionCause, string>> = { threshold: 'auto', overflow: 'overflow', manual: 'manual' };

/** Why a conversation is summarised, and how large it was; a limit of 0 is not known. */
export function compactFacts({ teller, rules }: RunScope, why: CompactionCause): HookInput {
  const { context } = teller.state();
  return {
    source: SOURCES[why],
    compaction_reason: why,
    input_tokens: context?.usage.input ?? 0,
    output_tokens: context?.usage.output ?? 0,
    context_limit: context?.window ?? rules().window ?? 0,
  };
}

/** Something for people, as hooks read it. */
export const notification = (level: 'error' | 'warning', message: string): HookInput => ({
  notification_level: level,
  notification_message: message,
});
