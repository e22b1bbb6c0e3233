import { isObject, isText, type Json, type JsonObject } from '../json.ts';

/** Texts of a detail that come in pieces. */
const GROWS: ReadonlySet<string> = new Set(['text', 'summary']);

/** Pieces of thoughts, put to those of their kind and number; `own` grows. Servers take back whole ones, as a whole answer would have them. */
export function foldDetails(own: Json[], pieces: readonly Json[]): Json[] {
  for (const piece of pieces) {
    const at = isObject(piece) ? own.findLastIndex((one) => isSame(one, piece)) : -1;
    if (at === -1) own.push(piece);
    else own[at] = merged(own[at] as JsonObject, piece as JsonObject);
  }
  return own;
}

const isSame = (one: Json, { type, index }: JsonObject): boolean =>
  typeof index === 'number' && isObject(one) && one['index'] === index && one['type'] === type;

function merged(detail: JsonObject, piece: JsonObject): JsonObject {
  const both: Record<string, Json | undefined> = { ...detail };
  for (const [name, value] of Object.entries(piece)) {
    const before = both[name];
    if (GROWS.has(name) && isText(before) && isText(value)) both[name] = before + value;
    else if (value !== null && value !== '') both[name] = value;
  }
  return both;
}
