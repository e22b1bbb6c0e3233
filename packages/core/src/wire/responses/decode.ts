import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { toolsOf } from './decode-tools.ts';
import { turnsOf } from './decode-turns.ts';
import { numberAt, objectAt, objectsAt, textAt } from './json-read.ts';

type Options = LanguageModelV4CallOptions;
type Json7 = Extract<NonNullable<Options['responseFormat']>, { type: 'json' }>;

const EFFORTS: ReadonlySet<unknown> = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

/** The request in the AI SDK's words, for a target that does not speak this protocol. */
export function decode(body: JsonObject): Options {
  const { input, instructions } = body;
  const system = isText(instructions) && instructions !== '' ? [{ role: 'system' as const, content: instructions }] : [];
  const turns = isText(input)
    ? [{ role: 'user' as const, content: [{ type: 'text' as const, text: input }] }]
    : turnsOf(objectsAt(body, 'input'));
  const [maxOutputTokens, temperature, topP] = ['max_output_tokens', 'temperature', 'top_p'].map((name) => numberAt(body, name));
  const effort = objectAt(body, 'reasoning')['effort'];
  const responseFormat = formatOf(objectAt(objectAt(body, 'text'), 'format'));
  const providerOptions = optionsOf(body);
  return {
    prompt: [...system, ...turns],
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...toolsOf(body),
    ...(responseFormat && { responseFormat }),
    ...(EFFORTS.has(effort) && { reasoning: effort as NonNullable<Options['reasoning']> }),
    ...(Object.keys(providerOptions).length > 0 && { providerOptions }),
  };
}

function formatOf(format: JsonObject): Options['responseFormat'] {
  if (format['type'] === 'json_object') return { type: 'json' };
  if (format['type'] !== 'json_schema') return undefined;
  const [name, description] = [textAt(format, 'name'), textAt(format, 'description')];
  const schema = objectAt(format, 'schema') as NonNullable<Json7['schema']>;
  return { type: 'json', schema, ...(name !== '' && { name }), ...(description !== '' && { description }) };
}

/** Fields that OpenAI's package knows by another name; other vendors' packages do not look at them. */
const OPENAI: Readonly<Record<string, string>> = {
  parallel_tool_calls: 'parallelToolCalls',
  metadata: 'metadata',
  prompt_cache_key: 'promptCacheKey',
  safety_identifier: 'safetyIdentifier',
  service_tier: 'serviceTier',
  user: 'user',
};

function optionsOf(body: JsonObject): NonNullable<Options['providerOptions']> {
  const openai: Record<string, Json> = {};
  for (const [field, option] of Object.entries(OPENAI)) {
    const value = body[field];
    if (value !== undefined && value !== null && !(isObject(value) && Object.keys(value).length === 0)) openai[option] = value;
  }
  const { verbosity } = objectAt(body, 'text');
  if (isText(verbosity)) openai['textVerbosity'] = verbosity;
  const { strict } = objectAt(objectAt(body, 'text'), 'format');
  if (typeof strict === 'boolean') openai['strictJsonSchema'] = strict;
  const { summary } = objectAt(body, 'reasoning');
  if (isText(summary)) openai['reasoningSummary'] = summary;
  const include = body['include'];
  const top = numberAt(body, 'top_logprobs');
  if (Array.isArray(include) && include.includes('message.output_text.logprobs')) openai['logprobs'] = top ?? true;
  return {
    ...(Object.keys(openai).length > 0 && { openai }),
    ...(body['parallel_tool_calls'] === false && { anthropic: { disableParallelToolUse: true } }),
    ...(isText(summary) && { google: { thinkingConfig: { includeThoughts: true } } }),
  } as NonNullable<Options['providerOptions']>;
}
