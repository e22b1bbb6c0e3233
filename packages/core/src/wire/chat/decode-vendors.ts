import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';

type Fits = (value: Json) => boolean;
const any: Fits = () => true;
const boolean: Fits = (value) => typeof value === 'boolean';
const text: Fits = (value) => isText(value);
const oneOf =
  (...words: readonly string[]): Fits =>
  (value) =>
    isText(value) && words.includes(value);
const allOf =
  (type: 'string' | 'number'): Fits =>
  (value) =>
    isObject(value) && Object.values(value).every((one) => typeof one === type);

/**
 * Fields that OpenAI alone knows, by the names that its package reads. Those that it would throw at are left out; those that it does not read
 * say all the same that an answer cannot be gone on with elsewhere (C5).
 */
const OPENAI: readonly (readonly [field: string, option: string, fits: Fits])[] = [
  ['n', 'n', any],
  ['prediction', 'prediction', isObject],
  ['modalities', 'modalities', any],
  ['audio', 'audio', isObject],
  ['parallel_tool_calls', 'parallelToolCalls', boolean],
  ['user', 'user', text],
  ['metadata', 'metadata', allOf('string')],
  ['logit_bias', 'logitBias', allOf('number')],
  ['service_tier', 'serviceTier', oneOf('auto', 'default', 'flex', 'priority')],
  ['verbosity', 'textVerbosity', oneOf('low', 'medium', 'high')],
  ['prompt_cache_key', 'promptCacheKey', text],
  ['safety_identifier', 'safetyIdentifier', text],
];

export function decodeVendors(body: JsonObject): SharedV4ProviderOptions {
  const openai: Record<string, Json> = {};
  for (const [field, option, fits] of OPENAI) {
    const value = body[field];
    if (value !== undefined && value !== null && fits(value)) openai[option] = value;
  }
  const { logprobs, top_logprobs: most, response_format: format } = body;
  if (logprobs === true) openai['logprobs'] = typeof most === 'number' && most > 0 && most <= 20 ? most : true;
  const described = isObject(format) ? format['json_schema'] : undefined;
  if (isObject(described) && typeof described['strict'] === 'boolean') openai['strictJsonSchema'] = described['strict'];
  const thinking = thinkingOf(body['thinking']);
  const vendors = { ...(Object.keys(openai).length > 0 && { openai }), ...(thinking && { anthropic: { thinking } }) };
  return vendors as SharedV4ProviderOptions;
}

/** Anthropic's own field, as clients of LiteLLM and OpenRouter send it in this protocol. */
function thinkingOf(thinking: Json | undefined): JsonObject | undefined {
  if (!isObject(thinking)) return undefined;
  const { type, budget_tokens: budget } = thinking;
  if (type === 'disabled' || type === 'adaptive') return { type };
  return type === 'enabled' && typeof budget === 'number' ? { type, budgetTokens: budget } : undefined;
}

/** A mark that ends what is cached, as clients of OpenRouter and LiteLLM set it on messages, parts and tools. */
export function marked({ cache_control: mark }: JsonObject): { readonly providerOptions?: SharedV4ProviderOptions } {
  if (!isObject(mark) || mark['type'] !== 'ephemeral') return {};
  const ttl = mark['ttl'];
  return { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ...((ttl === '5m' || ttl === '1h') && { ttl }) } } } };
}
