import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { opaqueValues } from '../../rules/transcript/opaque.ts';
import type { JsonObject } from '../json.ts';
import type { WirePart } from '../wire-part.ts';
import { answer, asked, bare, chunk, encoded, frameOf, lifted, saidBy, seenIn, sse, usageChunk, type Row } from './chat.fixture.ts';
import { chatProtocol } from './index.ts';

const types = (parts: readonly WirePart[]): string[] => parts.map(({ type }) => type);
const finishOf = (parts: readonly WirePart[]): Extract<WirePart, { type: 'finish' }> => parts.at(-1) as never;
const call = (index: number | undefined, more: object, args?: string, name?: string): object => ({
  tool_calls: [
    {
      ...(index !== undefined && { index }),
      ...more,
      function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
    },
  ],
});

describe('chat completions: chunks as parts', () => {
  it('N1: every frame rides on one part, and all of them do', () => {
    fc.assert(
      fc.property(answer, (chunks) => {
        const lift = chatProtocol.lift(3);
        const frames = chunks.map(frameOf);
        const parts = [...frames.flatMap((frame) => lift.take(frame)), ...lift.finish()];
        expect(parts.flatMap(({ wire }) => wire!.frames)).toEqual(frames);
        expect(parts.every(({ wire }) => wire!.attempt === 3)).toBe(true);
      }),
    );
  });

  it('blocks begin once, end once, and one part says that it is over', () => {
    fc.assert(
      fc.property(answer, (chunks) => {
        const open = new Set<string>();
        const parts = lifted(chunks);
        for (const part of parts) {
          if (part.type.endsWith('-start')) {
            expect(open.has((part as Row)['id'])).toBe(false);
            open.add((part as Row)['id']);
          } else if (/-(delta|end)$/.test(part.type)) expect(open.has((part as Row)['id'])).toBe(true);
          if (part.type.endsWith('-end')) open.delete((part as Row)['id']);
        }
        expect(open.size).toBe(0);
        expect(types(parts).filter((type) => type === 'finish')).toHaveLength(1);
        const seen = seenIn(sse(chunks));
        expect(saidBy(parts)).toMatchObject({ text: seen.text, reasoning: seen.reasoning });
        expect(saidBy(parts).calls).toEqual(seen.calls.map(({ id, name, args }) => ({ id, name, input: args })));
      }),
    );
  });

  it('the head, once', () => {
    const parts = lifted([chunk({ role: 'assistant', content: '' }), chunk({ content: 'Hi' }), chunk({}, 'stop'), usageChunk]);
    expect(types(parts)).toEqual(['response-metadata', 'text-start', 'text-delta', 'text-end', 'finish']);
    expect(parts[0]).toMatchObject({ id: 'chatcmpl-1', modelId: 'm-1', timestamp: new Date(1_790_000_000_000) });
    expect(finishOf(parts)).toMatchObject({
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: { inputTokens: { total: 9, noCache: 5, cacheRead: 4 }, outputTokens: { total: 5, text: 3, reasoning: 2 } },
    });
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool-calls'],
    ['function_call', 'tool-calls'],
    ['content_filter', 'content-filter'],
    ['insufficient_system_resource', 'other'],
    ['error', 'error'],
  ])('%s is %s', (raw, unified) => {
    expect(finishOf(lifted([chunk({ content: 'a' }), chunk({}, raw)])).finishReason).toEqual({ unified, raw });
  });

  it('an end without a reason is none', () => {
    expect(finishOf(lifted([chunk({ content: 'a' }, '')])).finishReason).toEqual({ unified: 'other', raw: undefined });
  });

  it('N2: what shows several things is cut, so that nothing of it is lost', () => {
    const both = chunk({ reasoning: 'hm', content: 'a', x: 1 }, 'length', { usage: { prompt_tokens: 1 }, vendor: 'v' });
    const parts = lifted([both]);
    expect(types(parts)).toEqual([
      'response-metadata',
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ]);
    const frames = parts.flatMap(({ wire }) => wire!.frames.map(({ json }) => json));
    expect(frames.map(({ choices }) => (choices as unknown as Row[])[0])).toMatchObject([
      { delta: { reasoning: 'hm', x: 1 }, finish_reason: null },
      { delta: { content: 'a' }, finish_reason: null },
      { delta: {}, finish_reason: 'length' },
    ]);
    expect(frames.map(({ usage, vendor }) => [usage, vendor])).toEqual([
      [null, 'v'],
      [null, 'v'],
      [{ prompt_tokens: 1 }, 'v'],
    ]);
  });
});

describe('chat completions: tool calls', () => {
  it('C7: a call is complete when another begins, and at the finish reason', () => {
    const parts = lifted([
      chunk(call(0, { id: 'a' }, '', 'f')),
      chunk(call(0, {}, '{}')),
      chunk(call(1, { id: 'b' }, '{"x":', 'g')),
      chunk(call(1, {}, '1}')),
      chunk({}, 'tool_calls'),
    ]);
    expect(types(parts).slice(1)).toEqual([
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-delta',
      'tool-input-end',
      'tool-call',
      'finish',
    ]);
  });

  it('a call cut by the limit is none; its pieces are passed on', () => {
    const parts = lifted([chunk(call(0, { id: 'a' }, '{"x":', 'f')), chunk({}, 'length')]);
    expect(types(parts)).not.toContain('tool-call');
    expect(types(parts)).toContain('tool-input-end');
  });

  it('pieces of several calls may come in turns', () => {
    const parts = lifted([
      chunk(call(0, { id: 'a' }, '{"x":', 'f')),
      chunk(call(1, { id: 'b' }, '{"y":', 'g')),
      chunk(call(0, {}, '1}')),
      chunk(call(1, {}, '2}')),
      chunk({}, 'tool_calls'),
    ]);
    expect(saidBy(parts).calls).toEqual([
      { id: 'a', name: 'f', input: '{"x":1}' },
      { id: 'b', name: 'g', input: '{"y":2}' },
    ]);
  });

  it('an id may come late', () => {
    const chunks = [chunk(call(0, {}, '{', 'f')), chunk(call(0, { id: 'a' }, '}')), chunk({}, 'tool_calls')];
    const parts = lifted(chunks);
    expect(saidBy(parts).calls).toEqual([{ id: 'a', name: 'f', input: '{}' }]);
    expect(encoded(parts)).toBe(sse(chunks));
  });

  it('a call without an id gets one, the same for the client', () => {
    const parts = lifted([chunk(call(0, {}, '{}', 'f')), chunk(call(1, { id: '' }, '{}', 'f')), chunk({}, 'tool_calls')]);
    const { calls } = saidBy(parts);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    expect(seenIn(encoded(parts)).calls.map(({ id }) => id)).toEqual(calls.map(({ id }) => id));
    expect(calls.every(({ id }) => /^[\w-]{1,40}$/.test(id))).toBe(true);
  });

  it('calls that all have the index 0, begin at 1, or have none are counted for the client', () => {
    for (const indexes of [
      [0, 0],
      [1, 2],
      [0, 5],
      [undefined, undefined],
    ] as const) {
      const more = { extra_content: { google: { thought_signature: 's' } } };
      const parts = lifted([
        chunk(call(indexes[0], { id: 'a', ...more }, '{}', 'f')),
        chunk(call(indexes[1], { id: 'b' }, '{"x":1}', 'g')),
        chunk({}, 'tool_calls'),
      ]);
      const text = encoded(parts);
      expect(seenIn(text).calls).toEqual([
        { index: 0, id: 'a', name: 'f', args: '{}' },
        { index: 1, id: 'b', name: 'g', args: '{"x":1}' },
      ]);
      expect(text).toContain('thought_signature');
    }
  });

  it('T1: what only its maker can read is told of, so that it is known when it comes back', () => {
    const more = { extra_content: { google: { thought_signature: 'signed-by-gemini' } } };
    const details = [
      { type: 'reasoning.text', text: '', signature: 'signed-by-claude', index: 0 },
      { type: 'reasoning.encrypted', data: 'sealed-by-openai', index: 1 },
    ];
    const chunks = [
      chunk({ role: 'assistant', reasoning: 'Hm', reasoning_opaque: 'sealed-by-copilot' }),
      chunk({ reasoning_details: details }),
      chunk(call(0, { id: 'a', ...more }, '{}', 'f')),
      chunk({}, 'tool_calls'),
    ];
    const parts = lifted(chunks);
    const told = parts.flatMap((part) => opaqueValues('providerMetadata' in part ? part.providerMetadata : undefined));
    expect(new Set(told)).toEqual(new Set(['signed-by-gemini', 'signed-by-claude', 'sealed-by-openai', 'sealed-by-copilot']));
    expect(encoded(parts)).toBe(sse(chunks));
    expect(finishOf(lifted([chunk({ content: 'a' }), chunk({}, 'stop')]))).not.toHaveProperty('providerMetadata');
  });

  it('a call that is over is not read again with every piece of the next', () => {
    const pieces = Array.from({ length: 300 }, (_, at) =>
      chunk(call(1, at === 0 ? { id: 'b' } : {}, at === 0 ? '{"x":"' : 'y', at === 0 ? 'g' : undefined)),
    );
    const chunks = [chunk(call(0, { id: 'a' }, '{"a":1}', 'f')), ...pieces, chunk(call(1, {}, '"}')), chunk({}, 'tool_calls')];
    const lift = chatProtocol.lift(1);
    const frames = chunks.map(frameOf);
    const parse = vi.spyOn(JSON, 'parse');
    try {
      const parts = [...frames.flatMap((frame) => lift.take(frame)), ...lift.finish()];
      expect(parse.mock.calls.length).toBeLessThan(10);
      expect(saidBy(parts).calls).toMatchObject([{ id: 'a' }, { id: 'b', input: `{"x":"${'y'.repeat(299)}"}` }]);
    } finally {
      parse.mockRestore();
    }
  });

  it('function_call is a call', () => {
    const chunks = [
      chunk({ role: 'assistant', content: null, function_call: { name: 'f', arguments: '' } }),
      chunk({ function_call: { arguments: '{"a":1}' } }),
      chunk({}, 'function_call'),
    ];
    const parts = lifted(chunks);
    expect(saidBy(parts).calls).toMatchObject([{ name: 'f', input: '{"a":1}' }]);
    expect(finishOf(parts).finishReason.unified).toBe('tool-calls');
    expect(encoded(parts)).toBe(sse(chunks));
  });
});

/** Shapes of servers as they were seen; what a client sees must be what they said. */
const VENDORS: readonly (readonly [name: string, chunks: readonly object[], said: object])[] = [
  [
    'OpenAI: refusal',
    [
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ refusal: 'I cannot' }),
      chunk({ refusal: ' help.' }),
      chunk({}, 'stop'),
    ],
    { text: 'I cannot help.' },
  ],
  [
    'OpenAI: logprobs, obfuscation and annotations',
    [
      chunk({ role: 'assistant', content: '' }, null, { service_tier: 'default', obfuscation: 'ab' }),
      {
        ...chunk({}),
        choices: [
          {
            index: 0,
            delta: { content: 'Hi' },
            logprobs: { content: [{ token: 'Hi', logprob: -0.1, bytes: [72], top_logprobs: [] }], refusal: null },
            finish_reason: null,
          },
        ],
      },
      chunk({
        annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example/', title: 'A', start_index: 0, end_index: 2 } }],
      }),
      chunk({}, 'stop'),
    ],
    { text: 'Hi' },
  ],
  [
    'Azure: filter results first, under no name',
    [
      {
        id: '',
        object: '',
        created: 0,
        model: '',
        choices: [],
        prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: { filtered: false, severity: 'safe' } } }],
      },
      chunk({ role: 'assistant', content: '' }),
      {
        ...chunk({}),
        choices: [
          {
            index: 0,
            delta: { content: 'Hi' },
            content_filter_results: { hate: { filtered: false } },
            content_filter_offsets: { check_offset: 44 },
            finish_reason: null,
          },
        ],
      },
      chunk({}, 'stop'),
      { ...chunk({}), choices: [{ index: 0, delta: {}, content_filter_results: {}, finish_reason: null }] },
    ],
    { text: 'Hi' },
  ],
  [
    'OpenRouter: reasoning twice, role in each chunk, usage in a chunk with a choice',
    [
      chunk(
        {
          role: 'assistant',
          content: '',
          reasoning: 'hm',
          reasoning_details: [{ type: 'reasoning.text', text: 'hm', format: 'x', index: 0 }],
        },
        null,
        { provider: 'P' },
      ),
      chunk({ role: 'assistant', content: 'Hi' }, null, { provider: 'P' }),
      {
        ...chunk({}),
        provider: 'P',
        choices: [
          { index: 0, delta: { role: 'assistant', content: '' }, finish_reason: 'stop', native_finish_reason: 'STOP', logprobs: null },
        ],
      },
    ],
    { text: 'Hi', reasoning: 'hm' },
  ],
  [
    'DeepSeek: thoughts beside null content, usage with the finish',
    [
      chunk({ role: 'assistant', content: null, reasoning_content: '' }),
      chunk({ content: null, reasoning_content: 'hm' }),
      chunk({ content: 'Hi', reasoning_content: null }),
      chunk({ content: '', reasoning_content: null }, 'stop', {
        usage: { prompt_tokens: 5, completion_tokens: 2, prompt_cache_hit_tokens: 3, prompt_cache_miss_tokens: 2 },
      }),
    ],
    { text: 'Hi', reasoning: 'hm' },
  ],
  [
    'Groq: x_groq, reasoning',
    [
      chunk({ role: 'assistant', content: '' }, null, { x_groq: { id: 'req_1' } }),
      chunk({ reasoning: 'hm', channel: 'analysis' }),
      chunk({ content: 'Hi' }),
      chunk({}, 'stop', { x_groq: { id: 'req_1', usage: { prompt_tokens: 5 } } }),
    ],
    { text: 'Hi', reasoning: 'hm' },
  ],
  [
    'xAI: usage in every chunk, citations at the end',
    [
      chunk({ role: 'assistant', reasoning_content: 'hm' }, null, { usage: { prompt_tokens: 5, completion_tokens: 1 } }),
      chunk({ content: 'Hi' }, null, { usage: { prompt_tokens: 5, completion_tokens: 2 } }),
      chunk({}, 'stop', { usage: { prompt_tokens: 5, completion_tokens: 2 }, citations: ['https://a.example/'] }),
    ],
    { text: 'Hi', reasoning: 'hm' },
  ],
  [
    'vLLM: the last token beside the finish reason, stop_reason, token ids',
    [
      {
        ...chunk({}),
        prompt_token_ids: null,
        choices: [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
      },
      { ...chunk({}), choices: [{ index: 0, delta: { content: 'H' }, logprobs: null, finish_reason: null, token_ids: null }] },
      {
        ...chunk({}),
        choices: [{ index: 0, delta: { content: 'i' }, logprobs: null, finish_reason: 'length', stop_reason: null, token_ids: null }],
      },
    ],
    { text: 'Hi' },
  ],
  [
    'Ollama: a whole call with the finish reason',
    [
      chunk(
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'call_x', index: 0, type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
        },
        'tool_calls',
      ),
    ],
    { text: '', calls: [{ id: 'call_x', name: 'f', input: '{"a":1}' }] },
  ],
  [
    'Gemini: all calls in one chunk',
    [
      chunk({
        role: 'assistant',
        tool_calls: [
          {
            index: 0,
            id: 'f1',
            type: 'function',
            function: { name: 'f', arguments: '{"a":1}' },
            extra_content: { google: { thought_signature: 's' } },
          },
          { index: 1, id: 'f2', type: 'function', function: { name: 'g', arguments: '{"b":2}' } },
        ],
      }),
      chunk({ role: 'assistant', content: '' }, 'stop'),
    ],
    {
      calls: [
        { id: 'f1', name: 'f', input: '{"a":1}' },
        { id: 'f2', name: 'g', input: '{"b":2}' },
      ],
    },
  ],
  [
    'Mistral: content as a list, with thoughts in it',
    [
      chunk({ role: 'assistant', content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      chunk({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: '.' }], closed: true },
          { type: 'text', text: 'Hi' },
        ],
      }),
      chunk({}, 'stop'),
    ],
    { text: 'Hi', reasoning: 'hm.' },
  ],
];

describe('chat completions: servers', () => {
  it.each(VENDORS)('%s', (_, chunks, said) => {
    const parts = lifted(chunks);
    expect(saidBy(parts)).toMatchObject(said);
    const text = encoded(parts);
    const [seen, told] = [seenIn(text), seenIn(sse(chunks))];
    expect({ ...seen, roles: 0, usage: 0 }).toEqual({ ...told, roles: 0, usage: 0 });
    // Nothing that the server said is lost, whatever it is.
    for (const word of JSON.stringify(chunks).match(/"[a-z_]{3,}"/g) ?? []) expect(text).toContain(word);
  });

  it('other answers than the first ride raw, after the first has ended too', () => {
    const other = (content: string, finish: string | null = null) => ({
      ...chunk({}),
      choices: [{ index: 1, delta: { content }, finish_reason: finish }],
    });
    const chunks = [chunk({ role: 'assistant', content: 'a' }), other('b'), chunk({}, 'stop'), other('c'), other('', 'stop')];
    const lift = chatProtocol.lift(1);
    const parts = chunks.map((one) => lift.take(frameOf(one)));
    expect(parts.map(types)).toEqual([['response-metadata', 'text-start', 'text-delta'], ['raw'], [], ['raw'], ['raw']]);
    expect(saidBy(parts.flat()).text).toBe('a');
  });

  it('pictures and sounds are files', () => {
    const parts = lifted([
      chunk({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AQI=' } }] }),
      chunk({ audio: { id: 'a', transcript: 'x' } }),
      chunk({ audio: { data: 'AAAA' } }),
      chunk({}, 'stop'),
    ]);
    expect(parts.filter(({ type }) => type === 'file')).toMatchObject([
      { mediaType: 'image/png', data: { type: 'data', data: 'AQI=' } },
      { mediaType: 'audio', data: { type: 'data', data: 'AAAA' } },
    ]);
  });

  it('never throws, whatever a frame holds', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const delta = fc.dictionary(
      fc.constantFrom('role', 'content', 'refusal', 'reasoning', 'tool_calls', 'function_call', 'audio', 'images', 'annotations'),
      fc.oneof(
        value,
        fc.array(fc.record({ index: value, id: value, function: value, type: value, text: value, image_url: value }, { requiredKeys: [] })),
      ),
    );
    const frame = fc.record(
      {
        id: value,
        created: value,
        model: value,
        usage: value,
        choices: fc.oneof(
          value,
          fc.array(fc.record({ index: fc.constantFrom(0, 1, undefined), delta, finish_reason: value }, { requiredKeys: [] })),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), (frames) => {
        const parts = lifted(frames as object[]);
        encoded(parts, asked());
        encoded(bare(parts));
        JSON.parse(chatProtocol.whole(parts, asked()));
        chatProtocol.liftWhole((frames[0] ?? {}) as JsonObject, 1, '');
      }),
    );
  });
});
