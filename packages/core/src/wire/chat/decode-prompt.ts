import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { AnsweredCalls } from './answered-calls.ts';
import { assistantOf } from './decode-assistant.ts';
import { listOf, partsOf } from './decode-content.ts';
import { marked } from './decode-vendors.ts';

type Message = LanguageModelV4Message;
type ToolMessage = Extract<Message, { role: 'tool' }>;
type Output = Extract<ToolMessage['content'][number], { type: 'tool-result' }>['output'];

/** Each message by itself, in order: a conversation that grows begins with what it was (T2). */
export function decodePrompt(messages: Json | undefined): LanguageModelV4Prompt {
  const calls = new AnsweredCalls();
  return listOf(messages).flatMap((message) => messagesOf(message, calls));
}

function messagesOf(message: JsonObject, calls: AnsweredCalls): readonly Message[] {
  switch (message['role']) {
    case 'system':
    case 'developer':
      return systemOf(message);
    case 'assistant':
      return [assistantOf(message, calls)];
    case 'tool':
    case 'function':
      return [toolOf(message, calls)];
    default:
      return [{ role: 'user', content: [...partsOf(message['content'])], ...marked(message) }];
  }
}

/** Blocks stay blocks where one of them ends what is cached. */
function systemOf(message: JsonObject): readonly Message[] {
  const { content } = message;
  if (isText(content)) return [{ role: 'system', content, ...marked(message) }];
  const parts = listOf(content).flatMap((part) => (isText(part['text']) ? [{ text: part['text'], mark: marked(part) }] : []));
  if (parts.some(({ mark }) => mark.providerOptions)) return parts.map(({ text, mark }) => ({ role: 'system', content: text, ...mark }));
  return [{ role: 'system', content: parts.map(({ text }) => text).join('\n'), ...marked(message) }];
}

function toolOf(message: JsonObject, calls: AnsweredCalls): ToolMessage {
  const { tool_call_id: id, name, content } = message;
  const call = calls.answered(isText(id) ? id : '', isText(name) ? name : undefined);
  return { role: 'tool', content: [{ type: 'tool-result', ...call, output: outputOf(content), ...markOf(message) }] };
}

/** A mark on a result's last part stands for the result. */
function markOf(message: JsonObject): ReturnType<typeof marked> {
  const own = marked(message);
  const last = listOf(message['content']).at(-1);
  return own.providerOptions || !last ? own : marked(last);
}

function outputOf(content: Json | undefined): Output {
  if (isText(content)) return { type: 'text', value: content };
  if (isObject(content)) return { type: 'text', value: JSON.stringify(content) };
  const parts = partsOf(content);
  if (parts.some(({ type }) => type === 'file')) return { type: 'content', value: parts.map(unmarked) };
  return { type: 'text', value: parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n') };
}

function unmarked<T extends ReturnType<typeof partsOf>[number]>(part: T): T {
  const { providerOptions: _, ...bare } = part;
  return bare as T;
}
