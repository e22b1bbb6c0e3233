import { describe, expect, it } from 'vitest';
import { CUT, messagesProtocol, sealed, withoutBetas, type JsonObject, type NativeAsk } from '../index.ts';

const BODY = { model: 'smart', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };
const ASK: NativeAsk = { model: 'claude-x', stream: true, foreign: (value) => value === 'foreign', repairs: [] };
const native = (body: JsonObject, ask: Partial<NativeAsk> = {}) => messagesProtocol.native(body, { ...ASK, ...ask });
const thought = (signature: string): JsonObject => ({ type: 'thinking', thinking: 'hm', signature });
const CALL: JsonObject = { type: 'tool_use', id: 'a', name: 'look', input: {} };
const RESULT: JsonObject = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] };
const PLAIN: unknown = expect.stringMatching(/^[\w-]{1,64}$/);
const turn = (...content: readonly JsonObject[]): JsonObject => ({ role: 'assistant', content });
const talk = (...messages: readonly JsonObject[]) => ({ ...BODY, messages: [...BODY.messages, ...messages] });

describe('what a provider of the same protocol is sent', () => {
  it('nothing but model and stream is changed in a body without anything of ours', () => {
    expect(native(talk(turn(thought('EqM'), CALL), RESULT))).toEqual({ model: 'claude-x', stream: true });
    expect(native(BODY, { maxTokens: 50 })).toEqual({ model: 'claude-x', stream: true, max_tokens: 50 });
  });

  it.each([CUT, '', sealed({ openai: {} }), 'foreign'])('T1, T3: a thought signed %j is left out', (signature) => {
    const text = { type: 'text', text: 'Yes' };
    expect(native(talk(turn(thought(signature), text), { role: 'user', content: 'So' }))['messages']).toEqual([
      ...BODY.messages,
      turn(text),
      { role: 'user', content: 'So' },
    ]);
    expect(native(talk(turn({ type: 'redacted_thinking', data: signature }, text)))['messages']).toEqual([...BODY.messages, turn(text)]);
  });

  it('a budget stays below the limit: Anthropic refuses any other', () => {
    const body = { ...BODY, max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 16_000, display: 'summarized' } };
    const thinking = (ask: Partial<NativeAsk>) => native(body, ask)['thinking'];
    expect(native(body, { maxTokens: 16_001 })).not.toHaveProperty('thinking');
    expect(thinking({ maxTokens: 16_000 })).toEqual({ type: 'enabled', budget_tokens: 8000, display: 'summarized' });
    expect(thinking({ repairs: ['output:8192'] })).toEqual({ type: 'enabled', budget_tokens: 4096, display: 'summarized' });
    for (const ask of [{ maxTokens: 2000 }, { repairs: ['output:1024'] }]) expect(native(body, ask)).toHaveProperty('thinking', undefined);
    expect(native({ ...body, thinking: { type: 'enabled', budget_tokens: 64_000 } })).not.toHaveProperty('thinking');
  });

  it('a turn of which nothing is left is left out', () => {
    expect(native(talk(turn(thought(CUT)), { role: 'user', content: 'So' }))['messages']).toEqual([
      ...BODY.messages,
      { role: 'user', content: 'So' },
    ]);
  });

  it('C4: a budget is off in a turn that has lost its thoughts, and what would clear thoughts with it', () => {
    const edits = [{ type: 'clear_thinking_20251015' }, { type: 'clear_tool_uses_20250919' }];
    const body = {
      ...talk(turn(thought(CUT), CALL), RESULT),
      thinking: { type: 'enabled', budget_tokens: 2000 },
      context_management: { edits },
    };
    expect(native(body)).toMatchObject({ thinking: undefined, context_management: { edits: [edits[1]] } });
    expect(Object.hasOwn(native(body), 'thinking')).toBe(true);
    expect(
      native({ ...body, messages: [...body.messages, turn({ type: 'text', text: 'Done' }), { role: 'user', content: 'Next' }] }),
    ).not.toHaveProperty('thinking');
    expect(native({ ...body, thinking: { type: 'adaptive' } })).not.toHaveProperty('thinking');
  });

  it('C6: a cut answer is quoted, and its continuation asked for', () => {
    const body = { ...BODY, thinking: { type: 'enabled', budget_tokens: 2000 }, output_config: { effort: 'high', format: {} } };
    expect(native(body, { cut: { quote: 'It rains \n', told: 'Go on' }, maxTokens: 70 })).toEqual({
      model: 'claude-x',
      stream: true,
      max_tokens: 70,
      thinking: undefined,
      output_config: { effort: 'low', format: {} },
      messages: [...BODY.messages, { role: 'assistant', content: 'It rains' }, { role: 'user', content: 'Go on' }],
    });
    expect(native(BODY, { cut: { quote: 'It rains' } })['messages']).toEqual([
      ...BODY.messages,
      { role: 'assistant', content: 'It rains' },
    ]);
    expect(native(BODY, { cut: { quote: ' ', told: 'Go on' } })).not.toHaveProperty('messages');
  });
});

describe('T3: repairs', () => {
  const mark = { type: 'ephemeral', ttl: '1h' };
  const image = { type: 'image', source: { type: 'file', file_id: 'f' }, cache_control: mark };
  it.each<[string, JsonObject, object]>([
    ['unsign:2', talk(turn(thought('a')), turn(thought('b'), CALL)), { messages: [...BODY.messages, turn(thought('a')), turn(CALL)] }],
    ['no-thinking', { ...BODY, thinking: { type: 'adaptive' } }, { thinking: undefined }],
    [
      'no-effort',
      { ...BODY, output_config: { effort: 'max' }, thinking: { type: 'disabled' } },
      { output_config: undefined, thinking: undefined },
    ],
    ['effort:max', { ...BODY, output_config: { effort: 'max', format: {} } }, { output_config: { format: {} } }],
    ['setting:temperature', { ...BODY, temperature: 1 }, { temperature: undefined }],
    ['setting:reasoning', { ...BODY, thinking: {}, output_config: { effort: 'max' } }, { thinking: undefined, output_config: undefined }],
    ['setting:parallel', { ...BODY, tool_choice: { type: 'auto', disable_parallel_tool_use: true } }, { tool_choice: { type: 'auto' } }],
    ['setting:strict', { ...BODY, tools: [{ name: 'a', strict: true }] }, { tools: [{ name: 'a' }] }],
    ['setting:mcp-servers', { ...BODY, mcp_servers: [{}], tools: [{ type: 'mcp_toolset' }] }, { mcp_servers: undefined, tools: undefined }],
    ['beta:context-management-2025-06-27', { ...BODY, context_management: {} }, { context_management: undefined }],
    [
      'beta:effort-2025-11-24,context-management-2025-06-27',
      { ...BODY, context_management: {}, output_config: { effort: 'max' }, thinking: { type: 'adaptive' } },
      { context_management: undefined, output_config: undefined },
    ],
    ['beta:interleaved-thinking-2025-05-14', { ...BODY, thinking: { type: 'adaptive' } }, {}],
    ['setting:effort', { ...BODY, thinking: {}, output_config: { effort: 'max' } }, { output_config: undefined }],
    ['setting:thinking-display', { ...BODY, thinking: { type: 'adaptive', display: 'x' } }, { thinking: { type: 'adaptive' } }],
    [
      'setting:reasoning',
      { ...BODY, thinking: {}, context_management: { edits: [{ type: 'clear_thinking_1' }, { type: 'clear_tool_uses_1' }] } },
      { thinking: undefined, context_management: { edits: [{ type: 'clear_tool_uses_1' }] } },
    ],
    [
      'no-betas',
      { ...BODY, context_management: {}, output_config: { effort: 'max', format: {} }, thinking: {}, mcp_servers: [{}] },
      { context_management: undefined, output_config: { format: {} } },
    ],
    [
      'setting:cache-ttl',
      { ...BODY, system: [{ type: 'text', text: 's', cache_control: mark }] },
      { system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }] },
    ],
    [
      'no-cache-marks',
      talk({ role: 'user', content: [image] }),
      { messages: [...BODY.messages, { role: 'user', content: [{ type: 'image', source: image.source }] }] },
    ],
    [
      'no-images',
      talk({ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [image] }] }),
      {
        messages: [
          ...BODY.messages,
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: '[image left out]' }] }] },
        ],
      },
    ],
    [
      'no-references',
      talk({ role: 'user', content: [image] }),
      { messages: [...BODY.messages, { role: 'user', content: [{ type: 'text', text: '[image left out]' }] }] },
    ],
    [
      'strict-roles',
      talk({ role: 'system', content: 'Be brief' }),
      { messages: [...BODY.messages, { role: 'user', content: '<system>\nBe brief\n</system>' }] },
    ],
    [
      'prefill',
      talk(turn({ type: 'text', text: 'So' })),
      { messages: [...BODY.messages, turn({ type: 'text', text: 'So' }), { role: 'user', content: 'Continue.' }] },
    ],
    [
      'plain-ids',
      talk(turn({ ...CALL, id: 'functions.look:0' }), {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'functions.look:0', content: 'x' }],
      }),
      {
        messages: [
          ...BODY.messages,
          turn({ ...CALL, id: PLAIN as string }),
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: PLAIN as string, content: 'x' }] },
        ],
      },
    ],
    ['output:64', BODY, { max_tokens: 64 }],
  ])('%s', (repair, body, changes) => {
    expect(native(body, { repairs: [repair] })).toEqual({ model: 'claude-x', stream: true, ...changes });
  });

  it.each(['setting:speed', 'setting:cache-ttl', 'setting:strict', 'beta:unheard-of', 'plain-ids', 'output:500', 'no-images'])(
    '%s changes nothing where there is nothing of it',
    (repair) => {
      expect(native(BODY, { repairs: [repair] })).toEqual({ model: 'claude-x', stream: true });
    },
  );

  it('note 30: a beta goes with its fields', () => {
    const header = 'claude-code-20250219, context-management-2025-06-27,effort-2025-11-24';
    expect(withoutBetas(header, ['setting:context-management'])).toBe('claude-code-20250219,effort-2025-11-24');
    expect(withoutBetas(header, ['beta:effort', 'beta:claude-code'])).toBe('context-management-2025-06-27');
    expect(withoutBetas('effort-2025-11-24', ['setting:reasoning'])).toBeUndefined();
    expect(withoutBetas(header, ['beta:effort-2025-11-24,claude-code-20250219'])).toBe('context-management-2025-06-27');
    expect(withoutBetas('tool-search-tool-2025-10-19,a', ['beta:advanced-tool-use-2025-11-20'])).toBe('a');
    expect(withoutBetas(header, ['no-betas'])).toBeUndefined();
    expect(withoutBetas(header, ['no-images'])).toBe('claude-code-20250219,context-management-2025-06-27,effort-2025-11-24');
  });
});

describe('errors', () => {
  it.each([
    ['rate-limit', 'rate_limit_error'],
    ['quota', 'rate_limit_error'],
    ['server', 'api_error'],
    ['upstream-config', 'api_error'],
    ['context-length', 'invalid_request_error'],
    ['too-large', 'request_too_large'],
    ['authentication', 'authentication_error'],
    ['permission', 'permission_error'],
    ['not-found', 'not_found_error'],
  ] as const)('note 8: %s is %s', (kind, type) => {
    expect(JSON.parse(messagesProtocol.error({ status: 400, class: kind, message: 'm', call: 'c' }))).toEqual({
      type: 'error',
      error: { type, message: 'm' },
      request_id: 'c',
    });
  });

  it("a provider's own body is passed on byte for byte", () => {
    expect(messagesProtocol.error({ status: 400, class: 'invalid-request', message: 'm', body: '{ "type" : "error" }' })).toBe(
      '{ "type" : "error" }',
    );
  });
});
