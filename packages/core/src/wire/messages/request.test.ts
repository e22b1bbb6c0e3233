import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadRequest, checkCount, CUT, messagesProtocol, sealed, type Json, type JsonObject } from '../index.ts';

const ASKED = { model: 'smart', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };
const say = (...content: readonly JsonObject[]) => ({ ...ASKED, messages: [{ role: 'user', content }] });
const answered = (...content: readonly JsonObject[]) => ({ ...ASKED, messages: [...ASKED.messages, { role: 'assistant', content }] });
const { check, decode } = messagesProtocol;
const decoded = (body: JsonObject) => {
  check(body);
  return decode(body);
};
const content = (body: JsonObject) => decoded(body).prompt.at(-1)?.content;

describe('check', () => {
  it.each<[string, JsonObject]>([
    ['model', { ...ASKED, model: 5 }],
    ['max_tokens', { ...ASKED, max_tokens: undefined }],
    ['max_tokens', { ...ASKED, max_tokens: 0 }],
    ['max_tokens', { ...ASKED, max_tokens: '100' }],
    ['messages', { ...ASKED, messages: [] }],
    ['messages', { ...ASKED, messages: 'Hi' }],
    ['messages.0', { ...ASKED, messages: ['Hi'] }],
    ['messages.0.role', { ...ASKED, messages: [{ role: 'tool', content: 'x' }] }],
    ['messages.0.content', { ...ASKED, messages: [{ role: 'user' }] }],
    ['messages.0.content.1.type', say({ type: 'text', text: 'a' }, { text: 'b' })],
    ['messages.0.content.0.text.text', say({ type: 'text' })],
    ['messages.0.content.0.image.source', say({ type: 'image' })],
    ['messages.0.content.0.image.source.base64.media_type', say({ type: 'image', source: { type: 'base64', data: 'AA' } })],
    ['messages.1.content.0.tool_use.input', answered({ type: 'tool_use', id: 'a', name: 'b', input: '{}' })],
    ['messages.0.content.0.tool_result.content.0.type', say({ type: 'tool_result', tool_use_id: 'a', content: [{}] })],
    ['system', { ...ASKED, system: 5 }],
    ['system.0.text', { ...ASKED, system: [{ type: 'text' }] }],
    ['tools.0.input_schema', { ...ASKED, tools: [{ name: 'look' }] }],
    ['tool_choice.name', { ...ASKED, tool_choice: { type: 'tool' } }],
    ['thinking.enabled.budget_tokens', { ...ASKED, thinking: { type: 'enabled' } }],
    ['stop_sequences.0', { ...ASKED, stop_sequences: [1] }],
    ['stream', { ...ASKED, stream: 'yes' }],
    ['temperature', { ...ASKED, temperature: 'hot' }],
  ])('%s is named', (param, body) => {
    expect(() => check(body)).toThrow(BadRequest);
    expect(() => check(body)).toThrow(expect.objectContaining({ param, message: expect.stringMatching(`^${param}: `) as string }) as Error);
  });

  it.each<[string, JsonObject]>([
    ['unknown fields and blocks', { ...say({ type: 'hologram', depth: 3 }), future: { a: 1 } }],
    ['instructions in the middle', { ...ASKED, messages: [...ASKED.messages, { role: 'system', content: 'Be brief' }] }],
    ['tools of the provider', { ...ASKED, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['what is null', { ...ASKED, system: null, tools: null, thinking: null, stop_sequences: null }],
  ])('%s pass', (_, body) => {
    expect(() => check(body)).not.toThrow();
  });

  it('a count needs no limit', () => {
    expect(() => checkCount({ model: 'm', messages: ASKED.messages })).not.toThrow();
    expect(() => checkCount({ model: 'm', messages: [] })).toThrow(BadRequest);
  });

  it('any JSON is refused, or can be decoded and sent on', () => {
    const leaf = fc.constantFrom<Json>(null, true, 0, 3, '', 'x', [], {}, [{}], { a: null });
    const rarely = <T>(good: fc.Arbitrary<T>) => fc.oneof({ arbitrary: good, weight: 60 }, { arbitrary: leaf, weight: 1 });
    const free = fc.oneof(leaf, fc.object({ maxDepth: 2 }));
    const word = rarely(
      fc.constantFrom(
        '',
        'x',
        'hf1.cut',
        'hf1.xx',
        sealed({ a: { b: 1 } }),
        sealed({ a: 5 }),
        sealed({ holdfast: { call: 'x' } }),
        'https://a.example/',
      ),
    );
    const types = [
      'text',
      'image',
      'document',
      'tool_use',
      'tool_result',
      'thinking',
      'redacted_thinking',
      'server_tool_use',
      'web_search_tool_result',
      'compaction',
      'search_result',
      'tool_reference',
      'new',
    ];
    const source = (inner: fc.Arbitrary<unknown>) =>
      fc.record({
        type: fc.constantFrom('base64', 'url', 'file', 'text', 'content', 'new'),
        data: word,
        url: word,
        media_type: word,
        content: fc.oneof(word, inner),
        file_id: word,
      });
    const blocks = (inner: fc.Arbitrary<unknown>) => {
      const texts = {
        text: word,
        thinking: word,
        signature: word,
        data: word,
        id: word,
        name: word,
        tool_use_id: word,
        title: free,
        context: free,
      };
      const one = fc.record({
        type: rarely(fc.constantFrom(...types)),
        ...texts,
        input: rarely(fc.object({ maxDepth: 1 })),
        content: rarely(fc.oneof(word, inner)),
        source: rarely(source(inner)),
        is_error: free,
        citations: free,
      });
      const marked = fc.record({ type: fc.constant('text'), text: word, cache_control: rarely(fc.object({ maxDepth: 1 })) });
      return fc.array(fc.oneof(one, marked), { maxLength: 3 });
    };
    const content = fc.oneof(word, blocks(blocks(fc.constant([]))));
    const messages = fc.array(fc.record({ role: rarely(fc.constantFrom('user', 'assistant', 'assistant', 'system')), content }), {
      minLength: 1,
      maxLength: 3,
    });
    const object = rarely(fc.object({ maxDepth: 2 }));
    const tool = fc.record({
      type: fc.constantFrom('custom', undefined, 'web_search_20250305', 'mcp_toolset'),
      name: rarely(fc.constant('look')),
      input_schema: object,
      strict: free,
      input_examples: free,
      cache_control: free,
    });
    const more = {
      tools: rarely(fc.array(tool, { maxLength: 2 })),
      tool_choice: rarely(fc.record({ type: word, name: word })),
      thinking: rarely(fc.record({ type: fc.constantFrom('enabled', 'adaptive', 'x'), budget_tokens: rarely(fc.constant(2000)) })),
      system: rarely(blocks(fc.constant([]))),
      output_config: object,
      mcp_servers: free,
      context_management: object,
    };
    const body = fc.record(
      { model: fc.constant('m'), max_tokens: fc.constant(9), messages, ...more },
      { requiredKeys: ['model', 'max_tokens', 'messages'] },
    );
    const repairs = fc.subarray([
      'unsign:1',
      'no-thinking',
      'no-effort',
      'no-cache-marks',
      'no-images',
      'no-references',
      'strict-roles',
      'prefill',
      'plain-ids',
      'setting:strict',
      'setting:cache-ttl',
      'output:5',
    ]);
    let read = 0;
    fc.assert(
      fc.property(fc.oneof({ arbitrary: body, weight: 9 }, { arbitrary: fc.object({ maxDepth: 4 }), weight: 1 }), repairs, (any, names) => {
        const given = any as JsonObject;
        try {
          check(given);
        } catch (error) {
          expect(error).toBeInstanceOf(BadRequest);
          return;
        }
        read++;
        expect(decode(given).prompt).toBeInstanceOf(Array);
        const ask = { model: 'm', stream: true, foreign: (value: string) => value === 'x', repairs: names };
        const { messages: sent } = messagesProtocol.native(given, { ...ask, cut: { quote: 'x', told: 'y' } });
        const emptied = (sent as readonly JsonObject[]).filter(
          (one) => !(given['messages'] as readonly Json[]).includes(one) && Array.isArray(one['content']) && one['content'].length === 0,
        );
        expect(emptied).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe('decode', () => {
  it('settings', () => {
    expect(decoded({ ...ASKED, temperature: 0.5, top_p: 0.9, top_k: 4, stop_sequences: ['END'], metadata: { user_id: 'u' } })).toEqual({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 4,
      stopSequences: ['END'],
    });
  });

  it('note 30: the attribution is left out, marks stay where they are', () => {
    const cache_control = { type: 'ephemeral', ttl: '1h' };
    const system = [
      { type: 'text', text: 'x-anthropic-billing-header: cc=1' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache_control },
      { type: 'text', text: 'c' },
    ];
    expect(decoded({ ...ASKED, system }).prompt.slice(0, -1)).toEqual([
      { role: 'system', content: 'a\n\nb', providerOptions: { anthropic: { cacheControl: cache_control } } },
      { role: 'system', content: 'c' },
    ]);
    expect(decoded({ ...ASKED, system: 'You help' }).prompt[0]).toEqual({ role: 'system', content: 'You help' });
  });

  it('images and documents', () => {
    const body = say(
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
      { type: 'image', source: { type: 'url', url: 'not a url' } },
      { type: 'document', title: 'T', source: { type: 'base64', media_type: 'application/pdf', data: 'BBBB' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
    );
    expect(content(body)).toEqual([
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
      { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL('https://x.example/a.png') } },
      { type: 'text', text: '[image: not a url]' },
      { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'BBBB' }, filename: 'T' },
      { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: 'words' } },
      { type: 'file', mediaType: 'image/*', data: { type: 'reference', reference: { anthropic: 'file_1' } } },
    ]);
  });

  it('calls and their results, in order', () => {
    const cache_control = { type: 'ephemeral' };
    const body = {
      ...ASKED,
      messages: [
        ...ASKED.messages,
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 'look', input: { at: 1 } },
            { type: 'tool_use', id: 'b', name: 'read', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: 'seen' },
            {
              type: 'tool_result',
              tool_use_id: 'b',
              is_error: true,
              content: [
                { type: 'text', text: 'no' },
                { type: 'text', text: 'file' },
              ],
              cache_control,
            },
            {
              type: 'tool_result',
              tool_use_id: 'c',
              content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } }],
            },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
    };
    expect(decoded(body).prompt.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', toolCallId: 'a', toolName: 'look', input: { at: 1 } },
          { type: 'tool-call', toolCallId: 'b', toolName: 'read', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'a', toolName: 'look', output: { type: 'text', value: 'seen' } },
          {
            type: 'tool-result',
            toolCallId: 'b',
            toolName: 'read',
            output: { type: 'error-text', value: 'no\nfile' },
            providerOptions: { anthropic: { cacheControl: cache_control } },
          },
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'tool',
            output: { type: 'content', value: [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA' } }] },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'Go on' }] },
    ]);
  });

  it.each<[string, JsonObject, object]>([
    ["Anthropic's own", { type: 'thinking', thinking: 'hm', signature: 'EqM' }, { anthropic: { signature: 'EqM' } }],
    ['cut', { type: 'thinking', thinking: 'hm', signature: CUT }, { holdfast: { cut: true } }],
    ['unsigned', { type: 'thinking', thinking: 'hm', signature: '' }, { holdfast: { cut: true } }],
    ['ours, and broken', { type: 'thinking', thinking: 'hm', signature: 'hf1.???' }, { holdfast: { cut: true } }],
    [
      "another vendor's",
      { type: 'thinking', thinking: 'hm', signature: sealed({ openai: { itemId: 'rs' } }) },
      { openai: { itemId: 'rs' } },
    ],
    ['redacted', { type: 'redacted_thinking', data: 'Emw' }, { anthropic: { redactedData: 'Emw' } }],
  ])('T2, T3: thoughts: %s', (_, block, providerOptions) => {
    expect(content(answered(block))).toEqual([{ type: 'reasoning', text: block['thinking'] ?? '', providerOptions }]);
  });

  it('T2: what a call was signed with is put back', () => {
    const google = { thoughtSignature: 'sig' };
    const body = answered(
      { type: 'redacted_thinking', data: sealed({ google, holdfast: { call: 'a' } }) },
      { type: 'tool_use', id: 'a', name: 'look', input: {} },
    );
    expect(content(body)).toEqual([{ type: 'tool-call', toolCallId: 'a', toolName: 'look', input: {}, providerOptions: { google } }]);
  });

  it('C12: what a tool of the provider found goes on as text', () => {
    const body = answered(
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'rain' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's',
        content: [{ type: 'web_search_result', url: 'https://r.example', title: 'Rain', encrypted_content: 'E' }],
      },
      {
        type: 'code_execution_tool_result',
        tool_use_id: 't',
        content: { type: 'code_execution_result', stdout: '1', encrypted_stdout: 'E' },
      },
    );
    expect(content(body)).toEqual([
      { type: 'text', text: '[web_search {"query":"rain"}: Rain <https://r.example>]' },
      { type: 'text', text: '[code_execution: {"type":"code_execution_result","stdout":"1"}]' },
    ]);
  });

  it('what stands before a compaction is not sent', () => {
    const body = {
      ...ASKED,
      messages: [
        ...ASKED.messages,
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'old' },
            { type: 'compaction', content: 'We met' },
            { type: 'text', text: 'Now' },
          ],
        },
        { role: 'user', content: 'Go on' },
      ],
    };
    expect(decoded(body).prompt).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Summary of the conversation so far:\nWe met' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Now' }] },
      { role: 'user', content: [{ type: 'text', text: 'Go on' }] },
    ]);
  });

  it('tools, and those that the provider runs', () => {
    const schema = { type: 'object', properties: {} };
    const body = {
      ...ASKED,
      tools: [
        {
          name: 'look',
          description: 'Looks',
          input_schema: schema,
          strict: true,
          defer_loading: true,
          cache_control: { type: 'ephemeral' },
        },
        { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
      ],
      mcp_servers: [{ type: 'url', name: 'm', url: 'https://m.example', authorization_token: 'secret' }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    };
    const { tools, toolChoice, providerOptions } = decoded(body);
    expect(tools).toEqual([
      {
        type: 'function',
        name: 'look',
        description: 'Looks',
        inputSchema: schema,
        strict: true,
        providerOptions: { anthropic: { deferLoading: true, cacheControl: { type: 'ephemeral' } } },
      },
      { type: 'provider', id: 'anthropic.web_search_20250305', name: 'web_search', args: { maxUses: 3 } },
      { type: 'provider', id: 'anthropic.mcp_servers', name: 'mcp_servers', args: { servers: ['m'] } },
    ]);
    expect({ toolChoice, providerOptions }).toEqual({
      toolChoice: { type: 'required' },
      providerOptions: { anthropic: { disableParallelToolUse: true } },
    });
  });

  it.each<[JsonObject, string | undefined]>([
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, 'low'],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'medium'],
    [{ thinking: { type: 'enabled', budget_tokens: 31_999 } }, 'high'],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, 'none'],
    [{ thinking: { type: 'adaptive' } }, undefined],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }, 'xhigh'],
    [{ output_config: { effort: 'extreme' } }, undefined],
  ])('effort: %j', (more, effort) => {
    expect(decoded({ ...ASKED, ...more }).reasoning).toBe(effort);
  });

  it.each(['output_format', 'output_config'])('a schema in %s', (field) => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    const body = { ...ASKED, [field]: field === 'output_config' ? { format } : format };
    expect(decoded(body).responseFormat).toEqual({ type: 'json', schema: { type: 'object' } });
  });
});

describe('what no other protocol has a word for', () => {
  it('leaves one in its place, where a user or a tool said it', () => {
    const upload = { type: 'container_upload', file_id: 'file_1' };
    const word = { type: 'text', text: '[container_upload left out: it cannot be translated]' };
    expect(content(say({ type: 'text', text: 'a' }, upload))).toEqual([{ type: 'text', text: 'a' }, word]);
    expect(content(say({ type: 'tool_result', tool_use_id: 't', content: [upload] }))).toMatchObject([{ output: { value: word.text } }]);
    expect(content(answered({ type: 'text', text: 'a' }, { type: 'fallback', to: {} }))).toEqual([{ type: 'text', text: 'a' }]);
  });
});

describe('thoughts', () => {
  it('are asked of Google, where the client wants to see them', () => {
    const told = { google: { thinkingConfig: { includeThoughts: true } } };
    expect(decoded({ ...ASKED, thinking: { type: 'adaptive' } }).providerOptions).toEqual(told);
    expect(decoded({ ...ASKED, thinking: { type: 'enabled', budget_tokens: 2000 } }).providerOptions).toEqual(told);
    for (const thinking of [undefined, { type: 'disabled' }, { type: 'adaptive', display: 'omitted' }])
      expect(decoded({ ...ASKED, ...(thinking && { thinking }) })).not.toHaveProperty('providerOptions');
  });
});

describe('T2: a cache mark that moves on', () => {
  const result = (mark?: JsonObject) => say({ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'x', ...mark }] });
  it('changes nothing of a result but the mark', () => {
    const marks = { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } };
    const [plain] = content(result()) as object[];
    expect(content(result({ cache_control: { type: 'ephemeral' } }))).toEqual([{ ...plain, ...marks }]);
  });
});

describe('what a tool of the provider found', () => {
  it('is not cut within a character', () => {
    const text = `${'x'.repeat(3999)}😀😀`;
    const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'text', text }] };
    const [part] = content(answered(found)) as { text: string }[];
    expect(part!.text.isWellFormed()).toBe(true);
    expect(part!.text).toContain('xxx');
  });
});
