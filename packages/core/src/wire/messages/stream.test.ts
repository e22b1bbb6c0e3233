import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWERS, block, bytes, end, frame, start, text, thinking, tool } from '../../../test/messages-shapes.ts';
import { bare, brokenAt, expectWellFormed, framesOf, lifted, START, written } from '../../../test/messages-takeover.ts';
import { CUT, messagesProtocol, sealed, unsealed, type JsonObject, type WirePart } from '../index.ts';

const names = Object.keys(ANSWERS);
/** A call that the limit cut in half is no JSON, whoever writes it. */
const readable = names.filter((name) => name !== 'the limit in a call');
const whole = (parts: readonly WirePart[]): JsonObject => JSON.parse(messagesProtocol.whole(parts, START)) as JsonObject;
const content = (parts: readonly WirePart[]) => whole(parts)['content'];
const usage = (input?: number, output?: number, cacheRead?: number) => ({
  inputTokens: { total: input, noCache: undefined, cacheRead, cacheWrite: undefined },
  outputTokens: { total: output, text: undefined, reasoning: undefined },
});
const finish = (unified: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other', raw?: string): WirePart => ({
  type: 'finish',
  finishReason: { unified, raw },
  usage: usage(50, 9, 10),
});
const TEXT: readonly WirePart[] = [
  { type: 'text-start', id: 'a' },
  { type: 'text-delta', id: 'a', delta: 'Hi' },
  { type: 'text-end', id: 'a' },
];

describe('what came is written as it came', () => {
  it.each(names)('E1: %s, byte for byte', (name) => {
    expect(written(lifted(ANSWERS[name]!))).toBe(bytes(ANSWERS[name]!));
  });

  it('N1: a frame rides on one part', () => {
    for (const name of names) {
      const carried = lifted(ANSWERS[name]!).flatMap(({ wire }) => wire?.frames ?? []);
      expect(carried.map(({ json }) => json)).toEqual(ANSWERS[name]!);
    }
  });

  it('a terminator that did not come is written', () => {
    const cut = ANSWERS['plain']!.slice(0, -1);
    expect(written(lifted(cut))).toBe(`${bytes(cut)}event: message_stop\ndata: {"type":"message_stop"}\n\n`);
  });

  it('blocks that their provider left open are closed', () => {
    const parts = lifted([start(), ...text(0, 'Hello').slice(0, -1), ...end('end_turn')]);
    expectWellFormed(written(parts));
  });

  it('an event without a name gets one: clients pass over those that have none', () => {
    const lift = messagesProtocol.lift(1);
    const json = start();
    expect(written([...lift.take({ data: JSON.stringify(json), json })])).toBe(`event: message_start\ndata: ${JSON.stringify(json)}\n\n`);
  });

  it('never throws, whatever a frame holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...Object.values(ANSWERS).flat()), fc.object({ maxDepth: 3 })), { maxLength: 12 }),
        (frames) => {
          const parts = lifted(frames as JsonObject[]);
          written(parts);
          written(bare(parts));
          whole(bare(parts));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a message written anew', () => {
  it.each(readable)('E2: %s, in one envelope', (name) => {
    expectWellFormed(written(bare(lifted(ANSWERS[name]!))));
  });

  it.each(['plain', 'thinking', 'thinking left out', 'redacted', 'interleaved thinking', 'tools', 'parallel tools', 'a stop sequence'])(
    'encode, then lift: %s says the same',
    (name) => {
      const parts = bare(lifted(ANSWERS[name]!));
      const again = lifted(framesOf(written(parts)).map(({ json }) => json));
      const said = (all: readonly WirePart[]) =>
        all
          .filter(({ type }) => type !== 'response-metadata')
          .map((part) => (part.type === 'finish' ? { ...part, usage: { ...part.usage, raw: undefined } } : part));
      const full = (all: readonly WirePart[]) => said(bare(all)).filter((part) => !(part.type === 'tool-input-delta' && part.delta === ''));
      expect(full(again)).toEqual(full(parts));
    },
  );

  it('a call without pieces is written from the whole of it, once', () => {
    const call: WirePart = { type: 'tool-call', toolCallId: 'c', toolName: 'look', input: '{"at":"x"}' };
    const pieces: WirePart[] = [
      { type: 'tool-input-start', id: 'c', toolName: 'look' },
      { type: 'tool-input-delta', id: 'c', delta: '{"at":"x"}' },
      { type: 'tool-input-end', id: 'c' },
    ];
    for (const parts of [[call], [...pieces, call], [pieces[0]!, call], [pieces[0]!, pieces[2]!, call]]) {
      expect(content([...parts, finish('tool-calls')])).toEqual([{ type: 'tool_use', id: 'c', name: 'look', input: { at: 'x' } }]);
      expectWellFormed(written([...parts, finish('tool-calls')]));
    }
  });

  it.each([
    ['', {}],
    ['[1]', { value: [1] }],
    ['{"at":', { invalid: '{"at":' }],
  ])('arguments %j become an object', (input, read) => {
    expect(content([{ type: 'tool-call', toolCallId: 'c', toolName: 'look', input }, finish('tool-calls')])).toMatchObject([
      { input: read },
    ]);
  });

  it('blocks that overlap are written one after the other', () => {
    const parts: WirePart[] = [
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Looking' },
      { type: 'tool-input-start', id: 'a', toolName: 'look' },
      { type: 'tool-input-delta', id: 'a', delta: '{"at"' },
      { type: 'tool-input-start', id: 'b', toolName: 'look' },
      { type: 'tool-input-delta', id: 'b', delta: '{}' },
      { type: 'tool-input-delta', id: 'a', delta: ':1}' },
      { type: 'text-delta', id: 't', delta: ' on' },
      { type: 'tool-input-end', id: 'b' },
      { type: 'tool-call', toolCallId: 'b', toolName: 'look', input: '{}' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'look', input: '{"at":1}' },
      { type: 'text-end', id: 't' },
      finish('tool-calls'),
    ];
    expectWellFormed(written(parts));
    expect(content(parts)).toEqual([
      { type: 'text', text: 'Looking' },
      { type: 'tool_use', id: 'a', name: 'look', input: { at: 1 } },
      { type: 'tool_use', id: 'b', name: 'look', input: {} },
      { type: 'text', text: ' on' },
    ]);
  });

  it('T2: thoughts of others are signed with what is known of them', () => {
    const metadata = { openai: { itemId: 'rs_1', reasoningEncryptedContent: 'gAAA' } };
    const [said] = content([
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      { type: 'reasoning-end', id: 'r', providerMetadata: metadata },
      finish('stop'),
    ]) as readonly JsonObject[];
    expect(said).toMatchObject({ type: 'thinking', thinking: 'hm' });
    expect(unsealed(String(said!['signature']))).toEqual(metadata);
  });

  it('T2: what a call was signed with stands before it', () => {
    const google = { thoughtSignature: 'sig' };
    expect(
      content([{ type: 'tool-call', toolCallId: 'c', toolName: 'look', input: '{}', providerMetadata: { google } }, finish('tool-calls')]),
    ).toEqual([
      { type: 'redacted_thinking', data: sealed({ google, holdfast: { call: 'c' } }) },
      { type: 'tool_use', id: 'c', name: 'look', input: {} },
    ]);
  });

  it.each([
    [finish('stop'), 'end_turn'],
    [finish('stop', 'stop_sequence'), 'stop_sequence'],
    [finish('length', 'length'), 'max_tokens'],
    // Without a call an agent would wait for one.
    [finish('tool-calls', 'tool_calls'), 'end_turn'],
    [finish('content-filter', 'SAFETY'), 'refusal'],
    [finish('other', 'whatever'), 'end_turn'],
    [finish('stop', 'pause_turn'), 'pause_turn'],
  ])('stop reasons in the words of the protocol: %j', (part, reason) => {
    expect(whole([...TEXT, part])['stop_reason']).toBe(reason);
  });

  it('C9: head and end tell the same story', () => {
    const frames = framesOf(written([...TEXT, finish('stop')])).map(({ json }) => json);
    expect(frames[0]).toMatchObject({ message: { id: 'msg_hf', model: 'smart', usage: { input_tokens: 0 } } });
    expect(frames.at(-2)).toMatchObject({
      usage: { input_tokens: 40, cache_read_input_tokens: 10, cache_creation_input_tokens: 0, output_tokens: 9 },
    });
  });

  it('C9: what the target did not count is as the head told it', () => {
    const first = lifted(ANSWERS['plain']!).slice(0, 4);
    const frames = framesOf(
      written([
        ...first,
        { type: 'text-end', id: '0' },
        { ...(finish('length') as WirePart & { type: 'finish' }), usage: usage(undefined, 7) },
      ]),
    );
    expect(frames.at(-2)?.json).toMatchObject({
      usage: { input_tokens: 12, cache_read_input_tokens: 40, cache_creation_input_tokens: 3, output_tokens: 7 },
    });
  });
});

describe('takeovers', () => {
  it.each(readable)('E2: %s, cut at every part, goes on as one message', (name) => {
    const parts = lifted(ANSWERS[name]!);
    for (const second of [
      lifted(ANSWERS['interleaved thinking']!, 2),
      bare(lifted(ANSWERS['interleaved thinking']!, 2)),
      lifted(ANSWERS['server tools']!, 2),
    ])
      for (let at = 0; at < parts.length; at++) expectWellFormed(written([...brokenAt(parts, at), ...second]));
  });

  it('an open text goes on in its block', () => {
    const parts: WirePart[] = [
      ...lifted(ANSWERS['thinking']!).slice(0, 8),
      {
        type: 'text-delta',
        id: '1',
        delta: ', I do',
        wire: { attempt: 2, frames: [frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Yes, I do' } })] },
      },
      { type: 'text-end', id: '1' },
      ...lifted(ANSWERS['plain']!, 2).slice(-1),
    ];
    expectWellFormed(written(parts));
    expect(content(parts)).toEqual([
      { type: 'thinking', thinking: 'Let me see', signature: 'EqMBsig' },
      { type: 'text', text: 'Yes, I do' },
    ]);
  });

  it('T3: a thought cut in half is closed with the mark', () => {
    const parts = [
      ...brokenAt(lifted([start(), ...thinking(0, 'sig', 'Let', ' me')]), 3),
      ...lifted([start({ id: 'other' }), ...text(0, 'Hi'), ...end('end_turn')], 2),
    ];
    expectWellFormed(written(parts));
    expect(whole(parts)).toMatchObject({
      id: 'msg_01',
      content: [
        { type: 'thinking', thinking: 'Let me'.slice(0, 3), signature: CUT },
        { type: 'text', text: 'Hi' },
      ],
    });
  });

  it('fields that nobody knows survive in the second attempt too', () => {
    const second = [
      start(),
      ...block(
        0,
        { type: 'tool_use', id: 'toolu_9', name: 'look', input: {}, caller: { type: 'direct' } },
        { type: 'input_json_delta', partial_json: '{}' },
      ),
      ...ANSWERS['what nobody knows']!.slice(2, 5).map((json) => ({ ...json, index: 1 })),
      ...end('refusal', { stop_details: { category: 'x' } }),
    ];
    const parts = [...brokenAt(lifted([start(), ...thinking(0, 'sig', 'Let')]), 3), ...lifted(second, 2)];
    expectWellFormed(written(parts));
    expect(whole(parts)).toMatchObject({
      content: [{ type: 'thinking' }, { type: 'tool_use', caller: { type: 'direct' } }, { type: 'hologram', depth: 4, colour: 'red' }],
      stop_reason: 'refusal',
      stop_details: { category: 'x' },
    });
  });

  it('references of a continuation stand in the text that is open', () => {
    const [, , , source] = lifted(ANSWERS['citations']!, 2);
    const parts = [...lifted(ANSWERS['plain']!).slice(0, 4), source!, { type: 'text-end', id: '0' } as WirePart, finish('stop')];
    expect(source?.type).toBe('source');
    expect(content(parts)).toMatchObject([{ type: 'text', citations: [{ cited_text: 'It rains' }] }]);
  });

  it('C7: a turn that the chain ends after a call says so', () => {
    const parts = lifted([start(), ...tool(0, 'toolu_1', '{}'), ...text(1, 'And')]);
    const out = written([...brokenAt(parts, 7), { ...finish('tool-calls') }]);
    expectWellFormed(out);
    expect(framesOf(out).at(-2)?.json).toMatchObject({ delta: { stop_reason: 'tool_use' } });
  });

  it('note 33: what is withdrawn is closed, and what follows has new indexes', () => {
    const failure = { kind: 'truncated', message: 'cut' };
    const parts: WirePart[] = [
      ...brokenAt(lifted(ANSWERS['plain']!), 4),
      { type: 'raw', rawValue: { holdfast: { type: 'withdrawn', attempt: 1, failure } } },
      ...lifted(ANSWERS['tools']!, 2),
    ];
    const frames = framesOf(written(parts));
    expect(frames.find(({ event }) => event === 'holdfast.withdraw')?.json).toEqual({ type: 'holdfast.withdraw', attempt: 1, failure });
    expect(frames.filter(({ event }) => event === 'content_block_start').map(({ json }) => json['index'])).toEqual([0, 1, 2]);
    expectWellFormed(written(parts));
  });

  it('E3: after an error nothing is written', () => {
    const encoder = messagesProtocol.encoder(START);
    const [head] = lifted(ANSWERS['plain']!);
    encoder.part(head!);
    expect(encoder.failure({ status: 503, class: 'server', message: 'No model could finish', call: 'c1' })).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"No model could finish"},"request_id":"c1"}\n\n',
    );
    expect(encoder.part(finish('stop')) + encoder.keepAlive(false) + encoder.failure({ status: 500, class: 'server', message: 'x' })).toBe(
      '',
    );
  });
});

describe('whole answers', () => {
  const answer: JsonObject = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'text', text: 'It rains', citations: [{ type: 'char_location', cited_text: 'rain', document_title: 'D' }] },
      { type: 'hologram', depth: 3 },
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'x' } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 9, cache_read_input_tokens: 5 },
    future: true,
  };
  const asSent = JSON.stringify(answer, null, 1);

  it('one that came whole is handed on as it came', () => {
    const parts = messagesProtocol.liftWhole(answer, 1, asSent);
    expect(messagesProtocol.whole(parts, START)).toBe(asSent);
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: { unified: 'tool-calls', raw: 'tool_use' },
      usage: { inputTokens: { total: 8 } },
    });
  });

  it('one that came whole can be streamed, and nothing of it is lost', () => {
    const parts = messagesProtocol.liftWhole(answer, 1, asSent);
    expectWellFormed(written(parts));
    const frames = framesOf(written(parts)).map(({ json }) => json);
    expect(whole(lifted(frames))).toEqual(answer);
  });
});
