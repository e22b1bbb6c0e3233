import { expect } from 'vitest';
import { partsReader } from '../src/rules/parts-reader.ts';
import { isObject, type JsonObject, messagesProtocol, SseFramer, type WireFrame, type WirePart } from '../src/wire/index.ts';
import { frame } from './messages-shapes.ts';

export const START = { id: 'msg_hf', model: 'smart', created: 1, body: {} };

export const lifted = (frames: readonly JsonObject[], attempt = 1): WirePart[] => {
  const lift = messagesProtocol.lift(attempt);
  return [...frames.flatMap((json) => lift.take(frame(json))), ...lift.finish()];
};

/** The parts as a provider of another protocol would have given them. */
export const bare = (parts: readonly WirePart[]): WirePart[] =>
  parts.map((part) => {
    const { wire: _, ...rest } = part;
    return rest;
  });

export const written = (parts: readonly WirePart[]): string => {
  const encoder = messagesProtocol.encoder(START);
  return parts.map((part) => encoder.part(part)).join('');
};

export const framesOf = (text: string): WireFrame[] => {
  const framer = new SseFramer();
  return [...framer.push(text), ...framer.end()]
    .filter((one) => one.type === 'event')
    .map(({ event, data }) => ({ ...(event !== undefined && { event }), data, json: JSON.parse(data) as JsonObject }));
};

/** What a chain hands on of an answer that broke before its part `at`: what was held back is dropped, what is open is closed. */
export function brokenAt(parts: readonly WirePart[], at: number): WirePart[] {
  const reading = partsReader.start();
  const out: WirePart[] = [];
  let held: WirePart[] = [];
  for (const part of parts.slice(0, at)) {
    const look = reading.look(part);
    held.push(part);
    if (look.hold || (held.length > 1 && look.commit === 'nothing')) continue;
    out.push(...held);
    held = [];
  }
  return [...out, ...reading.closing()];
}

/** One message, its blocks one after the other with gapless indexes, its end; calls that can be read. */
export function expectWellFormed(text: string): void {
  const frames = framesOf(text);
  const inputs = new Map<unknown, string>();
  let open: unknown;
  let next = 0;
  frames.forEach(({ event, json }, at) => {
    const { type, index, delta } = json;
    expect(event).toBe(type);
    expect(type === 'message_start').toBe(at === 0);
    expect(type === 'message_stop').toBe(at === frames.length - 1);
    if (type === 'content_block_start') {
      expect(open).toBeUndefined();
      expect(index).toBe(next++);
      open = index;
    } else if (type === 'content_block_delta') {
      expect(index).toBe(open);
      if (isObject(delta) && delta['type'] === 'input_json_delta')
        inputs.set(index, (inputs.get(index) ?? '') + String(delta['partial_json']));
    } else if (type === 'content_block_stop') {
      expect(index).toBe(open);
      open = undefined;
    } else if (type === 'message_delta') expect(open).toBeUndefined();
  });
  expect(frames.filter(({ json }) => json['type'] === 'message_delta')).toHaveLength(1);
  for (const input of inputs.values()) if (input !== '') expect(() => JSON.parse(input) as unknown).not.toThrow();
}
