import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import type { NativeAsk } from '../protocol.ts';
import { chatProtocol } from './index.ts';

const messages = [{ role: 'user', content: 'hi' }];
const native = (body: object, ask: Partial<NativeAsk> = {}) =>
  chatProtocol.native({ model: 'smart', messages, ...body } as JsonObject, {
    model: 'm-1',
    stream: false,
    foreign: () => false,
    repairs: [],
    ...ask,
  });
const mended = (body: object, ...repairs: string[]) => {
  const { model: _, stream: _s, stream_options: _o, ...changes } = native(body, { repairs });
  return changes;
};

describe('chat completions: a body for a server of its own', () => {
  it('changes the model, and how it is answered', () => {
    expect(native({ x: 1, stream: true, stream_options: { x: 1 } })).toEqual({
      model: 'm-1',
      stream: undefined,
      stream_options: undefined,
    });
    expect(native({ stream_options: { x: 1, include_usage: false } }, { stream: true })).toEqual({
      model: 'm-1',
      stream: true,
      stream_options: { x: 1, include_usage: true },
    });
  });

  it('T3: who refuses to be asked for usage is not asked: the client never did', () => {
    const ask = { stream: true, repairs: ['setting:stream-options'] };
    expect(native({}, ask)).toEqual({ model: 'm-1', stream: true, stream_options: undefined });
    expect(native({ stream_options: { include_usage: true } }, ask)).toEqual({ model: 'm-1', stream: true, stream_options: undefined });
  });

  it('limits in the field that the client used', () => {
    expect(native({ max_tokens: 9 }, { maxTokens: 5 })).toMatchObject({ max_tokens: 5 });
    expect(native({ max_completion_tokens: 9 }, { maxTokens: 5 })).not.toHaveProperty('max_tokens');
    expect(native({ max_completion_tokens: 9, max_tokens: 9 }, { maxTokens: 5 })).toMatchObject({
      max_completion_tokens: 5,
      max_tokens: 5,
    });
    expect(native({}, { maxTokens: 5 })).toMatchObject({ max_tokens: 5 });
    expect(native({ max_tokens: 9 })).not.toHaveProperty('max_tokens');
  });

  it('C6: asks to go on, or begins the turn', () => {
    expect(native({}, { cut: { quote: 'Hel', told: 'go on' } })['messages']).toEqual([
      ...messages,
      { role: 'assistant', content: 'Hel' },
      { role: 'user', content: 'go on' },
    ]);
    expect(native({}, { cut: { quote: 'Hel' } })['messages']).toEqual([...messages, { role: 'assistant', content: 'Hel' }]);
  });

  it('T1: leaves out what was signed elsewhere, and what is ours', () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
    const history = [
      {
        role: 'assistant',
        content: 'a',
        reasoning: 'hm',
        reasoning_opaque: 'own-opaque',
        reasoning_details: [
          { type: 'reasoning.text', text: 'x', signature: 'foreign-1' },
          { type: 'reasoning.summary', summary: 's' },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning_opaque: 'hf1.cut',
        tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'foreign-2' } } }, call],
      },
    ];
    expect(native({ messages: history }, { foreign: (value) => value.startsWith('foreign') })['messages']).toEqual([
      {
        role: 'assistant',
        content: 'a',
        reasoning: 'hm',
        reasoning_opaque: 'own-opaque',
        reasoning_details: [{ type: 'reasoning.summary', summary: 's' }],
      },
      { role: 'assistant', content: null, tool_calls: [call, call] },
    ]);
    expect(native({ messages: history.slice(0, 1) })).not.toHaveProperty('messages');
    expect((native({ messages: history.slice(0, 1) }, { repairs: ['unsign:0'] })['messages'] as object[])[0]).not.toHaveProperty(
      'reasoning_opaque',
    );
    expect(native({ messages: history.slice(0, 1) }, { repairs: ['unsign:1'] })).not.toHaveProperty('messages');
  });
});

describe('T3: chat completions after a refusal', () => {
  const tool = { type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object', additionalProperties: false } } };
  it.each([
    ['setting:temperature', { temperature: 1 }, { temperature: undefined }],
    ['setting:temperature', {}, {}],
    ['setting:penalties', { presence_penalty: 1, frequency_penalty: 1 }, { presence_penalty: undefined, frequency_penalty: undefined }],
    ['setting:stop', { stop: 'x' }, { stop: undefined }],
    ['setting:parallel', { parallel_tool_calls: true }, { parallel_tool_calls: undefined }],
    ['setting:reasoning', { reasoning_effort: 'low', reasoning: {} }, { reasoning_effort: undefined, reasoning: undefined }],
    ['setting:logprobs', { logprobs: true, top_logprobs: 2 }, { logprobs: undefined, top_logprobs: undefined }],
    ['setting:max-tokens', { max_tokens: 7 }, { max_tokens: undefined, max_completion_tokens: 7 }],
    ['setting:max-tokens', { max_completion_tokens: 7 }, { max_tokens: 7, max_completion_tokens: undefined }],
    ['setting:strict', { tools: [tool] }, { tools: [{ type: 'function', function: { name: 'f', parameters: tool.function.parameters } }] }],
    ['output:5', { max_tokens: 7 }, { max_tokens: 5 }],
    ['output:5', {}, { max_tokens: 5 }],
    ['effort:max', { reasoning_effort: 'max' }, { reasoning_effort: undefined }],
    ['effort:max', { reasoning_effort: 'low' }, {}],
    ['no-thinking', { thinking: { type: 'enabled' } }, { thinking: undefined }],
    ['lower-effort', { reasoning_effort: 'high' }, { reasoning_effort: 'low' }],
    ['single-calls', { tools: [tool] }, { parallel_tool_calls: false }],
    ['single-calls', {}, {}],
    [
      'small-schemas',
      { tools: [tool] },
      { tools: [{ type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object', properties: {} } } }] },
    ],
    ['beta:context-1m', {}, {}],
  ])('%s of %j', (repair, body, changes) => {
    expect(mended(body, repair)).toEqual(changes);
  });

  it('cache marks, all of them or what they say', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const marked = {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a', ...mark }] },
        { role: 'user', content: 'b', ...mark },
      ],
      tools: [{ ...tool, ...mark }],
    };
    const bare = {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        { role: 'user', content: 'b' },
      ],
      tools: [tool],
    };
    expect(mended(marked, 'no-cache-marks')).toEqual(bare);
    expect(mended(bare, 'unmarked')).toEqual({});
    expect(mended(marked, 'setting:cache-ttl')['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
      { role: 'user', content: 'b', cache_control: { type: 'ephemeral' } },
    ]);
  });

  it('files: a word in their place', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'https://a.example/x.png' } },
      { type: 'file', file: { file_id: 'f', filename: 'a.pdf' } },
    ];
    expect(mended({ messages: [{ role: 'user', content }] }, 'no-images', 'no-references')['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: '[image left out, this model does not take it: https://a.example/x.png]' },
          { type: 'text', text: '[file left out, this model does not take it: a.pdf]' },
        ],
      },
    ]);
  });

  it('ids, the same for call and result', () => {
    const history = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'functions.f:0', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'functions.f:0', content: 'ok' },
    ];
    const [made, result] = mended({ messages: history }, 'plain-ids')['messages'] as [
      { tool_calls: { id: string }[] },
      { tool_call_id: string },
    ];
    expect(made.tool_calls[0]?.id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(result.tool_call_id).toBe(made.tool_calls[0]?.id);
  });

  it('calls made elsewhere are signed', () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
    expect(mended({ messages: [{ role: 'assistant', content: null, tool_calls: [call, call] }] }, 'sign-calls')['messages']).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ ...call, extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } }, call],
      },
    ]);
  });

  it('roles in turn, the user last', () => {
    const history = [
      { role: 'developer', content: 's' },
      { role: 'user', content: 'a' },
      { role: 'system', content: 't' },
      { role: 'assistant', content: 'b' },
    ];
    expect(mended({ messages: history }, 'strict-roles')['messages']).toEqual([
      { role: 'system', content: 's' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: '(no reply)' },
      { role: 'user', content: '<system>\nt\n</system>' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: '(go on)' },
    ]);
    expect(mended({ messages: history.slice(1) }, 'prefill')['messages']).toEqual([
      ...history.slice(1),
      { role: 'user', content: '(go on)' },
    ]);
    expect(mended({}, 'prefill')).toEqual({});
  });
});

describe('chat completions: errors', () => {
  it.each([
    ['authentication', 'invalid_request_error', 'invalid_api_key'],
    ['not-found', 'invalid_request_error', 'model_not_found'],
    ['context-length', 'invalid_request_error', 'context_length_exceeded'],
    ['rate-limit', 'rate_limit_error', 'rate_limit_exceeded'],
    ['quota', 'insufficient_quota', 'insufficient_quota'],
    ['upstream-config', 'api_error', 'upstream_config'],
    ['server', 'server_error', 'server_error'],
    ['invalid-request', 'invalid_request_error', null],
  ] as const)('%s', (name, type, code) => {
    expect(JSON.parse(chatProtocol.error({ status: 400, class: name, message: 'No.' }))).toEqual({
      error: { message: 'No.', type, param: null, code },
    });
  });

  it("ours stands beside, a code of its own and a provider's body go first", () => {
    const error = {
      status: 404,
      class: 'not-found',
      message: 'No.',
      param: 'previous_response_id',
      code: 'previous_response_not_found',
      kind: 'quota',
      retryAt: 5,
      call: 'c1',
    } as const;
    expect(JSON.parse(chatProtocol.error(error))).toEqual({
      error: {
        message: 'No.',
        type: 'invalid_request_error',
        param: 'previous_response_id',
        code: 'previous_response_not_found',
        holdfast: { kind: 'quota', retry_at: 5, call: 'c1' },
      },
    });
    expect(chatProtocol.error({ ...error, body: '{"error": 1}' })).toBe('{"error": 1}');
  });
});
