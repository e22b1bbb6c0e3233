import type { JsonObject } from '../json.ts';
import { encodeEvent } from '../sse-encode.ts';
import type { WireFrame } from '../wire-part.ts';
import type { Answer } from './answer.ts';

/** R4: events are numbered by us, without a gap, whoever wrote them. */
export function event(answer: Answer, type: string, fields: JsonObject): string {
  const data = JSON.stringify({ type, sequence_number: answer.seq++, ...fields });
  return `event: ${type}\ndata: ${data}\n\n`;
}

/** A frame as it came, but for its number where ours is another. */
export function verbatim(answer: Answer, frame: WireFrame): string {
  const number = answer.seq++;
  const data = frame.json['sequence_number'] === number ? frame.data : renumbered(frame, number);
  if (data.includes('\n')) return encodeEvent({ data, ...(frame.event !== undefined && { event: frame.event }) });
  return frame.event === undefined ? `data: ${data}\n\n` : `event: ${frame.event}\ndata: ${data}\n\n`;
}

/** Inside a JSON string the quotes are escaped: what this finds is a field. */
const NUMBER = /("sequence_number"\s*:\s*)\d+/g;

function renumbered({ data, json }: WireFrame, number: number): string {
  let found = 0;
  const replaced = data.replace(NUMBER, (_, field: string) => {
    found++;
    return `${field}${number}`;
  });
  // None, or a field of that name further down.
  return found === 1 && json['sequence_number'] !== undefined ? replaced : JSON.stringify({ ...json, sequence_number: number });
}
