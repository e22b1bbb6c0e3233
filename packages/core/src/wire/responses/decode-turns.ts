import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { callInput } from '../call-input.ts';
import { BadRequest } from '../client-error.ts';
import { isObject, isText, type JsonObject } from '../json.ts';
import { isOurs, unsealed, vendorsIn } from '../opaque.ts';
import { plainInput } from '../plain-tools.ts';
import { resultOutput, userParts } from './decode-content.ts';
import { isThere, objectAt, objectsAt, textAt } from './json-read.ts';

type Assistant = Extract<LanguageModelV4Message, { role: 'assistant' }>;
type Tool = Extract<LanguageModelV4Message, { role: 'tool' }>;
type Options = NonNullable<LanguageModelV4Message['providerOptions']>;

/** Items as messages: neighbours of one side are one turn. */
interface Turns {
  readonly prompt: LanguageModelV4Prompt;
  /** Tools by the id of their call: results do not name them. */
  readonly names: Map<string, string>;
  /** What had no place of its own beside a call (`hf1.`), by the call's id. */
  readonly beside: ReadonlyMap<string, Options>;
}

export function turnsOf(items: readonly JsonObject[]): LanguageModelV4Prompt {
  const turns: Turns = { prompt: [], names: new Map(), beside: besideCalls(items) };
  items.forEach((item, at) => take(turns, item, at));
  return turns.prompt;
}

function besideCalls(items: readonly JsonObject[]): Map<string, Options> {
  const found = new Map<string, Options>();
  for (const item of items) {
    const { call, metadata } = sealedIn(item) ?? {};
    if (isText(call) && isObject(metadata)) found.set(call, vendorsIn(metadata));
  }
  return found;
}

const sealedIn = (item: JsonObject): JsonObject | undefined => {
  const { type, encrypted_content: opaque } = item;
  return type === 'reasoning' && isText(opaque) ? unsealed(opaque) : undefined;
};

function take(turns: Turns, item: JsonObject, at: number): void {
  const type = textAt(item, 'type') || 'message';
  switch (type) {
    case 'message':
      return message(turns, item);
    case 'reasoning':
      return reasoning(turns, item);
    case 'function_call':
      return call(turns, item, textAt(item, 'name'), callInput(textAt(item, 'arguments')));
    case 'custom_tool_call':
      return call(turns, item, textAt(item, 'name'), plainInput(item['input']));
    case 'item_reference':
      throw new BadRequest(`Item with id '${textAt(item, 'id')}' not found.`, `input[${at}].id`, 'previous_response_not_found');
    case 'mcp_call':
      return told(turns, item);
    default:
      // Calls of tools that a vendor defines and the client runs; what the vendor ran itself shows in the text behind it.
      if (type.endsWith('_call_output')) result(turns, item);
      else if (type.endsWith('_call') && isText(item['call_id'])) call(turns, item, type.slice(0, -'_call'.length), ownInput(item));
  }
}

function message({ prompt }: Turns, item: JsonObject): void {
  const parts = userParts(item['content']);
  const words = parts.flatMap((part) => (part.type === 'text' ? part.text : []));
  switch (item['role']) {
    case 'assistant':
      for (const text of words) if (text !== '') said(prompt, { type: 'text', text });
      return;
    case 'system':
    case 'developer':
      if (words.length > 0) prompt.push({ role: 'system', content: words.join('\n') });
      return;
    default:
      if (parts.length > 0) prompt.push({ role: 'user', content: parts });
  }
}

function reasoning({ prompt }: Turns, item: JsonObject): void {
  const { id, encrypted_content: opaque } = item;
  const pieces = [...objectsAt(item, 'summary'), ...objectsAt(item, 'content')].map((part) => textAt(part, 'text'));
  const text = pieces.join('\n\n');
  if (isOurs(opaque)) {
    const metadata = unsealed(opaque);
    // Cut in half, or not ours after all, it is worth nothing to anybody; what belongs to a call stands beside that.
    if (metadata && !('call' in metadata)) said(prompt, { type: 'reasoning', text, providerOptions: vendorsIn(metadata) });
    return;
  }
  if (text === '' && !isText(opaque)) return;
  const openai = { ...(isText(id) && { itemId: id }), ...(isText(opaque) && { reasoningEncryptedContent: opaque }) };
  said(prompt, { type: 'reasoning', text, ...(Object.keys(openai).length > 0 && { providerOptions: { openai } }) });
}

function call({ prompt, names, beside }: Turns, item: JsonObject, toolName: string, input: unknown): void {
  const toolCallId = textAt(item, 'call_id');
  const { id } = item;
  names.set(toolCallId, toolName);
  const providerOptions = { ...(isText(id) && { openai: { itemId: id } }), ...beside.get(toolCallId) };
  said(prompt, { type: 'tool-call', toolCallId, toolName, input, ...(Object.keys(providerOptions).length > 0 && { providerOptions }) });
  return;
}

function result(turns: Turns, item: JsonObject): void {
  const toolCallId = textAt(item, 'call_id');
  const toolName = turns.names.get(toolCallId) ?? 'tool';
  const part: Tool['content'][number] = { type: 'tool-result', toolCallId, toolName, output: resultOutput(item['output']) };
  const last = turns.prompt.at(-1);
  if (last?.role === 'tool') last.content.push(part);
  else turns.prompt.push({ role: 'tool', content: [part] });
}

/** A tool that the vendor called elsewhere: its result is nowhere else in the conversation. */
function told({ prompt }: Turns, item: JsonObject): void {
  const output = textAt(item, 'output') || textAt(item, 'error');
  if (output !== '') said(prompt, { type: 'text', text: `[${textAt(item, 'name')}(${textAt(item, 'arguments')}): ${output}]` });
}

function said(prompt: LanguageModelV4Prompt, part: Assistant['content'][number]): void {
  const last = prompt.at(-1);
  if (last?.role === 'assistant') last.content.push(part);
  else prompt.push({ role: 'assistant', content: [part] });
}

const ownInput = (item: JsonObject): JsonObject => {
  const { action, operation, arguments: given } = item;
  if (isThere(action)) return { action: objectAt(item, 'action') };
  return isThere(operation) ? { operation: objectAt(item, 'operation') } : isThere(given) ? { arguments: given } : {};
};
