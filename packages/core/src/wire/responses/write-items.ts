import type { JsonObject } from '../json.ts';
import { begin, contentJson, isSummary, itemJson, type Answer, type Content, type Item } from './answer.ts';
import { head } from './envelope.ts';
import { event } from './events.ts';

/** Events of items and their texts, whoever began them. */

export function beginItem(answer: Answer, json: JsonObject): readonly [item: Item, written: string] {
  const ending = closeBefore(answer, json).map((item) => endItem(answer, item, lastStatus(item, 'completed')));
  const before = head(answer) + ending.join('');
  const item = begin(answer, json);
  return [item, before + event(answer, 'response.output_item.added', { output_index: item.at, item: json })];
}

export const place = (item: Item, { type, at }: Content): JsonObject => ({
  item_id: item.id,
  output_index: item.at,
  [isSummary(type) ? 'summary_index' : 'content_index']: at,
});

const partEvent = ({ type }: Content): string => (isSummary(type) ? 'response.reasoning_summary_part' : 'response.content_part');
const textEvent = ({ type }: Content): string => `response.${isSummary(type) ? 'reasoning_summary_text' : type}`;

/** Without what only its end knows. */
const bare = (content: Content): JsonObject => contentJson({ ...content, text: '', notes: [] });

export function beginContent(answer: Answer, item: Item, type: string): readonly [content: Content, written: string] {
  const at = item.contents.filter((one) => isSummary(one.type) === isSummary(type)).length;
  const content: Content = { type, at, text: '', notes: [], said: false, done: false };
  item.contents.push(content);
  return [content, event(answer, `${partEvent(content)}.added`, { ...place(item, content), part: bare(content) })];
}

export function addText(answer: Answer, item: Item, content: Content, delta: string): string {
  content.text += delta;
  const logprobs = content.type === 'output_text' ? { logprobs: [] } : {};
  return event(answer, `${textEvent(content)}.delta`, { ...place(item, content), delta, ...logprobs });
}

export function endContent(answer: Answer, item: Item, content: Content): string {
  let out = '';
  const { type, text, said, done } = content;
  if (!said) {
    const whole = type === 'refusal' ? { refusal: text } : type === 'output_text' ? { text, logprobs: [] } : { text };
    out += event(answer, `${textEvent(content)}.done`, { ...place(item, content), ...whole });
  }
  if (!done) out += event(answer, `${partEvent(content)}.done`, { ...place(item, content), part: contentJson(content) });
  content.said = content.done = true;
  return out;
}

/** `changes`: what only the end knows. */
export function endItem(answer: Answer, item: Item, status: string, changes?: JsonObject): string {
  if (item.done) return '';
  const out = item.contents.map((content) => endContent(answer, item, content)).join('');
  item.json = { ...itemJson(item, status), ...changes };
  item.done = true;
  return out + event(answer, 'response.output_item.done', { output_index: item.at, item: item.json });
}

/** How an item ends that nothing further will come for. */
function lastStatus({ json, called }: Item, status: string): string {
  const { type } = json;
  if (type === 'message' || type === 'reasoning') return status;
  return called ? 'completed' : 'incomplete';
}

/**
 * What ends where another item begins: items in which nothing is open were left so by an attempt that broke; and text ends where a call begins.
 * What is thought in the midst of a text stands beside it, and the text goes on (R4).
 */
function closeBefore({ texts, thoughts, calls, items }: Answer, json: JsonObject): Item[] {
  const beside = json['type'] === 'reasoning' ? [texts, thoughts, calls] : [calls];
  const live = new Set<Item | undefined>(beside.flatMap((blocks) => [...blocks.values()].map(({ item }) => item)));
  return [...items.values()].filter((item) => !live.has(item));
}

/** A call whose item was begun and is not complete. */
export const isCalling = ({ calls }: Answer): boolean => [...calls.values()].some(({ item }) => item !== undefined && !item.done);

export const closeAll = (answer: Answer, status: string): string =>
  [...answer.items.values()].map((item) => endItem(answer, item, lastStatus(item, status))).join('');
