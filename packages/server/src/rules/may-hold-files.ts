import { isObject, type Json, type JsonObject } from '@holdfast/core/wire';

/** What holds text and nothing else, or holds further content in `content` or `output`. */
const TEXTS: ReadonlySet<unknown> = new Set([
  'text',
  'input_text',
  'output_text',
  'refusal',
  'message',
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
  'reasoning',
  'summary_text',
  'reasoning_text',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'item_reference',
]);

/**
 * Whether a client's history may hold files: their bytes are no tokens, and such a body must be read to be measured. What is not known to be text
 * may be a file. It costs as much as there are messages, however long they are.
 */
export const mayHoldFiles = (body: JsonObject): boolean => inList(body['messages']) || inList(body['input']) || inList(body['system']);

function inList(value: Json | undefined): boolean {
  if (!Array.isArray(value)) return isObject(value);
  for (const one of value as readonly Json[]) if (isObject(one) && inOne(one)) return true;
  return false;
}

function inOne(one: JsonObject): boolean {
  const { type } = one;
  if (type !== undefined && !TEXTS.has(type)) return true;
  return holds(one['content']) || holds(one['output']) || one['audio'] !== undefined || one['images'] !== undefined;
}

const holds = (value: Json | undefined): boolean => typeof value === 'object' && value !== null && inList(value);
