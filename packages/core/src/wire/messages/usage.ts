import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { isObject, type Json, type JsonObject } from '../json.ts';

const count = (value: Json | undefined): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

/** `usage` of a later frame over that of an earlier one: totals of the whole message, left out where they do not apply. */
export function overwritten(before: JsonObject, after: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...before };
  for (const name in after) if (after[name] !== undefined && after[name] !== null) merged[name] = after[name];
  return merged;
}

/** Rounds of the answering model itself: what a compaction took is in no total. After a fallback of the provider's own the totals hold. */
function ownRounds(usage: JsonObject): readonly JsonObject[] {
  const { iterations } = usage;
  if (!Array.isArray(iterations)) return [];
  const rounds = iterations.filter(isObject);
  if (rounds.some(({ type }) => type === 'fallback_message')) return [];
  return rounds.filter(({ type }) => type === 'compaction' || type === 'message');
}

/** Anthropic counts cached input beside the rest; the total holds both. What was not counted stays unknown. */
export function usageOf(usage: JsonObject): LanguageModelV4Usage {
  const rounds = ownRounds(usage);
  const sum = (name: string): number | undefined =>
    rounds.length > 0 ? rounds.reduce((all, one) => all + (count(one[name]) ?? 0), 0) : count(usage[name]);
  const noCache = sum('input_tokens');
  const output = sum('output_tokens');
  const cacheRead = count(usage['cache_read_input_tokens']);
  const cacheWrite = count(usage['cache_creation_input_tokens']);
  const details = usage['output_tokens_details'];
  const reasoning = isObject(details) ? count(details['thinking_tokens']) : undefined;
  return {
    inputTokens: {
      total: noCache === undefined ? undefined : noCache + (cacheRead ?? 0) + (cacheWrite ?? 0),
      noCache,
      cacheRead,
      cacheWrite,
    },
    outputTokens: {
      total: output,
      text: output === undefined || reasoning === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning,
    },
    raw: usage as NonNullable<LanguageModelV4Usage['raw']>,
  };
}

/**
 * C9, note 10: usage as the last frame tells it. It overwrites what the first one told, so it names every count; what is not known is as it
 * was told first.
 */
export function toldUsage({ inputTokens: input, outputTokens: output }: LanguageModelV4Usage, head: JsonObject): JsonObject {
  const read = input.cacheRead ?? (input.total === undefined ? count(head['cache_read_input_tokens']) : undefined) ?? 0;
  const write = input.cacheWrite ?? (input.total === undefined ? count(head['cache_creation_input_tokens']) : undefined) ?? 0;
  const fresh = input.total === undefined ? (input.noCache ?? count(head['input_tokens']) ?? 0) : Math.max(0, input.total - read - write);
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: write,
    cache_read_input_tokens: read,
    output_tokens: output.total ?? 0,
    ...(output.reasoning !== undefined && { output_tokens_details: { thinking_tokens: output.reasoning } }),
  };
}
