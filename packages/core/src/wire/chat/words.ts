import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import { usagePart } from '../../rules/parts-finish.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

type Unified = LanguageModelV4FinishReason['unified'];

const UNIFIED: ReadonlyMap<string, Unified> = new Map<string, Unified>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['content_filter', 'content-filter'],
  // OpenRouter's word for an upstream that broke: no finish (field note 39).
  ['error', 'error'],
]);

/** Words that this protocol's clients know; `error` is none of them. */
const WORDS: ReadonlySet<string> = new Set(['stop', 'length', 'content_filter']);

const OF_UNIFIED: Partial<Record<Unified, string>> = { length: 'length', 'content-filter': 'content_filter' };

export const finishOf = (raw: string | undefined): LanguageModelV4FinishReason => ({
  unified: raw === undefined ? 'other' : (UNIFIED.get(raw) ?? 'other'),
  raw,
});

/**
 * The word a client is told. Other protocols' own words are none here: strict clients refuse to read an answer with a word they do not know.
 * Without a call `tool_calls` would make an agent wait for one. `old`: calls are told as `function_call`.
 */
export function wordOf({ unified, raw }: LanguageModelV4FinishReason, calls: boolean, old: boolean): string {
  if (unified === 'tool-calls') return !calls ? 'stop' : old ? 'function_call' : 'tool_calls';
  return raw !== undefined && WORDS.has(raw) && UNIFIED.get(raw) === unified ? raw : (OF_UNIFIED[unified] ?? 'stop');
}

const count = (value: Json | undefined): number | undefined => (typeof value === 'number' && value >= 0 ? value : undefined);

const within = (usage: JsonObject, details: string, field: string): number | undefined => {
  const some = usage[details];
  return isObject(some) ? count(some[field]) : undefined;
};

/** What a usage object of the wire says; DeepSeek counts what its cache held in a field of its own. */
export function usageOf(raw: JsonObject | undefined): LanguageModelV4Usage {
  if (raw === undefined) return usagePart({});
  const told = {
    input: count(raw['prompt_tokens']),
    cacheRead: within(raw, 'prompt_tokens_details', 'cached_tokens') ?? count(raw['prompt_cache_hit_tokens']),
    cacheWrite: within(raw, 'prompt_tokens_details', 'cache_write_tokens'),
    output: count(raw['completion_tokens']),
    reasoning: within(raw, 'completion_tokens_details', 'reasoning_tokens'),
  };
  const known = Object.fromEntries(Object.entries(told).filter(([, tokens]) => tokens !== undefined));
  return { ...usagePart(known), raw: raw as NonNullable<LanguageModelV4Usage['raw']> };
}

/** Usage in this protocol's words; undefined where nothing was counted: nothing is better than a zero. */
export function chatUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): JsonObject | undefined {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return undefined;
  const [input, output] = [inputTokens.total ?? 0, outputTokens.total ?? 0];
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(inputTokens.cacheRead !== undefined && { prompt_tokens_details: { cached_tokens: inputTokens.cacheRead } }),
    ...(outputTokens.reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: outputTokens.reasoning } }),
  };
}
