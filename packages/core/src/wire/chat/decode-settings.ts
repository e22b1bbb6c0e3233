import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { EFFORTS } from '../../rules/target.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';

type Options = LanguageModelV4CallOptions;
type Format = NonNullable<Options['responseFormat']>;
type Schema = Extract<Format, { type: 'json' }>['schema'];

const NUMBERS: readonly (readonly [field: string, option: keyof Options])[] = [
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
  ['presence_penalty', 'presencePenalty'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['seed', 'seed'],
];

export function decodeSettings(body: JsonObject): Partial<Options> {
  const options: Record<string, unknown> = {};
  for (const [field, option] of NUMBERS) if (typeof body[field] === 'number') options[option] = body[field];
  const limit = body['max_completion_tokens'] ?? body['max_tokens'];
  if (typeof limit === 'number' && limit > 0) options['maxOutputTokens'] = limit;
  const stops = stopsOf(body['stop']);
  if (stops.length > 0) options['stopSequences'] = stops;
  const format = formatOf(body['response_format']);
  if (format) options['responseFormat'] = format;
  const effort = effortOf(body);
  if (effort !== undefined) options['reasoning'] = effort;
  return options;
}

function stopsOf(stop: Json | undefined): readonly string[] {
  if (isText(stop)) return stop === '' ? [] : [stop];
  return Array.isArray(stop) ? (stop as readonly Json[]).filter((one) => isText(one) && one !== '').map(String) : [];
}

function formatOf(format: Json | undefined): Format | undefined {
  if (!isObject(format)) return undefined;
  if (format['type'] === 'json_object') return { type: 'json' };
  const described = format['json_schema'];
  if (format['type'] !== 'json_schema' || !isObject(described)) return undefined;
  const { schema, name, description } = described;
  return {
    type: 'json',
    ...(isObject(schema) && { schema: schema as Schema }),
    ...(isText(name) && { name }),
    ...(isText(description) && { description }),
  };
}

/** OpenAI's field, or OpenRouter's object. */
function effortOf({ reasoning_effort: effort, reasoning }: JsonObject): string | undefined {
  const asked = isText(effort) ? effort : isObject(reasoning) ? (reasoning['enabled'] === false ? 'none' : reasoning['effort']) : undefined;
  return isText(asked) && (EFFORTS as readonly string[]).includes(asked) ? asked : undefined;
}
