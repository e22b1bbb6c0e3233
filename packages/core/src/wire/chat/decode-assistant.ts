import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import type { AnsweredCalls } from './answered-calls.ts';
import { listOf, partsOf } from './decode-content.ts';
import { marked } from './decode-vendors.ts';

export type Assistant = Extract<LanguageModelV4Message, { role: 'assistant' }>;
type Content = Assistant['content'][number];

/** Thoughts, then words, then calls, as this protocol's servers made them. */
export function assistantOf(message: JsonObject, made: AnsweredCalls): Assistant {
  const { content, refusal, tool_calls: calls, function_call: call } = message;
  const said = isText(content) ? (content === '' ? [] : [{ type: 'text' as const, text: content }]) : listOf(content).flatMap(saidIn);
  return {
    role: 'assistant',
    content: [
      ...thoughts(message),
      ...said,
      ...(isText(refusal) && refusal !== '' ? [{ type: 'text' as const, text: refusal }] : []),
      ...listOf(calls).map((one) => callOf(one, made)),
      ...(isObject(call) ? [callOf({ function: call }, made)] : []),
    ],
    ...marked(message),
  };
}

function thoughts({ reasoning_content: content, reasoning, reasoning_details: details }: JsonObject): readonly Content[] {
  const plain = [content, reasoning].find((one) => isText(one) && one !== '');
  const text = isText(plain)
    ? plain
    : listOf(details)
        .map(({ text: one }) => (isText(one) ? one : ''))
        .join('');
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

/** Mistral's servers put thoughts into the content. */
function saidIn(part: JsonObject): readonly Content[] {
  if (part['type'] !== 'thinking') return partsOf([part]);
  const { thinking } = part;
  const text = isText(thinking)
    ? thinking
    : listOf(thinking)
        .map(({ text: one }) => (isText(one) ? one : ''))
        .join('');
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

function callOf(call: JsonObject, made: AnsweredCalls): Content {
  const own = [call['function'], call['custom']].find(isObject) ?? {};
  const toolName = isText(own['name']) ? own['name'] : '';
  const toolCallId = made.called(isText(call['id']) ? call['id'] : '', toolName);
  return { type: 'tool-call', toolCallId, toolName, input: inputOf(own['arguments'] ?? own['input'] ?? '') };
}

/** The input of a call is an object everywhere else: what is none goes on as the one field of one. */
function inputOf(given: Json): JsonObject {
  if (isObject(given)) return given;
  if (!isText(given)) return { arguments: given };
  if (given.trim() === '') return {};
  try {
    const read = JSON.parse(given) as Json;
    return isObject(read) ? read : { arguments: read };
  } catch {
    return { arguments: given };
  }
}
