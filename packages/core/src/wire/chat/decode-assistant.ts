import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { callInput } from '../call-input.ts';
import { isObject, isText, type JsonObject } from '../json.ts';
import { plainInput } from '../plain-tools.ts';
import type { AnsweredCalls } from './answered-calls.ts';
import { listOf, partsOf } from './decode-content.ts';
import { marked } from './decode-vendors.ts';
import { signatureOf } from './signatures.ts';

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
  const { function: usual, custom } = call;
  const own = isObject(usual) ? usual : isObject(custom) ? custom : {};
  const toolName = isText(own['name']) ? own['name'] : '';
  const toolCallId = made.called(isText(call['id']) ? call['id'] : '', toolName);
  const input = own === custom ? plainInput(own['input']) : callInput(own['arguments'] ?? '');
  const signature = signatureOf(call);
  const signed = isText(signature) && signature !== '' ? { providerOptions: { google: { thoughtSignature: signature } } } : {};
  return { type: 'tool-call', toolCallId, toolName, input, ...signed };
}
