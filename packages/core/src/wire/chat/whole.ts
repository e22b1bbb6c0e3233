import { isObject, type JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import type { WirePart } from '../wire-part.ts';
import { ChatEncoder, isWithdrawal } from './encode.ts';
import { fold } from './fold.ts';
import { chatUsage } from './words.ts';

/** Parts that a client would see nothing of, or that stand in a frame of others, whoever made them. */
const QUIET: ReadonlySet<string> = new Set([
  'stream-start',
  'ping',
  'raw',
  'response-metadata',
  'text-start',
  'text-end',
  'reasoning-start',
  'reasoning-end',
  'source',
]);

/** The attempt that all parts came from; undefined where something was made without a frame, or by several. */
function attemptOf(parts: readonly WirePart[]): number | undefined {
  let attempt: number | undefined;
  for (const { type, wire } of parts) {
    if (wire === undefined && QUIET.has(type)) continue;
    if (wire === undefined || (attempt !== undefined && attempt !== wire.attempt)) return undefined;
    attempt = wire.attempt;
  }
  return attempt;
}

export function wholeAnswer(all: readonly WirePart[], start: EncoderStart): string {
  const parts = all.slice(all.findLastIndex((part) => part.type === 'raw' && isWithdrawal(part.rawValue)) + 1);
  const finish = parts.findLast((part) => part.type === 'finish');
  const whole = finish?.wire?.whole;
  const attempt = attemptOf(parts);
  if (whole !== undefined && attempt !== undefined) return whole;
  const frames = attempt === undefined ? [] : parts.flatMap(({ wire }) => wire?.frames ?? []);
  const answer = fold(frames.length > 0 ? frames.map(({ json }) => json) : streamed(parts, start));
  const usage = finish && !isObject(answer['usage']) ? chatUsage(finish.usage) : undefined;
  return JSON.stringify(usage ? { ...answer, usage } : answer);
}

/** What a client that streams would have been told (E2). */
function streamed(parts: readonly WirePart[], start: EncoderStart): readonly JsonObject[] {
  const encoder = new ChatEncoder(start);
  return parts
    .flatMap((part) => encoder.part(part).split('\n\n'))
    .map((event) => event.slice(event.indexOf('data: ') + 'data: '.length).replaceAll('\ndata: ', '\n'))
    .filter((data) => data.startsWith('{'))
    .map((data) => JSON.parse(data) as JsonObject);
}
