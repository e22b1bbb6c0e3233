import * as fc from 'fast-check';
import type { JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import type { WireFrame, WirePart } from '../wire-part.ts';
import { SseFramer } from '../sse.ts';
import { chatProtocol } from './index.ts';

export const asked = (body: object = {}): EncoderStart => ({ id: 'chatcmpl-hf', model: 'smart', created: 7, body: body as JsonObject });
export const withUsage = asked({ stream_options: { include_usage: true } });

export const frameOf = (chunk: object): WireFrame => ({ data: JSON.stringify(chunk), json: chunk as JsonObject });

/** The parts of a whole stream of chunks. */
export function lifted(chunks: readonly object[], attempt = 1): WirePart[] {
  const lift = chatProtocol.lift(attempt);
  return [...chunks.flatMap((chunk) => lift.take(frameOf(chunk))), ...lift.finish()];
}

export function encoded(parts: readonly WirePart[], start = asked()): string {
  const encoder = chatProtocol.encoder(start);
  return parts.map((part) => encoder.part(part)).join('');
}

export const sse = (chunks: readonly object[]): string =>
  [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');

export function eventsOf(text: string): string[] {
  const framer = new SseFramer();
  return [...framer.push(text), ...framer.end()].flatMap((frame) => (frame.type === 'event' ? [frame.data] : []));
}

export const chunksOf = (text: string): Row[] =>
  eventsOf(text)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as Row);

// oxlint-disable-next-line typescript/no-explicit-any -- what a client reads of foreign JSON
export type Row = Record<string, any>;

/** What a client makes of an answer, by hand: never with the code under test. */
export interface Seen {
  text: string;
  reasoning: string;
  refusal: string;
  calls: { index: number; id: string; name: string; args: string }[];
  finish: string[];
  usage: Row[];
  roles: number;
  ids: Set<string>;
  models: Set<string>;
  done: number;
}

export function seenIn(text: string): Seen {
  const seen: Seen = {
    text: '',
    reasoning: '',
    refusal: '',
    calls: [],
    finish: [],
    usage: [],
    roles: 0,
    ids: new Set(),
    models: new Set(),
    done: eventsOf(text).filter((data) => data === '[DONE]').length,
  };
  for (const chunk of chunksOf(text)) {
    seen.ids.add(chunk['id']);
    seen.models.add(chunk['model']);
    if (chunk['usage']) seen.usage.push(chunk['usage']);
    for (const { delta, finish_reason: finish, index } of chunk['choices'] as Row[]) {
      if (index !== 0) continue;
      if (finish) seen.finish.push(finish);
      if (!delta) continue;
      if (delta.role) seen.roles++;
      seen.text += Array.isArray(delta.content) ? delta.content.map((one: unknown) => JSON.stringify(one)).join('') : (delta.content ?? '');
      seen.reasoning += delta.reasoning_content ?? delta.reasoning ?? '';
      seen.refusal += delta.refusal ?? '';
      for (const { index: at, id, function: said } of (delta.tool_calls ?? []) as Row[]) {
        const known = seen.calls.find((call) => call.index === at);
        if (!known) seen.calls.push({ index: at, id, name: said.name, args: said.arguments ?? '' });
        else known.args += said.arguments ?? '';
      }
    }
  }
  return seen;
}

/** The same of the parts themselves. */
export function saidBy(
  parts: readonly WirePart[],
): Pick<Seen, 'text' | 'reasoning'> & { calls: { id: string; name: string; input: string }[] } {
  const said = { text: '', reasoning: '', calls: [] as { id: string; name: string; input: string }[] };
  for (const part of parts) {
    if (part.type === 'text-delta') said.text += part.delta;
    if (part.type === 'reasoning-delta') said.reasoning += part.delta;
    if (part.type === 'tool-call') said.calls.push({ id: part.toolCallId, name: part.toolName, input: part.input });
  }
  return said;
}

const BASE = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'm-1', system_fingerprint: 'fp_1' };
export const chunk = (delta: object, finish: string | null = null, more: object = {}): Row => ({
  ...BASE,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  ...more,
});
export const USAGE = {
  prompt_tokens: 9,
  completion_tokens: 5,
  total_tokens: 14,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};
export const usageChunk: Row = { ...BASE, choices: [], usage: USAGE };

const piece = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const json = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 3 });

/** Chunks of a random answer of a server that keeps to the protocol. */
export const answer: fc.Arbitrary<Row[]> = fc
  .record({
    reasoning: fc.array(piece, { maxLength: 3 }),
    text: fc.array(piece, { maxLength: 4 }),
    calls: fc.array(fc.tuple(json, fc.integer({ min: 1, max: 5 })), { maxLength: 3 }),
    reason: fc.constantFrom('stop', 'length', 'content_filter'),
    extra: fc.dictionary(fc.constantFrom('x_vendor', 'provider', 'service_tier'), fc.string(), { maxKeys: 2 }),
    usage: fc.boolean(),
  })
  .filter(({ reasoning, text, calls }) => reasoning.length + text.length + calls.length > 0)
  .map(({ reasoning, text, calls, reason, extra, usage }) => [
    chunk({ role: 'assistant', content: '' }, null, extra),
    ...reasoning.map((one) => chunk({ reasoning_content: one }, null, extra)),
    ...text.map((one) => chunk({ content: one }, null, extra)),
    ...calls.flatMap(([input, size], index) => {
      const args = JSON.stringify(input);
      const pieces = args.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      return [
        chunk(
          { tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name: `tool${index}`, arguments: '' } }] },
          null,
          extra,
        ),
        ...pieces.map((one) => chunk({ tool_calls: [{ index, function: { arguments: one } }] })),
      ];
    }),
    chunk({}, calls.length > 0 ? 'tool_calls' : reason, extra),
    ...(usage ? [usageChunk] : []),
  ]);

/** The parts as a target of another protocol gives them. */
export const bare = (parts: readonly WirePart[]): WirePart[] => parts.map((part) => ({ ...part, wire: undefined }) as unknown as WirePart);
