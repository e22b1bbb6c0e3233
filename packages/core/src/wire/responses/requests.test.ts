import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectToolId } from '../../rules/transcript/tool-ids.ts';
import { BadRequest } from '../client-error.ts';
import type { JsonObject } from '../json.ts';
import { CUT, sealed } from '../opaque.ts';
import type { EncoderStart, NativeAsk } from '../protocol.ts';
import { SseFramer } from '../sse.ts';
import type { WirePart } from '../wire-part.ts';
import { responsesProtocol } from './index.ts';

const { check, decode, native, encoder, error } = responsesProtocol;

const body = (fields: JsonObject): JsonObject => ({ model: 'smart', input: 'hi', ...fields });

function badOf(given: JsonObject): BadRequest | undefined {
  try {
    check(given);
  } catch (thrown) {
    if (thrown instanceof BadRequest) return thrown;
    throw thrown;
  }
  return undefined;
}

const user = (text: string): JsonObject => ({ role: 'user', content: text });

describe('Responses: what a request may be', () => {
  it.each<[param: string, code: string, fields: JsonObject]>([
    ['model', 'missing_required_parameter', { model: null }],
    ['model', 'invalid_type', { model: 3 }],
    ['input', 'missing_required_parameter', { input: undefined }],
    ['input', 'invalid_type', { input: { role: 'user' } }],
    ['input[1]', 'invalid_type', { input: [user('a'), 'b'] }],
    ['input[0].role', 'invalid_value', { input: [{ role: 'wizard', content: 'x' }] }],
    ['input[0].content', 'missing_required_parameter', { input: [{ role: 'user' }] }],
    ['input[0].content[0].text', 'missing_required_parameter', { input: [{ role: 'user', content: [{ type: 'input_text' }] }] }],
    ['input[0].arguments', 'invalid_type', { input: [{ type: 'function_call', call_id: 'c', name: 'n', arguments: {} }] }],
    ['input[0].call_id', 'missing_required_parameter', { input: [{ type: 'function_call_output', output: '' }] }],
    ['tools', 'invalid_type', { tools: {} }],
    ['tools[0].name', 'missing_required_parameter', { tools: [{ type: 'function' }] }],
    ['text.format.schema', 'missing_required_parameter', { text: { format: { type: 'json_schema', name: 'x' } } }],
    ['reasoning.effort', 'invalid_type', { reasoning: { effort: 3 } }],
    ['include', 'invalid_type', { include: [1] }],
    ['max_output_tokens', 'invalid_type', { max_output_tokens: -1 }],
    ['stream', 'invalid_type', { stream: 'yes' }],
    ['store', 'invalid_type', { store: 1 }],
    ['previous_response_id', 'invalid_type', { previous_response_id: [] }],
    ['metadata', 'invalid_type', { metadata: 'x' }],
    ['conversation', 'unsupported_parameter', { conversation: 'conv_1' }],
    ['background', 'unsupported_parameter', { background: true }],
  ])('%s: %s', (param, code, fields) => {
    const bad = badOf(body(fields));
    expect({ param: bad?.param, code: bad?.code }).toEqual({ param, code });
    expect(bad?.message).toContain(param);
  });

  it.each<[what: string, fields: JsonObject]>([
    [
      'unknown fields, items, parts and tools',
      {
        aurora: 1,
        input: [
          { type: 'aurora', glow: 2 },
          { role: 'user', content: [{ type: 'glow' }] },
        ],
        tools: [{ type: 'aurora' }],
      },
    ],
    [
      'nulls',
      { instructions: null, tools: null, conversation: null, background: false, previous_response_id: null, metadata: null, text: null },
    ],
    ['no input behind another response', { input: undefined, previous_response_id: 'resp_1' }],
  ])('W3: %s pass', (_, fields) => {
    expect(badOf(body(fields))).toBeUndefined();
  });

  it('whatever JSON it is, it is refused by name or it can be read', () => {
    const names = ['model', 'input', 'tools', 'tool_choice', 'text', 'reasoning', 'include', 'instructions', 'metadata', 'temperature'];
    const types = [
      'message',
      'function_call',
      'function_call_output',
      'reasoning',
      'custom_tool_call',
      'web_search_call',
      'mcp_call',
      'computer_call',
    ];
    const some = fc.oneof(
      fc.constantFrom('user', 'assistant', 'hf1.x', CUT, sealed({ a: { b: 1 } }), 'data:image/png;base64,AA=='),
      fc.jsonValue(),
    );
    const part = fc.record({
      type: fc.constantFrom('input_text', 'input_image', 'input_file', 'refusal'),
      text: some,
      image_url: some,
      file_data: some,
      refusal: some,
    });
    const item = fc.record(
      {
        type: fc.constantFrom(...types),
        role: some,
        content: fc.oneof(some, fc.array(part)),
        call_id: some,
        name: some,
        arguments: some,
        output: some,
        id: some,
        summary: fc.oneof(some, fc.array(part)),
        encrypted_content: some,
      },
      { requiredKeys: [] },
    );
    const given = fc.tuple(fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), fc.option(fc.array(item)), fc.boolean());
    fc.assert(
      fc.property(given, ([fields, items, isNamed]) => {
        const one = { ...fields, ...(isNamed && { model: 'm' }), ...(items && { input: items }) } as JsonObject;
        if (badOf(one)) return;
        expect(decode(one).prompt).toBeInstanceOf(Array);
        expect(native(one, ASK)['store']).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('Responses: a request in the words of the AI SDK', () => {
  const promptOf = (input: JsonObject['input'], fields: JsonObject = {}) => decode(body({ input, ...fields })).prompt;

  it('texts, roles, pictures and files', () => {
    const content = [
      { type: 'input_text', text: 'Look:' },
      { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0', detail: 'low' },
      { type: 'input_image', image_url: 'https://example.com/a.png' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0' },
      { type: 'input_file', file_id: 'file-123' },
    ];
    expect(
      promptOf(
        [
          { role: 'developer', content: 'Be brief' },
          { role: 'user', content },
        ],
        { instructions: 'Be kind' },
      ),
    ).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'system', content: 'Be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          {
            type: 'file',
            mediaType: 'image/png',
            data: { type: 'data', data: 'iVBORw0' },
            providerOptions: { openai: { imageDetail: 'low' } },
          },
          { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL('https://example.com/a.png') } },
          { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'JVBERi0' }, filename: 'a.pdf' },
          { type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { openai: 'file-123' } } },
        ],
      },
    ]);
    expect(promptOf('hi')).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
  });

  it('a turn with reasoning, calls and their results', () => {
    const input = [
      user('weather?'),
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'gAAA' },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Let me look.' },
          { type: 'refusal', refusal: 'Not all.' },
        ],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'look', arguments: '{"at":"x"}' },
      { type: 'function_call', call_id: 'c2', name: 'look', arguments: '' },
      { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'rain' }] },
      { type: 'web_search_call', id: 'ws_1', status: 'completed' },
    ];
    expect(promptOf(input)).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'weather?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm', providerOptions: { openai: { itemId: 'rs_1', reasoningEncryptedContent: 'gAAA' } } },
          { type: 'text', text: 'Let me look.' },
          { type: 'text', text: 'Not all.' },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { at: 'x' }, providerOptions: { openai: { itemId: 'fc_1' } } },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'look', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'c1', toolName: 'look', output: { type: 'text', value: 'sunny' } },
          { type: 'tool-result', toolCallId: 'c2', toolName: 'look', output: { type: 'content', value: [{ type: 'text', text: 'rain' }] } },
        ],
      },
    ]);
  });

  it('settings, tools and formats', () => {
    const schema = { type: 'object', properties: {} };
    const given = decode(
      body({
        temperature: 0.5,
        top_p: 0.9,
        max_output_tokens: 100,
        reasoning: { effort: 'high', summary: 'auto' },
        parallel_tool_calls: false,
        tools: [
          { type: 'function', name: 'look', description: 'Looks', parameters: schema, strict: true },
          { type: 'web_search', search_context_size: 'low' },
          { type: 'custom', name: 'patch' },
        ],
        tool_choice: { type: 'function', name: 'look' },
        text: { format: { type: 'json_schema', name: 'answer', schema, strict: true }, verbosity: 'low' },
      }),
    );
    expect(given).toMatchObject({
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 100,
      reasoning: 'high',
      responseFormat: { type: 'json', name: 'answer', schema },
      tools: [
        { type: 'function', name: 'look', description: 'Looks', inputSchema: schema, strict: true },
        { type: 'provider', id: 'openai.web_search', name: 'web_search', args: { search_context_size: 'low' } },
        { type: 'function', name: 'patch', inputSchema: { required: ['input'] } },
      ],
      toolChoice: { type: 'tool', toolName: 'look' },
      providerOptions: { openai: { parallelToolCalls: false, textVerbosity: 'low', reasoningSummary: 'auto' } },
    });
    expect(
      decode(
        body({
          tools: [
            { type: 'function', name: 'a' },
            { type: 'function', name: 'b' },
          ],
          tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'b' }] },
        }),
      ),
    ).toMatchObject({
      tools: [{ name: 'b' }],
      toolChoice: { type: 'required' },
    });
  });

  it('a reference that nobody resolved is refused', () => {
    expect(() => promptOf([user('x'), { type: 'item_reference', id: 'msg_1' }])).toThrow(
      expect.objectContaining({ param: 'input[1].id' }) as Error,
    );
  });

  it('what no other protocol has a word for leaves one in its place', () => {
    const content = [{ type: 'input_text', text: 'a' }, { type: 'input_hologram', data: 'x' }, { type: 'input_image' }];
    expect(promptOf([{ role: 'user', content }])[0]?.content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: '[input_hologram left out: it cannot be translated]' },
      { type: 'text', text: '[input_image left out: it cannot be translated]' },
    ]);
  });

  it('files by odd names, and data URLs without base64', () => {
    const content = [
      { type: 'input_file', file_data: 'JVBERi0', filename: 'x.constructor' },
      { type: 'input_file', file_data: 'data:text/plain,a%20b', filename: 'a.txt' },
    ];
    expect(promptOf([{ role: 'user', content }])[0]?.content).toEqual([
      { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'JVBERi0' }, filename: 'x.constructor' },
      { type: 'file', mediaType: 'text/plain', data: { type: 'data', data: new TextEncoder().encode('a b') }, filename: 'a.txt' },
    ]);
  });

  it('arguments are an object, whatever they were', () => {
    const inputs = ['5', 'null', '["a"]', '{'].map(
      (given) => promptOf([{ type: 'function_call', call_id: 'c', name: 'f', arguments: given }])[0]?.content[0],
    );
    expect(inputs).toMatchObject(
      [{ arguments: 5 }, { arguments: null }, { arguments: ['a'] }, { arguments: '{' }].map((input) => ({ type: 'tool-call', input })),
    );
  });

  it('what is sealed and no metadata of a vendor is dropped, not handed on', () => {
    const items = [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed({ google: null, x: 1, anthropic: { signature: 's' } }) },
      {
        type: 'reasoning',
        id: 'rs_2',
        summary: [],
        encrypted_content: sealed({ call: 'c', metadata: { google: null, anthropic: { x: 1 } } }),
      },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ];
    expect(promptOf(items)[0]?.content).toMatchObject([
      { type: 'reasoning', providerOptions: { anthropic: { signature: 's' } } },
      { type: 'tool-call', providerOptions: { anthropic: { x: 1 } } },
    ]);
    expect(JSON.stringify(promptOf(items))).not.toContain('google');
  });

  it('a schema is as strict as was asked', () => {
    const schema = { type: 'object', properties: {} };
    const text = { format: { type: 'json_schema', name: 'a', schema, strict: false } };
    expect(decode(body({ text })).providerOptions).toEqual({ openai: { strictJsonSchema: false } });
  });

  it('T2, T3: what another vendor thought comes back to it; what was cut in half does not', () => {
    const start: EncoderStart = { id: 'resp_1', model: 'm', created: 1, body: body({}) };
    const written = encoder(start);
    const parts: WirePart[] = [
      { type: 'reasoning-start', id: '0' },
      { type: 'reasoning-delta', id: '0', delta: 'Hm' },
      { type: 'reasoning-delta', id: '0', delta: '', providerMetadata: { anthropic: { signature: 'sig' } } },
      { type: 'reasoning-end', id: '0' },
      { type: 'reasoning-start', id: '1' },
      { type: 'reasoning-delta', id: '1', delta: 'half' },
      { type: 'reasoning-end', id: '1', providerMetadata: { holdfast: { cut: true } } },
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'look',
        input: '{"at":"x"}',
        providerMetadata: { google: { thoughtSignature: 'sign' } },
      },
      {
        type: 'finish',
        finishReason: { unified: 'tool-calls', raw: undefined },
        usage: { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } },
        providerMetadata: { holdfast: { secret: 'ours' } },
      },
    ];
    const sse = parts.map((part) => written.part(part)).join('');
    expect(sse).not.toContain('secret');
    const last = new SseFramer()
      .push(sse)
      .flatMap((one) => (one.type === 'event' ? [JSON.parse(one.data) as JsonObject] : []))
      .at(-1)!;
    const output = (last['response'] as JsonObject)['output'] as JsonObject[];
    expect(output.map((item) => item['encrypted_content'])).toEqual([
      sealed({ anthropic: { signature: 'sig' } }),
      CUT,
      expect.any(String),
      undefined,
    ]);
    expect(promptOf([user('a'), ...output])[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 'sig' } } },
        {
          type: 'tool-call',
          toolCallId: 'c1',
          toolName: 'look',
          input: { at: 'x' },
          providerOptions: { openai: { itemId: expect.any(String) as string }, google: { thoughtSignature: 'sign' } },
        },
      ],
    });
  });
});

const ASK: NativeAsk = { model: 'gpt-5', stream: true, foreign: () => false, repairs: [] };

describe('Responses: a request to a provider of the same protocol', () => {
  it('R1: nothing is kept there, and thoughts come back encrypted; all else stays as it was', () => {
    expect(native(body({ include: ['file_search_call.results'], previous_response_id: 'resp_1' }), ASK)).toEqual({
      model: 'gpt-5',
      stream: true,
      store: false,
      include: ['file_search_call.results', 'reasoning.encrypted_content'],
      previous_response_id: undefined,
    });
    expect(native(body({ include: ['reasoning.encrypted_content'], input: [user('a')] }), ASK)).toEqual({
      model: 'gpt-5',
      stream: true,
      store: false,
    });
  });

  it('R1: who does not think is not asked for thoughts: OpenAI refuses the whole request', () => {
    for (const model of ['gpt-4o', 'gpt-4.1-mini', 'openai/gpt-4o-mini', 'gpt-5-chat-latest', 'chatgpt-4o-latest'])
      expect(native(body({}), { ...ASK, model })).not.toHaveProperty('include');
    const include = ['file_search_call.results', 'reasoning.encrypted_content'];
    expect(native(body({ include }), { ...ASK, model: 'gpt-4o' })['include']).toEqual(['file_search_call.results']);
    for (const model of ['gpt-5', 'o4-mini', 'gpt-5.1-codex', 'my-deployment', 'gpt-40'])
      expect(native(body({}), { ...ASK, model })['include']).toEqual(['reasoning.encrypted_content']);
    const repairs = ['setting:encrypted-reasoning'];
    expect(native(body({}), { ...ASK, model: 'my-deployment', repairs })).not.toHaveProperty('include');
    expect(native(body({ include: ['reasoning.encrypted_content'] }), { ...ASK, repairs })['include']).toBeUndefined();
  });

  const thought = (id: string, opaque?: string): JsonObject => ({
    type: 'reasoning',
    id,
    summary: [],
    ...(opaque !== undefined && { encrypted_content: opaque }),
  });
  const call = (id: string): JsonObject => ({ type: 'function_call', id, call_id: `call_${id}`, name: 'look', arguments: '{}' });
  const sent = (input: readonly JsonObject[], ask: Partial<NativeAsk> = {}) => native(body({ input }), { ...ASK, ...ask })['input'];

  it('R3: a thought that this target cannot read is left out, and what followed it has no id', () => {
    const input = [user('a'), thought('rs_1', 'theirs'), call('fc_1'), user('b'), thought('rs_2', 'own'), call('fc_2')];
    const { id: _, ...nameless } = call('fc_1');
    expect(sent(input, { foreign: (value) => value === 'theirs' })).toEqual([
      user('a'),
      nameless,
      user('b'),
      thought('rs_2', 'own'),
      call('fc_2'),
    ]);
    for (const ours of [CUT, sealed({ anthropic: { signature: 's' } }), undefined])
      expect(sent([user('a'), thought('rs_1', ours), call('fc_1')])).toEqual([user('a'), nameless]);
    expect(sent(input)).toBeUndefined();
  });

  it('R3: ids that we made are not sent', () => {
    expect(sent([{ ...call('fc_1'), id: 'fc_hf0a1' }])).toEqual([
      { type: 'function_call', call_id: 'call_fc_1', name: 'look', arguments: '{}' },
    ]);
  });

  it('C6: a cut answer is quoted behind the input', () => {
    const cut = { quote: 'Once upon', told: 'Go on.' };
    expect(native(body({}), { ...ASK, cut, maxTokens: 50 })).toMatchObject({
      input: [user('hi'), { role: 'assistant', content: 'Once upon' }, user('Go on.')],
      max_output_tokens: 50,
    });
    expect(sent([user('a')], { cut: { quote: 'Once' } })).toEqual([user('a'), { role: 'assistant', content: 'Once' }]);
  });

  it.each<[repair: string, fields: JsonObject, changes: JsonObject]>([
    ['setting:temperature', { temperature: 1 }, { temperature: undefined }],
    ['setting:reasoning', { reasoning: { effort: 'high' } }, { reasoning: undefined }],
    ['no-effort', { reasoning: { effort: 'high', summary: 'auto' } }, { reasoning: { summary: 'auto' } }],
    ['effort:minimal', { reasoning: { effort: 'minimal' } }, { reasoning: undefined }],
    ['effort:minimal', { reasoning: { effort: 'high' } }, {}],
    ['output:4096', { max_output_tokens: 9000 }, { max_output_tokens: 4096 }],
    ['output:4096', {}, { max_output_tokens: 4096 }],
    ['single-calls', {}, { parallel_tool_calls: false }],
    ['setting:verbosity', { text: { verbosity: 'low', format: { type: 'text' } } }, { text: { format: { type: 'text' } } }],
    ['setting:strict', { tools: [{ type: 'function', name: 'a', strict: true }] }, { tools: [{ type: 'function', name: 'a' }] }],
    ['unsign:0', { input: [user('a'), thought('rs_1', 'x')] }, { input: [user('a')] }],
    [
      'no-images',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://e' }] }] },
      { input: [{ role: 'user', content: [{ type: 'input_text', text: '[a file was left out here]' }] }] },
    ],
    [
      'plain-ids',
      {
        input: [
          { ...call('fc_1'), call_id: 'functions.look:0' },
          { type: 'function_call_output', call_id: 'functions.look:0', output: '' },
        ],
      },
      {
        input: [
          { ...call('fc_1'), call_id: projectToolId('functions.look:0', 0, 'openai-responses') },
          { type: 'function_call_output', call_id: projectToolId('functions.look:0', 0, 'openai-responses'), output: '' },
        ],
      },
    ],
    ['plain-ids', { input: [call('fc_1')] }, {}],
    ['tools-as-text', {}, {}],
  ])('T3: %s', (repair, fields, changes) => {
    const plain = native(body(fields), ASK);
    expect(native(body(fields), { ...ASK, repairs: [repair] })).toStrictEqual({ ...plain, ...changes });
  });
});

describe('Responses: errors', () => {
  it("are OpenAI's own, or a provider's byte for byte", () => {
    expect(JSON.parse(error({ status: 429, class: 'rate-limit', message: 'Slow down.' }))).toEqual({
      error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
    });
    expect(JSON.parse(error({ status: 503, class: 'server', message: 'm', kind: 'overload', call: 'c1' }))).toEqual({
      error: { message: 'm', type: 'server_error', param: null, code: 'server_error', holdfast: { kind: 'overload', call: 'c1' } },
    });
    expect(error({ status: 400, class: 'invalid-request', message: 'm', body: '{"error": {}}' })).toBe('{"error": {}}');
  });
});

describe('Responses: errors in a stream', () => {
  it.each([
    ['too-large', 'invalid_prompt'],
    ['refusal', 'invalid_prompt'],
    ['context-length', 'context_length_exceeded'],
    ['server', 'server_error'],
  ] as const)('note 9: %s is %s', (kind, code) => {
    const written = encoder({ id: 'resp_1', model: 'm', created: 1, body: body({}) }).failure({ status: 400, class: kind, message: 'm' });
    expect(written).toContain(`"error":{"code":"${code}"`);
  });
});

describe('Responses: what a translated answer is', () => {
  const answerTo = (fields: JsonObject, parts: readonly WirePart[]): JsonObject[] => {
    const written = encoder({ id: 'resp_1', model: 'm', created: 1, body: body(fields) });
    const sse = parts.map((part) => written.part(part)).join('');
    return new SseFramer().push(sse).flatMap((one) => (one.type === 'event' ? [JSON.parse(one.data) as JsonObject] : []));
  };

  it('a call without pieces is written once; a tool of plain text gets plain text', () => {
    const parts: WirePart[] = [
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{}' },
      { type: 'tool-input-start', id: 'c2', toolName: 'patch' },
      { type: 'tool-input-delta', id: 'c2', delta: '{"input":"*** Begin"}' },
      { type: 'tool-input-end', id: 'c2' },
      { type: 'tool-call', toolCallId: 'c2', toolName: 'patch', input: '{"input":"*** Begin"}' },
    ];
    const events = answerTo({ tools: [{ type: 'custom', name: 'patch' }] }, parts);
    const done = events.flatMap((one) => (one['type'] === 'response.output_item.done' ? [one['item']] : []));
    expect(done).toMatchObject([
      { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{}', status: 'completed' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'patch', input: '*** Begin', status: 'completed' },
    ]);
  });

  it('sources stand at the text that is open; pictures are items', () => {
    const parts: WirePart[] = [
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'Otters' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://otters.example', title: 'Otters' },
      { type: 'text-end', id: '0' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: Uint8Array.of(1, 2, 3) } },
    ];
    const done = answerTo({}, parts).flatMap((one) => (one['type'] === 'response.output_item.done' ? [one['item']] : []));
    expect(done).toMatchObject([
      {
        type: 'message',
        content: [{ text: 'Otters', annotations: [{ type: 'url_citation', url: 'https://otters.example', end_index: 6 }] }],
      },
      { type: 'image_generation_call', result: 'AQID' },
    ]);
  });

  it('nothing of an answer that nobody gave', () => {
    expect(
      answerTo({}, [
        { type: 'stream-start', warnings: [] },
        { type: 'response-metadata', id: 'x' },
        { type: 'text-start', id: '0' },
      ]),
    ).toEqual([]);
  });
});
