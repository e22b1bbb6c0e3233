import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WirePart } from '../wire-part.ts';
import {
  answer,
  asked,
  bare,
  chunk,
  chunksOf,
  encoded,
  eventsOf,
  lifted,
  type Row,
  saidBy,
  seenIn,
  sse,
  usageChunk,
  USAGE,
  withUsage,
} from './chat.fixture.ts';
import { chatProtocol } from './index.ts';

const usage = {
  inputTokens: { total: 9, noCache: 5, cacheRead: 4, cacheWrite: undefined },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
};
const finish = (unified: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other', raw?: string): WirePart => ({
  type: 'finish',
  finishReason: { unified, raw },
  usage,
});
const say = (delta: string): WirePart => ({ type: 'text-delta', id: 't', delta });

describe('chat completions: what Gemini wants back with its calls', () => {
  const metadata = { providerMetadata: { google: { thoughtSignature: 'signed-by-gemini' } } };
  const calls: readonly WirePart[][] = [
    [{ type: 'tool-call', toolCallId: 'a', toolName: 'f', input: '{}', ...metadata }],
    [
      { type: 'tool-input-start', id: 'a', toolName: 'f', ...metadata },
      { type: 'tool-input-delta', id: 'a', delta: '{}' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'f', input: '{}', ...metadata },
    ],
  ];

  it.each(calls.map((parts) => [parts]))('T2, T4: rides where Google puts it itself, and is read from there', (parts) => {
    const answer = JSON.parse(chatProtocol.whole([...parts, finish('tool-calls')], asked())) as Row;
    const [call] = answer['choices'][0].message.tool_calls as Row[];
    expect(call).toMatchObject({ id: 'a', extra_content: { google: { thought_signature: 'signed-by-gemini' } } });
    const messages = [{ role: 'user', content: 'hi' }, answer['choices'][0].message];
    expect(chatProtocol.decode({ model: 'm', messages }).prompt[1]?.content).toMatchObject([
      { type: 'tool-call', toolCallId: 'a', providerOptions: { google: { thoughtSignature: 'signed-by-gemini' } } },
    ]);
  });
});

describe('chat completions: tools whose input is plain text', () => {
  const start = asked({ tools: [{ type: 'custom', custom: { name: 'patch' } }] });
  const call = { type: 'custom', id: 'a', custom: { name: 'patch', input: '*** "Begin"' } };
  const input = JSON.stringify({ input: '*** "Begin"' });
  const whole: WirePart = { type: 'tool-call', toolCallId: 'a', toolName: 'patch', input };
  const pieces: WirePart[] = [
    { type: 'tool-input-start', id: 'a', toolName: 'patch' },
    { type: 'tool-input-delta', id: 'a', delta: input },
    { type: 'tool-input-end', id: 'a' },
  ];
  const frames = lifted([chunk({ role: 'assistant', tool_calls: [{ index: 0, ...call }] }), chunk({}, 'tool_calls')]);

  it.each([[[whole]], [[...pieces, whole]], [bare(frames)], [frames]])('are called with text, whoever calls them', (parts) => {
    const answer = JSON.parse(chatProtocol.whole([...parts, finish('tool-calls')], start)) as Row;
    expect(answer['choices'][0].message.tool_calls).toEqual([call]);
    const [, said] = chatProtocol.decode({ model: 'm', messages: [{ role: 'user', content: 'hi' }, answer['choices'][0].message] }).prompt;
    expect(said?.content).toMatchObject([{ type: 'tool-call', toolName: 'patch', input: { input: '*** "Begin"' } }]);
  });
});

describe('chat completions: one attempt that carries its frames', () => {
  it('E1: its bytes are written as they came', () => {
    fc.assert(
      fc.property(answer, (chunks) => {
        expect(encoded(lifted(chunks), withUsage)).toBe(sse(chunks));
      }),
    );
  });

  it('a usage chunk goes to those who asked for it', () => {
    const chunks = [chunk({ role: 'assistant', content: 'a' }), chunk({}, 'stop'), usageChunk];
    expect(encoded(lifted(chunks))).toBe(sse(chunks.slice(0, 2)));
    expect(encoded(lifted(chunks), withUsage)).toBe(sse(chunks));
  });

  it('a usage that no frame told is told to those who asked', () => {
    const parts = lifted([chunk({ role: 'assistant', content: 'a' }), chunk({}, 'stop')]);
    const mended = parts.map((part): WirePart => (part.type === 'finish' ? { ...part, usage } : part));
    expect(seenIn(encoded(mended, withUsage)).usage).toEqual([USAGE]);
    expect(seenIn(encoded(mended)).usage).toEqual([]);
  });

  it('frames with line feeds, event names and unknown chunks pass', () => {
    const lift = chatProtocol.lift(1);
    const encoder = chatProtocol.encoder(asked());
    const write = (parts: readonly WirePart[]) => parts.map((part) => encoder.part(part)).join('');
    const odd = { ...chunk({ content: 'a' }), odd: true };
    expect(write(lift.take({ event: 'x', data: JSON.stringify(odd, null, 1), json: odd }))).toBe(
      `event: x\n${JSON.stringify(odd, null, 1)
        .split('\n')
        .map((line) => `data: ${line}\n`)
        .join('')}\n`,
    );
    const unknown = { type: 'vendor.news', choices: [] };
    expect(write(lift.take({ data: JSON.stringify(unknown), json: unknown }))).toBe(`data: ${JSON.stringify(unknown)}\n\n`);
  });
});

describe('chat completions: anew', () => {
  it('E2: text, thoughts, calls, finish and usage survive, without one frame of a provider', () => {
    fc.assert(
      fc.property(answer, (chunks) => {
        const parts = bare(lifted(chunks));
        const again = lifted(chunksOf(encoded(parts, withUsage)));
        expect(saidBy(again)).toEqual(saidBy(parts));
        const [before, after] = [parts.at(-1), again.at(-1)] as Extract<WirePart, { type: 'finish' }>[];
        expect(after!.finishReason.unified).toBe(before!.finishReason.unified);
        expect({ ...after!.usage, raw: undefined }).toEqual({ ...before!.usage, raw: undefined });
      }),
    );
  });

  it('E2: a takeover at any part gives one well-formed answer', () => {
    fc.assert(
      fc.property(answer, answer, fc.nat(40), fc.boolean(), fc.boolean(), (first, second, at, raw, asks) => {
        const begun = lifted(first, 1).filter(({ type }) => type !== 'finish');
        const shown = begun.slice(0, at % (begun.length + 1));
        const rest = lifted(second, 2).map((part): WirePart =>
          'toolCallId' in part
            ? { ...part, toolCallId: `b${part.toolCallId}` }
            : part.type.startsWith('tool-input') && 'id' in part
              ? ({ ...part, id: `b${part.id}` } as WirePart)
              : part,
        );
        const text = encoded([...shown, ...(raw ? rest : bare(rest))], asks ? withUsage : asked());
        const seen = seenIn(text);
        expect(seen.roles).toBe(1);
        expect(seen.ids.size).toBe(1);
        expect(seen.models.size).toBe(1);
        expect(seen.finish).toHaveLength(1);
        expect(seen.done).toBe(1);
        expect(eventsOf(text).at(-1)).toBe('[DONE]');
        expect(seen.usage.length).toBeLessThanOrEqual(asks ? 1 : 0);
        expect(seen.calls.map(({ index }) => index)).toEqual(seen.calls.map((_, place) => place));
        expect(seen.text).toBe(saidBy(shown).text + saidBy(rest).text);
        expect(seen.reasoning).toBe(saidBy(shown).reasoning + saidBy(rest).reasoning);
      }),
    );
  });

  it('a second attempt goes on under the first envelope, and a fingerprint stays', () => {
    const first = lifted([chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hel' })], 1).slice(0, -2);
    const second = lifted(
      [
        { ...chunk({ role: 'assistant', content: 'lo' }), id: 'other', model: 'm-2' },
        { ...chunk({}, 'stop'), id: 'other' },
      ],
      2,
    );
    const chunks = chunksOf(encoded([...first, ...second]));
    expect(chunks.slice(2)).toEqual([{ ...chunk({ content: 'lo' }) }, { ...chunk({}, 'stop') }]);
  });

  it('nothing of a provider ever came: the envelope is ours', () => {
    const [role, text, end] = chunksOf(
      encoded([{ type: 'response-metadata', id: 'msg_1', modelId: 'claude' }, say('hi'), finish('stop', 'end_turn')]),
    );
    expect(role).toMatchObject({ id: 'chatcmpl-hf', object: 'chat.completion.chunk', created: 7, model: 'smart' });
    expect(role?.['choices']).toEqual([{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
    expect(text?.['choices'][0].delta).toEqual({ content: 'hi' });
    expect(end?.['choices'][0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
  });

  it('an answer without content still has a role, an end and a terminator', () => {
    const seen = seenIn(encoded([finish('stop')]));
    expect(seen).toMatchObject({ roles: 1, finish: ['stop'], done: 1, text: '' });
  });

  it.each([
    ['stop', 'end_turn', 'stop'],
    ['length', 'max_tokens', 'length'],
    ['content-filter', 'refusal', 'content_filter'],
    ['other', 'pause_turn', 'stop'],
    ['tool-calls', 'tool_use', 'stop'],
  ] as const)('%s of another protocol (%s) is %s here', (unified, raw, word) => {
    expect(seenIn(encoded([say('a'), finish(unified, raw)])).finish).toEqual([word]);
  });

  it("C7: a call is written once, with pieces or without; one that the provider ran is not the client's", () => {
    const call: WirePart = { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"at":1}' };
    const pieces: WirePart[] = [
      { type: 'tool-input-start', id: 'c0', toolName: 'see' },
      { type: 'tool-input-delta', id: 'c0', delta: '{"a"' },
      { type: 'tool-input-delta', id: 'c0', delta: ':2}' },
      { type: 'tool-input-end', id: 'c0' },
      { type: 'tool-call', toolCallId: 'c0', toolName: 'see', input: '{"a":2}' },
    ];
    const hosted: WirePart = { type: 'tool-call', toolCallId: 'h', toolName: 'search', input: '{}', providerExecuted: true };
    const seen = seenIn(encoded([hosted, ...pieces, call, finish('tool-calls')]));
    expect(seen.calls).toEqual([
      { index: 0, id: 'c0', name: 'see', args: '{"a":2}' },
      { index: 1, id: 'c1', name: 'look', args: '{"at":1}' },
    ]);
    expect(seen.finish).toEqual(['tool_calls']);
  });

  it('a client that declared functions is answered in that way', () => {
    const call: WirePart = { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"at":1}' };
    const chunks = chunksOf(encoded([call, finish('tool-calls')], asked({ functions: [{ name: 'look' }] })));
    expect(chunks.map(({ choices: [one] }) => one.delta.function_call ?? one.finish_reason)).toEqual([
      null,
      { name: 'look', arguments: '' },
      { arguments: '{"at":1}' },
      'function_call',
    ]);
  });

  it('a refusal stays one', () => {
    const parts = bare(lifted([chunk({ role: 'assistant', content: 'a' }), chunk({ refusal: 'no' }), chunk({}, 'stop')]));
    expect(seenIn(encoded(parts))).toMatchObject({ text: 'a', refusal: 'no' });
  });

  it('sources are annotations, pictures images', () => {
    const chunks = chunksOf(
      encoded([
        say('see'),
        { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example/', title: 'A' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1, 2]) } },
        finish('stop'),
      ]),
    );
    expect(chunks[2]?.['choices'][0].delta.annotations).toEqual([
      { type: 'url_citation', url_citation: { url: 'https://a.example/', title: 'A', start_index: 3, end_index: 3 } },
    ]);
    expect(chunks[3]?.['choices'][0].delta.images).toEqual([{ type: 'image_url', image_url: { url: 'data:image/png;base64,AQI=' } }]);
  });

  it('an answer that came whole is streamed all the same', () => {
    const json = {
      id: 'x',
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'hi',
            reasoning_content: 'hm',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
        },
      ],
    };
    const seen = seenIn(encoded([...chatProtocol.liftWhole(json, 1, '')]));
    expect(seen).toMatchObject({
      text: 'hi',
      reasoning: 'hm',
      calls: [{ index: 0, id: 'c', name: 'f', args: '{}' }],
      finish: ['tool_calls'],
      roles: 1,
      done: 1,
    });
  });
});

describe('chat completions: what is no answer', () => {
  it('note 33: a withdrawal is a chunk without choices, and the answer begins again', () => {
    const first = lifted([chunk({ role: 'assistant', content: 'wrong' })], 1).slice(0, 3);
    const withdrawal: WirePart = {
      type: 'raw',
      rawValue: { holdfast: { type: 'withdrawn', attempt: 1, failure: { kind: 'server', message: 'secret' } } },
    };
    const text = encoded([...first, withdrawal, say('right'), finish('stop')]);
    const [, taken, again] = chunksOf(text);
    expect(taken).toMatchObject({ id: 'chatcmpl-1', choices: [], holdfast: { withdraw: true } });
    expect(again?.['choices'][0].delta).toEqual({ content: 'right' });
    expect(text).not.toContain('secret');
  });

  it('E3, C8: a broken answer has no finish and no terminator, and nothing follows', () => {
    const encoder = chatProtocol.encoder(asked());
    encoder.part(say('a'));
    expect(encoder.keepAlive(true)).toBe(': keep-alive\n\n');
    const text = encoder.failure({ status: 503, class: 'server', message: 'The answer broke.' });
    expect(chunksOf(text)).toEqual([{ error: { message: 'The answer broke.', type: 'server_error', param: null, code: 'server_error' } }]);
    expect(text).not.toContain('[DONE]');
    expect(encoder.part(finish('stop')) + encoder.keepAlive(true) + encoder.failure({ status: 500, class: 'server', message: '' })).toBe(
      '',
    );
  });

  it("a provider's own error passes as it is, on several lines too", () => {
    const body = '{\r\n  "error": {"message": "no"}\n}';
    const text = chatProtocol.encoder(asked()).failure({ status: 400, class: 'invalid-request', message: '', body });
    expect(chunksOf(text)).toEqual([{ error: { message: 'no' } }]);
  });
});
