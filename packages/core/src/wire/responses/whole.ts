import { isObject, type JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import type { WirePart } from '../wire-part.ts';
import { ResponsesEncoder } from './encoder.ts';
import { mended, responseOf } from './envelope.ts';

/** The JSON text of a whole answer: as it came, as its last frame tells it, or put together. */
export function whole(parts: readonly WirePart[], start: EncoderStart): string {
  const came = parts.findLast(({ wire }) => wire?.whole !== undefined)?.wire?.whole;
  if (came !== undefined) return asItCame(came, start);
  const encoder = new ResponsesEncoder(start);
  for (const part of parts) encoder.part(part);
  return JSON.stringify(encoder.whole() ?? responseOf(start));
}

function asItCame(text: string, start: EncoderStart): string {
  const read: unknown = JSON.parse(text);
  if (!isObject(read)) return text;
  const shown: JsonObject = mended({ start, base: undefined }, read);
  return shown === read ? text : JSON.stringify(shown);
}
