import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { changedList } from './body-draft.ts';

function inContent(message: JsonObject, change: (part: JsonObject) => JsonObject): JsonObject {
  const { content } = message;
  if (!Array.isArray(content)) return message;
  const made = changedList(content as readonly Json[], change);
  return made === content ? message : { ...message, content: made };
}

/** A word in the place of a file that is not taken (providers C10). */
export const withoutFiles = (message: JsonObject, goes: (part: JsonObject) => boolean): JsonObject =>
  inContent(message, (part) => (goes(part) ? { type: 'text', text: leftOut(part) } : part));

function leftOut(part: JsonObject): string {
  const held = part['image_url'] ?? part['file'];
  const url = isObject(held) ? held['url'] : held;
  const name = isObject(held) ? held['filename'] : undefined;
  const about = isText(url) && /^https?:/.test(url) ? `: ${url}` : isText(name) ? `: ${name}` : '';
  return `[${part['image_url'] === undefined ? 'file' : 'image'} left out, this model does not take it${about}]`;
}

function withoutMark(one: JsonObject): JsonObject {
  if (one['cache_control'] === undefined) return one;
  const { cache_control: _, ...rest } = one;
  return rest;
}

/** A message or a tool without marks that end what is cached. */
export function unmarked(one: JsonObject): JsonObject {
  const bare = inContent(withoutMark(one), withoutMark);
  const own = bare['function'];
  if (!isObject(own)) return bare;
  const made = withoutMark(own);
  return made === own ? bare : { ...bare, function: made };
}

/** … with marks that say nothing but that they are some. */
export const withoutTtl = (message: JsonObject): JsonObject => inContent(plainMark(message), plainMark);

function plainMark(one: JsonObject): JsonObject {
  const mark = one['cache_control'];
  if (!isObject(mark) || Object.keys(mark).every((name) => name === 'type')) return one;
  return { ...one, cache_control: { type: mark['type'] ?? 'ephemeral' } };
}
