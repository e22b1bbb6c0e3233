import { isObject, isText } from '../json.ts';

/** What a field of a request may be. */
export interface Shape {
  readonly called: string;
  readonly fits: (value: unknown) => boolean;
}

export const TEXT: Shape = { called: 'a string', fits: isText };
const FLAG: Shape = { called: 'a boolean', fits: (value) => typeof value === 'boolean' };
const NUMBER: Shape = { called: 'a number', fits: (value) => typeof value === 'number' };
const COUNT: Shape = { called: 'a positive integer', fits: (value) => Number.isSafeInteger(value) && (value as number) > 0 };
const WHOLE: Shape = { called: 'an integer', fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0 };
export const OBJECT: Shape = { called: 'an object', fits: isObject };
export const LIST: Shape = { called: 'an array', fits: Array.isArray };
const TEXTS: Shape = { called: 'an array of strings', fits: (value) => Array.isArray(value) && value.every(isText) };
export const TEXT_OR_LIST: Shape = { called: 'a string or an array', fits: (value) => isText(value) || Array.isArray(value) };
const TEXT_OR_OBJECT: Shape = { called: 'a string or an object', fits: (value) => isText(value) || isObject(value) };

/** The fields that are looked at. Each may also be left out or null. */
export const FIELDS: readonly (readonly [string, Shape])[] = Object.entries({
  model: TEXT,
  input: TEXT_OR_LIST,
  instructions: TEXT,
  tools: LIST,
  tool_choice: TEXT_OR_OBJECT,
  parallel_tool_calls: FLAG,
  text: OBJECT,
  reasoning: OBJECT,
  include: TEXTS,
  max_output_tokens: COUNT,
  max_tool_calls: COUNT,
  temperature: NUMBER,
  top_p: NUMBER,
  top_logprobs: WHOLE,
  stream: FLAG,
  stream_options: OBJECT,
  store: FLAG,
  background: FLAG,
  previous_response_id: TEXT,
  metadata: OBJECT,
  prompt: OBJECT,
  prompt_cache_key: TEXT,
  safety_identifier: TEXT,
  service_tier: TEXT,
  truncation: TEXT,
  user: TEXT,
});
