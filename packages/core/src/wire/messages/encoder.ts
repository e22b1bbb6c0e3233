import type { ClientError } from '../client-error.ts';
import type { Json } from '../json.ts';
import type { Encoder, EncoderStart } from '../protocol.ts';
import { encodeEvent } from '../sse-encode.ts';
import type { WirePart } from '../wire-part.ts';
import type { MessageEvent } from './envelope.ts';
import { errorBody } from './error.ts';
import { folded } from './fold.ts';
import { MessageEvents } from './message-events.ts';

/** The official SDK and others pass over it at any time, before the head too. */
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

const LINES = /[\r\n]/;

function text({ json, event = String(json['type']), data }: MessageEvent): string {
  const said = data ?? JSON.stringify(json);
  return LINES.test(said) || LINES.test(event) ? encodeEvent({ event, data: said }) : `event: ${event}\ndata: ${said}\n\n`;
}

export function messagesEncoder(start: EncoderStart): Encoder {
  const events = new MessageEvents(start);
  let broken = false;
  return {
    part(part) {
      if (broken) return '';
      const run = part.wire?.run;
      if (run !== undefined && events.passes(part)) return run;
      const out = events.part(part);
      return out.length === 1 ? text(out[0]!) : out.map(text).join('');
    },
    keepAlive: () => (broken ? '' : PING),
    failure(error: ClientError) {
      if (broken) return '';
      broken = true;
      return encodeEvent({ event: 'error', data: errorBody(error) });
    },
  };
}

/** A whole answer: as it came, or what its events add up to. */
export function wholeMessage(parts: readonly WirePart[], start: EncoderStart): string {
  const asItCame = verbatim(parts);
  if (asItCame !== undefined) return asItCame;
  const events = new MessageEvents(start);
  return JSON.stringify(folded(parts.flatMap((part) => events.part(part)).map(({ json }) => json)) as Json);
}

/** Every part is of the attempt that gave the whole of it. */
function verbatim(parts: readonly WirePart[]): string | undefined {
  const last = parts.findLast(({ type }) => type === 'finish')?.wire;
  if (last?.whole === undefined) return undefined;
  return parts.every(({ type, wire }) => type === 'stream-start' || wire?.attempt === last.attempt) ? last.whole : undefined;
}
