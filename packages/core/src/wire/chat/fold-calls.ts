import { isObject, isText, type Json, type JsonObject } from '../json.ts';

/** The pieces of tool calls, each put to its call. What names a call is said once, whatever a server repeats; its input is joined. */
export function chunkCalls(calls: JsonObject[], pieces: readonly Json[]): void {
  for (const piece of pieces) {
    if (!isObject(piece)) continue;
    const at = placeOf(calls, piece);
    if (at === -1) calls.push(piece);
    else calls[at] = merged(calls[at]!, piece);
  }
}

function placeOf(calls: readonly JsonObject[], { index, id }: JsonObject): number {
  const named = isText(id) && id !== '';
  if (typeof index === 'number') {
    const at = calls.findLastIndex((call) => call['index'] === index);
    const other = calls[at]?.['id'];
    return named && isText(other) && other !== '' && other !== id ? -1 : at;
  }
  return named ? calls.findLastIndex((call) => call['id'] === id) : calls.length - 1;
}

/** Where a call's input stands. */
const INPUTS: ReadonlySet<string> = new Set(['arguments', 'input']);

function merged(call: JsonObject, piece: JsonObject): JsonObject {
  const both: Record<string, Json | undefined> = { ...call };
  for (const [name, value] of Object.entries(piece)) {
    const before = both[name];
    if (isObject(before) && isObject(value)) both[name] = merged(before, value);
    else if (INPUTS.has(name) && isText(before) && isText(value)) both[name] = before + value;
    else if (value !== null && value !== '') both[name] = value;
  }
  return both;
}
