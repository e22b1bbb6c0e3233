import { isObject, isText, type Json, type JsonObject } from './json.ts';

/** The input of a call of OpenAI's protocols. It is an object everywhere else: what is none goes on as the one field of one. */
export function callInput(given: Json): JsonObject {
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
