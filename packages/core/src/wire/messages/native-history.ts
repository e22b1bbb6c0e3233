import { unsignedFrom } from '../../rules/transcript/repair-names.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { isOurs } from '../opaque.ts';
import type { NativeAsk } from '../protocol.ts';

type Messages = readonly Json[];

/** What a thinking block is bound by; undefined for other blocks. */
function opaqueOf(block: Json): string | undefined {
  if (!isObject(block)) return undefined;
  if (block['type'] === 'thinking') return isText(block['signature']) ? block['signature'] : '';
  if (block['type'] !== 'redacted_thinking') return undefined;
  return isText(block['data']) ? block['data'] : '';
}

/**
 * Thoughts that this target cannot read are left out (T1, T3): cut ones, ours, those made elsewhere, and from a place on those it refused.
 * The same list when there are none.
 */
export function withoutThoughts(messages: Messages, { foreign, repairs }: Pick<NativeAsk, 'foreign' | 'repairs'>): Messages {
  const places = repairs.map(unsignedFrom).filter((place) => place !== undefined);
  const from = places.length === 0 ? Infinity : Math.min(...places);
  let changed = false;
  const kept = messages.flatMap((message, at): Json[] => {
    if (!isObject(message) || message['role'] !== 'assistant' || !Array.isArray(message['content'])) return [message];
    const content = message['content'] as readonly Json[];
    const isKept = (block: Json): boolean => {
      const value = opaqueOf(block);
      return value === undefined || !(at >= from || value === '' || isOurs(value) || foreign(value));
    };
    if (content.every(isKept)) return [message];
    changed = true;
    const left = content.filter(isKept);
    return left.length > 0 ? [{ ...message, content: left }] : [];
  });
  if (!changed) return messages;
  return kept.length > 0 ? kept : [{ role: 'user', content: '(empty)' }];
}

const isResult = (message: Json): boolean =>
  isObject(message) &&
  Array.isArray(message['content']) &&
  message['content'].some((block) => isObject(block) && block['type'] === 'tool_result');

/** Providers C4: with a budget, a turn that asked for tools must begin with its thoughts. On again with the next user message. */
export function bound(messages: Messages): boolean {
  const turn = messages.slice(messages.findLastIndex((one) => isObject(one) && one['role'] === 'user' && !isResult(one)) + 1);
  const said = turn.filter((one): one is JsonObject => isObject(one) && one['role'] === 'assistant');
  const first = said[0]?.['content'];
  if (Array.isArray(first) && first[0] !== undefined && opaqueOf(first[0] as Json) !== undefined) return false;
  return said.some(({ content }) => Array.isArray(content) && content.some((block) => isObject(block) && block['type'] === 'tool_use'));
}

/** Instructions in the middle of a conversation go on as marked text of the user's. */
export function withoutSystemTurns(messages: Messages): Messages {
  if (!messages.some((one) => isObject(one) && one['role'] === 'system')) return messages;
  return messages.map((one) => {
    if (!isObject(one) || one['role'] !== 'system') return one;
    const { content } = one;
    const texts = isText(content)
      ? [content]
      : Array.isArray(content)
        ? content.filter(isObject).map(({ text }) => (isText(text) ? text : ''))
        : [];
    return { role: 'user', content: `<system>\n${texts.join('\n\n')}\n</system>` };
  });
}
