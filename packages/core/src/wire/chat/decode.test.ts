import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadRequest } from '../client-error.ts';
import type { JsonObject } from '../json.ts';
import type { Row } from './chat.fixture.ts';
import { chatProtocol } from './index.ts';

const body = (more: object): JsonObject => ({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more }) as JsonObject;
const decoded = (more: object) => {
  chatProtocol.check(body(more));
  return chatProtocol.decode(body(more));
};
const prompt = (...messages: object[]) => decoded({ messages }).prompt;

function refused(value: unknown): BadRequest {
  try {
    chatProtocol.check(value as JsonObject);
  } catch (error) {
    if (error instanceof BadRequest) return error;
    throw error;
  }
  throw new Error('it passed');
}

describe('chat completions: what cannot be meant', () => {
  it.each([
    [{ model: undefined }, 'model'],
    [{ model: 5 }, 'model'],
    [{ model: '' }, 'model'],
    [{ messages: undefined }, 'messages'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['hi'] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 'x' }, { role: 'user' }] }, 'messages[1].content'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'image_url', image_url: {} },
            ],
          },
        ],
      },
      'messages[0].content[1].image_url.url',
    ],
    [
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'x' } }] }] },
      'messages[0].content[0].input_audio.format',
    ],
    [{ messages: [{ role: 'user', content: [{ type: 'file', file: 'x' }] }] }, 'messages[0].content[0].file'],
    [{ messages: [{ role: 'assistant', tool_calls: {} }] }, 'messages[0].tool_calls'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ id: 1 }] }] }, 'messages[0].tool_calls[0].id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { arguments: '{}' } }] }] },
      'messages[0].tool_calls[0].function.name',
    ],
    [{ messages: [{ role: 'tool', tool_call_id: 4, content: '' }] }, 'messages[0].tool_call_id'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tools: [{ type: 'function', function: { name: 'f', parameters: [] } }] }, 'tools[0].function.parameters'],
    [{ tools: [{}] }, 'tools[0].type'],
    [{ tool_choice: 5 }, 'tool_choice'],
    [{ max_tokens: '5' }, 'max_tokens'],
    [{ max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ n: 0 }, 'n'],
    [{ stop: ['a', 1] }, 'stop[1]'],
    [{ stop: 4 }, 'stop'],
    [{ stream: 'yes' }, 'stream'],
    [{ stream_options: true }, 'stream_options'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ response_format: { type: 5 } }, 'response_format.type'],
    [{ logprobs: 5 }, 'logprobs'],
  ])('%j: %s', (more, param) => {
    expect(refused(body(more)).param).toBe(param);
  });

  it('null is nothing, and what nobody knows passes', () => {
    const nothing = { tools: null, stop: null, temperature: null, stream: null, n: null, tool_choice: null };
    const messages = [
      { role: 'user', content: [{ type: 'vendor.thing', x: 1 }], name: 'me', x: 1 },
      { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'c', input: 'x' } }] },
      { role: 'tool', tool_call_id: 'a', content: null },
    ];
    expect(() => chatProtocol.check(body({ ...nothing, x_vendor: { a: 1 }, messages, tools: [{ type: 'vendor.tool' }] }))).not.toThrow();
  });
});

describe('chat completions: the request in other words', () => {
  it('system messages, blocks with marks among them', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    expect(
      prompt(
        { role: 'system', content: 'a' },
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'b' },
            { type: 'text', text: 'c' },
          ],
        },
        {
          role: 'system',
          content: [
            { type: 'text', text: 'd', ...mark },
            { type: 'text', text: 'e' },
          ],
        },
      ),
    ).toEqual([
      { role: 'system', content: 'a' },
      { role: 'system', content: 'b\nc' },
      { role: 'system', content: 'd', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } } },
      { role: 'system', content: 'e' },
    ]);
  });

  it('pictures, sounds and files', () => {
    const [message] = prompt({
      role: 'user',
      content: [
        { type: 'text', text: 'see', cache_control: { type: 'ephemeral' } },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AQI=', detail: 'low' } },
        { type: 'image_url', image_url: 'https://a.example/x.png' },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AQI=' } },
        { type: 'file', file: { file_id: 'file-1' } },
        { type: 'image_url', image_url: { url: 'no url' } },
        { type: 'vendor.thing', x: 1 },
      ],
    });
    expect(message?.content).toEqual([
      { type: 'text', text: 'see', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AQI=' }, providerOptions: { openai: { imageDetail: 'low' } } },
      { type: 'file', mediaType: 'image', data: { type: 'url', url: new URL('https://a.example/x.png') } },
      { type: 'file', mediaType: 'audio/mpeg', data: { type: 'data', data: 'AAAA' } },
      { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'AQI=' }, filename: 'a.pdf' },
      { type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { openai: 'file-1' } } },
      { type: 'text', text: '[image_url left out: it cannot be translated]' },
      { type: 'text', text: '[vendor.thing left out: it cannot be translated]' },
    ]);
  });

  it('the assistant: thoughts, words, calls, whatever their input is', () => {
    const call = (id: string, args: unknown) => ({ id, type: 'function', function: { name: 'f', arguments: args } });
    expect(
      prompt(
        {
          role: 'assistant',
          reasoning_content: 'hm',
          content: 'hi',
          tool_calls: [call('a', '{"x":1}'), call('b', '{"x":'), call('c', ''), call('d', '[1]')],
        },
        { role: 'tool', tool_call_id: 'a', content: 'ok' },
        {
          role: 'tool',
          tool_call_id: 'b',
          content: [
            { type: 'text', text: 'p' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AQI=' } },
          ],
        },
      ),
    ).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'hi' },
          { type: 'tool-call', toolCallId: 'a', toolName: 'f', input: { x: 1 } },
          { type: 'tool-call', toolCallId: 'b', toolName: 'f', input: { arguments: '{"x":' } },
          { type: 'tool-call', toolCallId: 'c', toolName: 'f', input: {} },
          { type: 'tool-call', toolCallId: 'd', toolName: 'f', input: { arguments: [1] } },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'a', toolName: 'f', output: { type: 'text', value: 'ok' } }] },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'b',
            toolName: 'f',
            output: {
              type: 'content',
              value: [
                { type: 'text', text: 'p' },
                { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AQI=' } },
              ],
            },
          },
        ],
      },
    ]);
  });

  it('functions, and results that name nobody', () => {
    const [, made, result] = prompt(
      { role: 'user', content: 'x' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'ok' },
    ) as Row[];
    expect(result?.['content'][0].toolCallId).toBe(made?.['content'][0].toolCallId);
    expect(result?.['content'][0].toolName).toBe('f');
  });

  it('T2: a conversation that grows begins with what it was', () => {
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { type: 'function', function: { name: 'f', arguments: '{}' } },
          { type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      { role: 'tool', content: '1' },
      { role: 'tool', content: '2' },
      { role: 'assistant', content: 'done' },
    ];
    const all = prompt(...messages);
    for (let length = 1; length < messages.length; length++) expect(all.slice(0, length)).toEqual(prompt(...messages.slice(0, length)));
    expect(new Set((all[2] as Row)['content'].map((one: Row) => one['toolCallId'])).size).toBe(2);
  });

  it('settings', () => {
    const tools = [
      {
        type: 'function',
        function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
        cache_control: { type: 'ephemeral' },
      },
      { type: 'function', function: { name: 'g' } },
    ];
    expect(
      decoded({
        tools,
        tool_choice: { type: 'function', function: { name: 'f' } },
        max_tokens: 5,
        max_completion_tokens: 6,
        temperature: 0.5,
        top_p: 0.9,
        presence_penalty: 1,
        frequency_penalty: 2,
        seed: 3,
        stop: 'END',
        reasoning_effort: 'high',
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
        parallel_tool_calls: false,
        n: 2,
        logprobs: true,
        top_logprobs: 4,
        modalities: ['text', 'audio'],
        user: 'u',
        metadata: { a: 'b' },
        service_tier: 'standard_only',
        store: true,
      }),
    ).toEqual({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [
        {
          type: 'function',
          name: 'f',
          description: 'd',
          inputSchema: { type: 'object' },
          strict: true,
          providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
        },
        { type: 'function', name: 'g', inputSchema: { type: 'object', properties: {} } },
      ],
      toolChoice: { type: 'tool', toolName: 'f' },
      maxOutputTokens: 6,
      temperature: 0.5,
      topP: 0.9,
      presencePenalty: 1,
      frequencyPenalty: 2,
      seed: 3,
      stopSequences: ['END'],
      reasoning: 'high',
      responseFormat: { type: 'json', schema: { type: 'object' }, name: 'n' },
      providerOptions: {
        openai: {
          parallelToolCalls: false,
          n: 2,
          logprobs: 4,
          modalities: ['text', 'audio'],
          user: 'u',
          metadata: { a: 'b' },
          strictJsonSchema: true,
        },
      },
    });
  });

  it.each([
    ['auto', { type: 'auto' }],
    ['any', { type: 'required' }],
    [
      { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] } },
      { type: 'required' },
    ],
    [
      { type: 'custom', custom: { name: 'c' } },
      { type: 'tool', toolName: 'c' },
    ],
  ])('tool_choice %j', (given, choice) => {
    const tools = [
      { type: 'function', function: { name: 'f' } },
      { type: 'custom', custom: { name: 'c', description: 'd' } },
    ];
    const { toolChoice, tools: sent } = decoded({ tools, tool_choice: given });
    expect(toolChoice).toEqual(choice);
    expect(sent).toHaveLength(typeof given === 'object' && 'allowed_tools' in given ? 1 : 2);
    if (sent?.length === 2)
      expect(sent[1]).toMatchObject({ type: 'function', name: 'c', description: 'd', inputSchema: { required: ['input'] } });
  });
});

describe('chat completions: any body', () => {
  const text = fc.constantFrom(
    '',
    'x',
    'data:image/png;base64,AQI=',
    'data:,%',
    'https://a.example/',
    '{"a":1}',
    '{',
    'ephemeral',
    'text',
    'function',
  );
  const leaf = fc.oneof(text, fc.constant(null), fc.integer(), fc.boolean(), fc.double());
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'type',
          'text',
          'name',
          'function',
          'arguments',
          'content',
          'url',
          'image_url',
          'data',
          'file',
          'cache_control',
          'json_schema',
          'mode',
          'tools',
          'allowed_tools',
          '__proto__',
        ),
        tie('any'),
        { maxKeys: 4 },
      ),
    ),
  })).any;
  /** Of the right shape nine times in ten: what is refused at once tells little. */
  const mostly = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: value });
  const held = fc.record({ url: text, data: text, format: text, filename: value, file_id: value, file_data: value, detail: value });
  const part = fc.record(
    {
      type: fc.constantFrom('text', 'image_url', 'input_audio', 'file', 'thinking', 'refusal', 'vendor'),
      text: mostly(text),
      refusal: mostly(text),
      image_url: mostly(fc.oneof(text, held)),
      input_audio: mostly(held),
      file: mostly(held),
      thinking: value,
      cache_control: value,
    },
    { requiredKeys: ['type', 'text', 'refusal', 'image_url', 'input_audio', 'file'] },
  );
  const said = fc.record({ name: fc.constantFrom('f', 'g'), arguments: mostly(text) });
  const called = fc.record({ id: mostly(text), type: value, function: mostly(said), custom: value }, { requiredKeys: [] });
  const message = fc.record(
    {
      role: mostly(fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool', 'function')),
      content: mostly(fc.oneof(text, fc.array(part, { maxLength: 3 }))),
      tool_calls: mostly(fc.array(called, { maxLength: 3 })),
      function_call: mostly(said),
      tool_call_id: mostly(text),
      name: value,
      reasoning_content: value,
      reasoning_details: value,
      cache_control: value,
    },
    { requiredKeys: ['role', 'content'] },
  );
  const named = fc.record({ name: fc.constantFrom('f', 'g'), strict: value, cache_control: value }, { requiredKeys: ['name'] });
  const tool = fc.record({
    type: fc.constantFrom('function', 'custom', 'web_search'),
    function: mostly(named),
    custom: value,
    name: value,
  });
  const any = fc.record(
    {
      model: mostly(fc.constant('m')),
      messages: mostly(fc.array(message, { minLength: 1, maxLength: 4 })),
      tools: mostly(fc.array(tool, { maxLength: 2 })),
      functions: mostly(fc.array(named, { maxLength: 2 })),
      tool_choice: mostly(fc.oneof(text, fc.dictionary(fc.constantFrom('type', 'function', 'custom', 'allowed_tools'), value))),
      function_call: mostly(fc.oneof(text, named)),
      response_format: mostly(fc.record({ type: fc.constantFrom('text', 'json_object', 'json_schema'), json_schema: value })),
      stop: mostly(fc.oneof(text, fc.array(text))),
      reasoning: value,
      thinking: value,
      reasoning_effort: mostly(text),
      metadata: mostly(fc.dictionary(text, value)),
      modalities: mostly(fc.array(text)),
      n: mostly(fc.integer({ min: 1 })),
      logprobs: mostly(fc.boolean()),
      max_tokens: mostly(fc.integer()),
    },
    { requiredKeys: ['model', 'messages'] },
  );
  const ask = { model: 'x', stream: true, foreign: () => true, cut: { quote: 'q', told: 't' } };
  const repairs = [
    'setting:reasoning',
    'setting:strict',
    'setting:max-tokens',
    'setting:cache-ttl',
    'setting:constructor',
    'output:9',
    'effort:high',
    'no-thinking',
    'sign-calls',
    'prefill',
    'plain-ids',
    'strict-roles',
    'single-calls',
    'unmarked',
    'no-images',
    'no-references',
    'small-schemas',
    'unsign:1',
    'tools-as-text',
    'beta:x',
  ];

  it('is refused as a bad request, or can be asked of anybody', () => {
    let passed = 0;
    fc.assert(
      fc.property(any, (given) => {
        try {
          chatProtocol.check(given as JsonObject);
        } catch (error) {
          expect(error).toBeInstanceOf(BadRequest);
          return;
        }
        passed++;
        JSON.stringify(chatProtocol.decode(given as JsonObject));
        JSON.stringify(chatProtocol.native(given as JsonObject, { ...ask, repairs }));
        chatProtocol.encoder({ id: 'x', model: 'm', created: 1, body: given as JsonObject });
      }),
      { numRuns: 2000 },
    );
    expect(passed).toBeGreaterThan(200);
  });

  it('… JSON of no shape at all included', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        expect(refused(given)).toBeInstanceOf(BadRequest);
      }),
    );
  });
});
