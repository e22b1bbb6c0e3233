import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { assistantParts } from './decode-assistant.ts';
import { blocksOf, marked, shown, word } from './decode-blocks.ts';

type Message = LanguageModelV4Message;
type Output = LanguageModelV4ToolResultPart['output'];
type Item = Extract<Output, { type: 'content' }>['value'][number];

/** The conversation, from its last compaction on: a provider of this protocol passes over what stands before it too. */
export function decodeMessages(messages: readonly JsonObject[]): Message[] {
  const names = new Map<string, string>();
  const from = messages.findLastIndex(({ content }) => blocksOf(content).some(isSummary));
  return messages.slice(Math.max(0, from)).flatMap((message, at) => {
    const blocks = blocksOf(message['content']);
    if (message['role'] === 'system') return systemTurn(blocks);
    if (message['role'] === 'user') return userTurns(blocks, names);
    if (at > 0 || from < 0) return assistantTurn(blocks, names);
    const summary = blocks.findLastIndex(isSummary);
    return [summaryTurn(blocks[summary]!), ...assistantTurn(blocks.slice(summary + 1), names)];
  });
}

const isSummary = ({ type, content }: JsonObject): boolean => type === 'compaction' && isText(content) && content !== '';

const summaryTurn = (block: JsonObject): Message => ({
  role: 'user',
  content: [{ type: 'text', text: `Summary of the conversation so far:\n${word(block['content'])}`, ...marked(block) }],
});

function systemTurn(blocks: readonly JsonObject[]): Message[] {
  const texts = blocks.filter(({ text }) => word(text) !== '');
  if (texts.length === 0) return [];
  return [{ role: 'system', content: texts.map(({ text }) => word(text)).join('\n\n'), ...marked(texts.at(-1)!) }];
}

function assistantTurn(blocks: readonly JsonObject[], names: Map<string, string>): Message[] {
  const content = assistantParts(blocks, names);
  return content.length === 0 ? [] : [{ role: 'assistant', content }];
}

/** Results are messages of their own; the order of everything stays. */
function userTurns(blocks: readonly JsonObject[], names: ReadonlyMap<string, string>): Message[] {
  const out: Message[] = [];
  for (const block of blocks) {
    const last = out.at(-1);
    if (block['type'] === 'tool_result') {
      const result = resultOf(block, names);
      if (last?.role === 'tool') last.content.push(result);
      else out.push({ role: 'tool', content: [result] });
    } else {
      const parts = shown(block);
      if (last?.role === 'user') last.content.push(...parts);
      else if (parts.length > 0) out.push({ role: 'user', content: parts });
    }
  }
  return out;
}

function resultOf(block: JsonObject, names: ReadonlyMap<string, string>): LanguageModelV4ToolResultPart {
  const { tool_use_id: id, content, is_error: wrong } = block;
  const toolCallId = word(id);
  const output = outputOf(content, wrong === true);
  return {
    type: 'tool-result',
    toolCallId,
    toolName: names.get(toolCallId) ?? 'tool',
    output,
    ...(isObject(block['cache_control']) || output.type === 'content' ? marked(block) : markIn(content)),
  };
}

/** A mark within a result that is text stands for the result: the mark moves on with the conversation, and nothing else may change by it (T2). */
function markIn(content: Json | undefined): ReturnType<typeof marked> {
  const held = blocksOf(content).findLast((block) => isObject(block['cache_control']));
  return held ? marked(held) : {};
}

/** An error with images has no form of its own: what it says comes first. */
function outputOf(content: Json | undefined, wrong: boolean): Output {
  const type = wrong ? 'error-text' : 'text';
  if (!Array.isArray(content)) return { type, value: word(content) };
  const items = content.filter(isObject).flatMap(itemOf);
  if (items.every((item) => item.type === 'text'))
    return { type, value: items.map((item) => (item.type === 'text' ? item.text : '')).join('\n') };
  return { type: 'content', value: wrong ? [{ type: 'text', text: '[error]' }, ...items] : items };
}

function itemOf(block: JsonObject): Item[] {
  if (block['type'] !== 'tool_reference') return shown(block);
  return [{ type: 'custom', providerOptions: { anthropic: { type: 'tool-reference', toolName: word(block['tool_name']) } } }];
}
