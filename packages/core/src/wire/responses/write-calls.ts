import type { LanguageModelV4File, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isObject, isText, objectOf, type JsonObject } from '../json.ts';
import { base64 } from '../media.ts';
import { sealed } from '../opaque.ts';
import { plainText } from '../plain-tools.ts';
import { itemId, type Answer, type Block, type Item } from './answer.ts';
import { event } from './events.ts';
import { beginItem, endItem, isCalling } from './write-items.ts';
import { foreign, joined, type Metadata } from './write-thought.ts';

type Part = LanguageModelV4StreamPart;
type Of<T extends Part['type']> = Extract<Part, { readonly type: T }>;

export function inputStart({ calls }: Answer, part: Of<'tool-input-start'>): string {
  if (part.providerExecuted !== true && !calls.has(part.id))
    calls.set(part.id, { name: part.toolName, metadata: joined(undefined, part.providerMetadata) });
  return '';
}

export function inputDelta(answer: Answer, { id, delta }: Of<'tool-input-delta'>): string {
  const block = answer.calls.get(id);
  // Plain text is no JSON: such a call is written when it is complete. So is one that begins while another is being made.
  if (!block || delta === '' || answer.plain.has(block.name ?? '') || (!block.item && isCalling(answer))) return '';
  let out = '';
  if (!block.item) [block.item, out] = open(answer, id, block);
  const { item } = block;
  if (item.json['type'] !== 'function_call' || item.called) return out;
  return out + pieceOf(answer, item, delta);
}

function pieceOf(answer: Answer, item: Item, delta: string): string {
  item.input += delta;
  return event(answer, 'response.function_call_arguments.delta', { item_id: item.id, output_index: item.at, delta });
}

function open(answer: Answer, callId: string, { name = '', metadata }: Block): [Item, string] {
  const plain = answer.plain.has(name);
  const id = itemId(answer, plain ? 'ctc' : 'fc', metadata?.['openai']?.['itemId']);
  const call = { id, type: plain ? 'custom_tool_call' : 'function_call', status: 'in_progress', call_id: callId, name };
  const [item, written] = beginItem(answer, plain ? { ...call, input: '' } : { ...call, arguments: '' });
  return [item, written];
}

export function toolCall(answer: Answer, part: Of<'tool-call'>): string {
  const block = answer.calls.get(part.toolCallId) ?? { name: part.toolName };
  const metadata = joined(block.metadata, part.providerMetadata);
  if (part.providerExecuted === true) return served(answer, part, metadata);
  answer.calls.delete(part.toolCallId);
  let out = '';
  const own = metadata['openai']?.['item'];
  if (isObject(own) && !block.item) return whole(answer, own);
  if (!block.item) {
    out = besideCall(answer, part.toolCallId, metadata);
    const [item, written] = open(answer, part.toolCallId, { ...block, name: part.toolName, metadata });
    block.item = item;
    out += written;
  }
  const { item } = block;
  if (item.json['type'] !== 'function_call' && item.json['type'] !== 'custom_tool_call')
    return out + endItem(answer, item, 'completed', isObject(own) ? own : undefined);
  return out + (item.called ? '' : inputDone(answer, item, part.input)) + endItem(answer, item, 'completed');
}

function inputDone(answer: Answer, item: Item, input: string): string {
  const at = { item_id: item.id, output_index: item.at };
  item.called = true;
  if (item.json['type'] === 'custom_tool_call') {
    item.input = plainText(input);
    const piece = event(answer, 'response.custom_tool_call_input.delta', { ...at, delta: item.input });
    return piece + event(answer, 'response.custom_tool_call_input.done', { ...at, input: item.input });
  }
  const piece = item.input === '' && input !== '' ? pieceOf(answer, item, input) : '';
  item.input = input;
  return piece + event(answer, 'response.function_call_arguments.done', { ...at, name: item.json['name'], arguments: input });
}

/** T2: what a vendor wants back with its call has no place in the call: it stands before it, in a thought that says nothing. */
function besideCall(answer: Answer, call: string, metadata: Metadata): string {
  const others = foreign(metadata);
  if (!others) return '';
  const encrypted = sealed({ call, metadata: others });
  return whole(answer, { id: itemId(answer, 'rs'), type: 'reasoning', summary: [], encrypted_content: encrypted });
}

/** An item of a kind of its own, begun and ended at once. */
export function whole(answer: Answer, json: JsonObject): string {
  const [item, written] = beginItem(answer, json);
  return written + endItem(answer, item, 'completed', json);
}

/** A call that the vendor made itself: its item ends with the result. */
function served(answer: Answer, part: Of<'tool-call'>, metadata: Metadata): string {
  const own = metadata['openai']?.['item'];
  if (isObject(own)) {
    if (answer.calls.get(part.toolCallId)?.item) return '';
    const [item, written] = beginItem(answer, own);
    answer.calls.set(part.toolCallId, { item });
    return written;
  }
  if (!part.toolName.includes('web_search')) return '';
  const action = { type: 'search', query: queryIn(part.input) };
  return whole(answer, { id: itemId(answer, 'ws'), type: 'web_search_call', status: 'completed', action });
}

export function toolResult(answer: Answer, part: Of<'tool-result'>): string {
  const { item } = answer.calls.get(part.toolCallId) ?? {};
  answer.calls.delete(part.toolCallId);
  return item ? endItem(answer, item, 'completed', isObject(part.result) ? (part.result as JsonObject) : undefined) : '';
}

function queryIn(input: string): string {
  const query = objectOf(input)?.['query'];
  return isText(query) ? query : '';
}

/** Pictures have a place in this protocol; other files do not. */
export function file(answer: Answer, { mediaType, data }: LanguageModelV4File): string {
  if (!mediaType.startsWith('image/') || data.type !== 'data') return '';
  const result = base64(data.data);
  return whole(answer, { id: itemId(answer, 'ig'), type: 'image_generation_call', status: 'completed', result });
}
