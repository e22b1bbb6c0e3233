import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isText, type Json, type JsonObject } from '../json.ts';
import { begin, contentOf, type Answer, type Block, type Content, type Item } from './answer.ts';
import { numberAt, objectAt, textAt } from './json-read.ts';

const NOTHING: Block = {};

/** Reads a frame that was handed on for what later ones must go on with. Answers the item and text it is of. */
export function readFrame(answer: Answer, json: JsonObject): Block {
  const at = numberAt(json, 'output_index');
  if (at === undefined) return NOTHING;
  if (json['type'] === 'response.output_item.added') return { item: begin(answer, objectAt(json, 'item'), at) };
  const item = answer.items.get(at);
  if (!item) return NOTHING;
  const content = contentIn(item, json);
  if (content) readContent(content, json);
  else readItem(item, json);
  return content ? { item, content } : { item };
}

const TYPES: Readonly<Record<string, string>> = {
  'response.output_text.delta': 'output_text',
  'response.output_text.done': 'output_text',
  'response.output_text.annotation.added': 'output_text',
  'response.refusal.delta': 'refusal',
  'response.refusal.done': 'refusal',
  'response.reasoning_text.delta': 'reasoning_text',
  'response.reasoning_text.done': 'reasoning_text',
  'response.reasoning_summary_part.added': 'summary_text',
  'response.reasoning_summary_part.done': 'summary_text',
  'response.reasoning_summary_text.delta': 'summary_text',
  'response.reasoning_summary_text.done': 'summary_text',
};

function contentIn(item: Item, json: JsonObject): Content | undefined {
  const event = textAt(json, 'type');
  const type = TYPES[event] ?? (event.startsWith('response.content_part.') ? textAt(objectAt(json, 'part'), 'type') : undefined);
  return type === undefined ? undefined : contentOf(item, type, numberAt(json, 'content_index') ?? numberAt(json, 'summary_index') ?? 0);
}

function readContent(content: Content, json: JsonObject): void {
  const type = textAt(json, 'type');
  if (type.endsWith('.delta')) content.text += textAt(json, 'delta');
  else if (type.endsWith('_part.added')) content.text += wordsOf(objectAt(json, 'part'));
  else if (type.endsWith('annotation.added')) content.notes.push(json['annotation'] ?? null);
  else if (type.endsWith('_part.done')) content.said = content.done = true;
  else content.said = true;
}

const wordsOf = (part: JsonObject): string => textAt(part, 'text') || textAt(part, 'refusal');

function readItem(item: Item, json: JsonObject): void {
  switch (json['type']) {
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      item.input += textAt(json, 'delta');
      return;
    case 'response.function_call_arguments.done':
    case 'response.custom_tool_call_input.done': {
      const whole: Json | undefined = json['arguments'] ?? json['input'];
      if (isText(whole)) item.input = whole;
      item.called = true;
      return;
    }
    case 'response.output_item.done':
      item.json = objectAt(json, 'item');
      item.done = true;
  }
}

/** Which item a block of parts is, for who goes on with it. */
export function bind({ texts: open, thoughts: thinking, calls: calling }: Answer, part: LanguageModelV4StreamPart, block: Block): void {
  switch (part.type) {
    case 'text-start':
    case 'text-delta':
      if (block.content) open.set(part.id, block);
      return;
    case 'text-end':
      open.delete(part.id);
      return;
    case 'reasoning-start':
    case 'reasoning-delta':
      if (block.item) thinking.set(part.id, { ...thinking.get(part.id), item: block.item });
      return;
    case 'reasoning-end':
      thinking.delete(part.id);
      return;
    case 'tool-input-start':
      if (block.item) calling.set(part.id, { item: block.item, name: part.toolName });
      return;
    case 'tool-call':
      if (part.providerExecuted === true && block.item) calling.set(part.toolCallId, { item: block.item });
      else calling.delete(part.toolCallId);
      return;
    case 'tool-result':
      calling.delete(part.toolCallId);
  }
}
