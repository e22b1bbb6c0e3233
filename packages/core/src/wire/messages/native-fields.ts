import { isObject, type Json, type JsonObject } from '../json.ts';
import type { BodyChanges } from '../protocol.ts';

type Mark = (mark: JsonObject) => JsonObject | undefined;

/** The change that takes a field out of a body; none where the body does not have it. `field`: see `pairs.data.ts`. */
export function without(body: JsonObject, field: string): BodyChanges {
  if (field.startsWith('tools')) return withoutTools(body, field);
  const [top = '', name] = field.split('.');
  if (top === 'marks') return eachMark(body, (mark) => less(mark, name!));
  const value = body[top];
  if (value === undefined) return {};
  if (name === undefined) return { [top]: undefined };
  if (!isObject(value) || value[name] === undefined) return {};
  const left = less(value, name);
  return { [top]: Object.keys(left).length > 0 ? left : undefined };
}

function withoutTools({ tools }: JsonObject, field: string): BodyChanges {
  if (!Array.isArray(tools)) return {};
  const [, type] = field.split(':');
  const name = field.slice('tools.*.'.length);
  const left =
    type === undefined ? mapped(tools, (tool) => less(tool, name)) : tools.filter((tool) => !isObject(tool) || tool['type'] !== type);
  return left === tools || (left.length === tools.length && type !== undefined) ? {} : { tools: left.length > 0 ? left : undefined };
}

/** The same object where it has no such field. */
function less(given: JsonObject, name: string): JsonObject {
  if (given[name] === undefined) return given;
  const { [name]: _, ...left } = given;
  return left;
}

/** The same list where nothing changed. */
function mapped(list: readonly Json[], change: (one: JsonObject) => JsonObject): readonly Json[] {
  let changed = false;
  const out = list.map((one) => {
    const made = isObject(one) ? change(one) : one;
    changed ||= made !== one;
    return made;
  });
  return changed ? out : list;
}

const inside = (holder: JsonObject, change: (block: JsonObject) => JsonObject): JsonObject => {
  const { content } = holder;
  if (!Array.isArray(content)) return holder;
  const made = mapped(content, (block) => inside(change(block), change));
  return made === content ? holder : { ...holder, content: made };
};

/** Every block of the messages, those in results too. */
export function eachBlock({ messages }: JsonObject, change: (block: JsonObject) => JsonObject): BodyChanges {
  if (!Array.isArray(messages)) return {};
  const made = mapped(messages, (message) => inside(message, change));
  return made === messages ? {} : { messages: made };
}

/** Every cache mark of a body, wherever it stands. */
export function eachMark(body: JsonObject, change: Mark): BodyChanges {
  const marked = (holder: JsonObject): JsonObject => {
    const { cache_control: mark, ...left } = holder;
    if (!isObject(mark)) return holder;
    const made = change(mark);
    return made === mark ? holder : made ? { ...holder, cache_control: made } : left;
  };
  const changes: Record<string, unknown> = { ...eachBlock(body, marked) };
  for (const name of ['system', 'tools']) {
    const list = body[name];
    const made = Array.isArray(list) ? mapped(list, marked) : list;
    if (made !== list) changes[name] = made;
  }
  const { cache_control: own } = marked(body);
  if (own !== body['cache_control']) changes['cache_control'] = own;
  return changes;
}
