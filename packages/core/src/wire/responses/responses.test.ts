import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWERS, answer, bytes, call, frame, reasoning, response, text, usage } from '../../../test/responses-shapes.ts';
import type { JsonObject } from '../json.ts';
import type { Encoder, EncoderStart } from '../protocol.ts';
import { SseFramer } from '../sse.ts';
import type { WireFrame, WirePart } from '../wire-part.ts';
import { responsesProtocol } from './index.ts';

const start = (body: JsonObject = {}, stored = false): EncoderStart => ({
  id: 'resp_ours',
  model: 'smart',
  created: 1_700_000_000,
  body: { model: 'smart', input: 'hi', store: false, ...body },
  stored,
});

function lifted(frames: readonly WireFrame[], attempt = 1): WirePart[] {
  const lift = responsesProtocol.lift(attempt);
  return [...frames.flatMap((one) => lift.take(one)), ...lift.finish()];
}

const encode = (encoder: Encoder, parts: readonly WirePart[]): string => parts.map((part) => encoder.part(part)).join('');
const bare = (parts: readonly WirePart[]): WirePart[] =>
  parts.map((part) => Object.fromEntries(Object.entries(part).filter(([name]) => name !== 'wire')) as unknown as WirePart);

const read = (sse: string): JsonObject[] =>
  new SseFramer().push(sse).flatMap((one) => (one.type === 'event' ? [JSON.parse(one.data) as JsonObject] : []));
const framesOf = (sse: string): WireFrame[] => read(sse).map((json) => frame(json));

/** What an answer says, whatever its frames are. */
function contentOf(parts: readonly WirePart[]) {
  const joined = (type: 'text' | 'reasoning'): string =>
    parts.map((part) => (part.type === `${type}-delta` ? (part as { delta: string }).delta : '')).join('');
  return {
    text: joined('text'),
    reasoning: joined('reasoning'),
    calls: parts.flatMap((part) =>
      part.type === 'tool-call' && !part.providerExecuted ? [[part.toolCallId, part.toolName, part.input]] : [],
    ),
    served: parts.flatMap((part) => (part.type === 'tool-call' && part.providerExecuted ? [part.toolName] : [])),
    results: parts.flatMap((part) => (part.type === 'tool-result' ? [part.result] : [])),
    sources: parts.flatMap((part) => (part.type === 'source' && part.sourceType === 'url' ? [part.url] : [])),
    opaque: parts.flatMap((part) =>
      part.type === 'reasoning-end' ? [part.providerMetadata?.['openai']?.['reasoningEncryptedContent']] : [],
    ),
    finish: parts.flatMap((part) => (part.type === 'finish' ? [part.finishReason.unified, part.usage] : [])),
  };
}

const every = Object.entries(ANSWERS);

describe('Responses: frames that are handed on', () => {
  it.each(every)('E1: the bytes of %s go out as they came', (_, frames) => {
    expect(encode(responsesProtocol.encoder(start()), lifted(frames))).toBe(bytes(frames));
  });

  it.each(every)('N1: each frame of %s rides on exactly one part', (_, frames) => {
    expect(lifted(frames).flatMap(({ wire }) => wire!.frames)).toEqual(frames);
  });

  it.each(every)('%s without its frames says the same when it is written anew', (_, frames) => {
    const parts = lifted(frames);
    const body = { tools: [{ type: 'custom', name: 'patch' }] };
    const anew = encode(responsesProtocol.encoder(start(body)), bare(parts));
    expect(contentOf(lifted(framesOf(anew)))).toEqual(contentOf(parts));
  });

  it.each(every)('R4: %s, numbered by a provider that begins elsewhere or not at all, is numbered without a gap', (_, frames) => {
    for (const [at, renumbered] of [(n: number) => n * 3 + 1, () => undefined].entries()) {
      const others = frames.map(({ json }, n) => frame({ ...json, sequence_number: renumbered(n) }));
      const out = read(encode(responsesProtocol.encoder(start()), lifted(others)));
      expect(out.map((one) => one['sequence_number'])).toEqual(frames.map((_one, n) => n));
      if (at === 0) expect(out).toEqual(frames.map(({ json }) => json));
    }
  });

  it('a keep-alive before anything begins the response, and its id stays', () => {
    const encoder = responsesProtocol.encoder(start());
    expect(encoder.keepAlive(false)).toBe(': keepalive\n\n');
    const out = read(encoder.keepAlive(true) + encode(encoder, lifted(ANSWERS['text']!)));
    expect(out.map(({ type }) => type).slice(0, 4)).toEqual([
      'response.created',
      'response.in_progress',
      'keepalive',
      'response.in_progress',
    ]);
    expect(out.map((one) => one['sequence_number'])).toEqual(out.map((_, n) => n));
    const ids = out.flatMap(({ response: one }) => (one ? [(one as JsonObject)['id']] : []));
    expect(new Set(ids)).toEqual(new Set(['resp_ours']));
  });

  it('R2: what the frames say of the store is what our store does', () => {
    const body = { store: true, previous_response_id: 'resp_before' };
    const frames = ANSWERS['text']!;
    const out = read(encode(responsesProtocol.encoder(start(body, true)), lifted(frames)));
    for (const one of out)
      if (one['response']) expect(one['response']).toMatchObject({ store: true, previous_response_id: 'resp_before', id: 'resp_0a1b' });
    expect(out.filter((one) => !one['response'])).toEqual(frames.map(({ json }) => json).filter((one) => !one['response']));
  });
});

describe('Responses: what frames are to the chain', () => {
  const types = (frames: readonly WireFrame[]): string[] => lifted(frames).map(({ type }) => type);

  it('C7: a call is complete with its arguments, and what stood before is held with it', () => {
    expect(types(ANSWERS['tools']!)).toEqual(
      'response-metadata response-metadata tool-input-start tool-input-delta tool-input-delta tool-input-end tool-call raw finish'.split(
        ' ',
      ),
    );
  });

  it('C7: a call that a limit cut is none', () => {
    const cut = answer([call(1, 'look', ['{"at'], 'incomplete')], { incomplete: 'max_output_tokens' }).filter(
      ({ event }) => event !== 'response.function_call_arguments.done',
    );
    expect(types(cut)).not.toContain('tool-call');
  });

  it('C1: a message is there with its first text', () => {
    const frames = ANSWERS['reasoning']!;
    const begun = frames.findIndex(({ json }) => (json['item'] as JsonObject | undefined)?.['type'] === 'message');
    const lift = responsesProtocol.lift(1);
    const parts = frames.slice(0, begun + 1).flatMap((one) => lift.take(one));
    expect(parts.at(-1)!.wire!.frames).toEqual([frames[begun - 1]]);
    expect(lift.take(frames[begun + 1]!)).toMatchObject([{ type: 'text-start', wire: { frames: frames.slice(begun, begun + 2) } }]);
  });

  it('C10: a call that the vendor runs is there from its beginning', () => {
    expect(types(ANSWERS['search']!).indexOf('tool-call')).toBe(2);
  });

  it('usage and reasons', () => {
    const finish = (name: string) => contentOf(lifted(ANSWERS[name]!)).finish;
    expect(finish('text')).toEqual([
      'stop',
      {
        inputTokens: { total: 75, noCache: 63, cacheRead: 12, cacheWrite: undefined },
        outputTokens: { total: 31, text: 24, reasoning: 7 },
      },
    ]);
    expect(['tools', 'customTool', 'incomplete', 'filtered', 'search'].map((name) => finish(name)[0])).toEqual([
      'tool-calls',
      'tool-calls',
      'length',
      'content-filter',
      'stop',
    ]);
  });

  it('a server that streams nothing but the end is read there', () => {
    const frames = ANSWERS['parallelTools']!.filter(({ json }) => json['response']);
    const parts = lifted(frames);
    expect(contentOf(parts)).toEqual(contentOf(lifted(ANSWERS['parallelTools']!)));
    expect(encode(responsesProtocol.encoder(start()), parts)).not.toBe('');
  });

  it('C2: without its last frame an answer is not whole', () => {
    expect(contentOf(lifted(ANSWERS['text']!.slice(0, -1))).finish[0]).toBe('other');
  });

  it('no frame makes it throw', () => {
    const types = [...new Set(every.flatMap(([, frames]) => frames.map(({ json }) => json['type'])))];
    const item = fc.constantFrom(...every.flatMap(([, frames]) => frames.flatMap(({ json }) => (json['item'] ? [json['item']] : []))));
    const row = fc.record(
      {
        type: fc.constantFrom(...types),
        output_index: fc.oneof(fc.nat(3), fc.jsonValue()),
        content_index: fc.oneof(fc.nat(2), fc.jsonValue()),
        item_id: fc.oneof(fc.constantFrom('msg_1', 'rs_1', 'fc_1'), fc.jsonValue()),
        item: fc.oneof(item, fc.jsonValue()),
        part: fc.jsonValue(),
        delta: fc.oneof(fc.string(), fc.jsonValue()),
        response: fc.oneof(fc.constant(response({ output: [1, {}, { type: 'message', content: 4 }] })), fc.jsonValue()),
      },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const parts = lifted(rows.map((one) => frame(one)));
        for (const given of [parts, bare(parts)]) {
          const numbers = read(encode(responsesProtocol.encoder(start()), given)).map((one) => one['sequence_number']);
          expect(numbers).toEqual(numbers.map((_, n) => n));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('Responses: whole answers', () => {
  const whole = response({ status: 'completed', output: ANSWERS['search']!.at(-1)!.json['response']!['output' as never], usage });

  it('go through byte for byte', () => {
    const came = JSON.stringify(whole, null, 1);
    const parts = responsesProtocol.liftWhole(whole as JsonObject, 1, came);
    expect(responsesProtocol.whole(parts, start())).toBe(came);
    expect(JSON.parse(responsesProtocol.whole(parts, start({ store: true }, true)))).toEqual({ ...whole, store: true });
  });

  it('… and are streamed where a stream was asked for', () => {
    const parts = responsesProtocol.liftWhole(whole as JsonObject, 1, JSON.stringify(whole));
    const again = lifted(framesOf(encode(responsesProtocol.encoder(start()), parts)));
    expect(contentOf(again)).toEqual(contentOf(lifted(ANSWERS['search']!)));
  });

  it.each(every)('%s: what a stream ends with', (_, frames) => {
    expect(JSON.parse(responsesProtocol.whole(lifted(frames), start()))).toEqual(frames.at(-1)!.json['response']);
  });

  it('put together from a translated answer', () => {
    const parts = bare(lifted(answer([reasoning('rs_1', [['Hm']]), text('msg_1', ['Yes', '.'])])));
    expect(JSON.parse(responsesProtocol.whole(parts, start({ instructions: 'Be kind', temperature: 0.5 })))).toMatchObject({
      id: 'resp_ours',
      object: 'response',
      status: 'completed',
      model: 'smart',
      instructions: 'Be kind',
      temperature: 0.5,
      store: false,
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'gAAAAABencrypted' },
        { type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.', annotations: [] }] },
      ],
      usage,
    });
  });
});
