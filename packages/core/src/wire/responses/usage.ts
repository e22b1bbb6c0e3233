import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { numberAt, objectAt, objectsAt } from './json-read.ts';

/** Absent counts stay absent: unknown is not zero. */
export function usageFrom(usage: Json | undefined): LanguageModelV4Usage {
  const told = isObject(usage) ? usage : {};
  const [input, output] = [numberAt(told, 'input_tokens'), numberAt(told, 'output_tokens')];
  const details = objectAt(told, 'input_tokens_details');
  const [cacheRead, cacheWrite] = [numberAt(details, 'cached_tokens'), numberAt(details, 'cache_write_tokens')];
  const reasoning = numberAt(objectAt(told, 'output_tokens_details'), 'reasoning_tokens');
  const known = input !== undefined && cacheRead !== undefined;
  return {
    inputTokens: { total: input, noCache: known ? Math.max(0, input - cacheRead - (cacheWrite ?? 0)) : undefined, cacheRead, cacheWrite },
    outputTokens: {
      total: output,
      text: output === undefined || reasoning === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning,
    },
  };
}

/** Null where nobody counted. */
export function usageJson({ inputTokens, outputTokens }: LanguageModelV4Usage): JsonObject | null {
  const [input, output] = [inputTokens.total, outputTokens.total];
  if (input === undefined && output === undefined) return null;
  return {
    input_tokens: input ?? 0,
    input_tokens_details: { cached_tokens: inputTokens.cacheRead ?? 0 },
    output_tokens: output ?? 0,
    output_tokens_details: { reasoning_tokens: outputTokens.reasoning ?? 0 },
    total_tokens: (input ?? 0) + (output ?? 0),
  };
}

const REASONS: ReadonlyMap<string, LanguageModelV4FinishReason['unified']> = new Map([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content-filter'],
]);

/** Types of items that the client has to act on. */
const isAsked = ({ type, call_id: id }: JsonObject): boolean => isText(type) && type.endsWith('_call') && isText(id) && id !== '';

/** Of the response object that ends an answer. `called`: items of it that ask for a tool were seen. */
export function reasonOf(response: JsonObject, called: boolean): LanguageModelV4FinishReason {
  const { status } = response;
  const reason = objectAt(response, 'incomplete_details')['reason'];
  if (isText(reason)) return { unified: REASONS.get(reason) ?? 'other', raw: reason };
  if (status === 'incomplete') return { unified: 'other', raw: status };
  return { unified: called || objectsAt(response, 'output').some(isAsked) ? 'tool-calls' : 'stop', raw: 'completed' };
}
