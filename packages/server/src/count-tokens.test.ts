import type { ModelOptions } from '@holdfast/core/engine';
import { VirtualClock } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { countTokens, type CountPorts, type CountTarget } from './count-tokens.ts';
import { assumedWindow, scaledCount } from './rules/count-tokens.ts';
import { counterOf } from './rules/counters.ts';
import { estimateBody } from './rules/estimate-tokens.ts';

const BODY = { model: 'smart', messages: [{ role: 'user', content: 'x'.repeat(4000) }], thinking: { type: 'adaptive' } };
const OPTIONS: ModelOptions = {
  prompt: [
    { role: 'system', content: 'be brief' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'see' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'I look' },
        { type: 'tool-call', toolCallId: 't1', toolName: 'look', input: { at: 1 } },
      ],
    },
    {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 't1', toolName: 'look', output: { type: 'json', value: { seen: true } } }],
    },
  ],
  tools: [{ type: 'function', name: 'look', description: 'looks', inputSchema: { type: 'object' } }],
};

const target = (over: Partial<CountTarget> = {}): CountTarget => ({
  protocol: 'anthropic-messages',
  model: 'claude-opus-4-5[1m]',
  baseUrl: 'https://a.example/v1',
  headers: { 'x-api-key': 'k' },
  ...over,
});

describe('note 32: tokens of a request are counted', () => {
  const clock = new VirtualClock();
  const asking = (answer: () => Promise<{ status: number; body: string }>) => {
    const calls: unknown[] = [];
    const ports: CountPorts = {
      clock,
      post: (url, headers, body) => {
        calls.push([url, headers, JSON.parse(body)]);
        return answer();
      },
    };
    const ask = (targets: readonly CountTarget[], signal = new AbortController().signal, asked = 'smart') =>
      clock.run(countTokens(asked, { body: BODY, options: OPTIONS }, targets, ports, signal));
    return { calls, ask };
  };
  const saying = (body: unknown, status = 200) => asking(() => Promise.resolve({ status, body: JSON.stringify(body) }));

  it('by the first target that has a counter, of its own model id', async () => {
    const { calls, ask } = saying({ input_tokens: 42 });
    expect(await ask([target({ protocol: 'openai-chat' }), target(), target({ baseUrl: 'https://never' })])).toEqual({
      input_tokens: 42,
      counted: true,
    });
    expect(calls).toEqual([['https://a.example/v1/messages/count_tokens', { 'x-api-key': 'k' }, { ...BODY, model: 'claude-opus-4-5' }]]);
  });

  it.each<[string, () => Promise<{ status: number; body: string }>]>([
    ['an error', () => Promise.resolve({ status: 429, body: '{"input_tokens":1}' })],
    ['no JSON', () => Promise.resolve({ status: 200, body: '<html>' })],
    ['no count', () => Promise.resolve({ status: 200, body: '{"input_tokens":"many"}' })],
    ['a broken connection', () => Promise.reject(new Error('reset'))],
    ['nothing for two seconds', () => new Promise(() => {})],
  ])('%s: there is an estimate', async (_what, answer) => {
    const { calls, ask } = asking(answer);
    const began = clock.mono();
    expect(await ask([target(), target()])).toEqual({ input_tokens: Math.ceil(1004 * 1.05), counted: false });
    expect(calls.length).toBe(1);
    expect(clock.mono() - began).toBeLessThanOrEqual(2_000);
  });

  it('a chain without a counter is estimated, one without targets too', async () => {
    const { calls, ask } = saying({});
    for (const targets of [[], [target({ protocol: 'openai-chat' }), target({ protocol: 'other' })]])
      expect(await ask(targets)).toEqual({ input_tokens: 1055, counted: false });
    expect(calls).toEqual([]);
  });

  it('a client that left is told nothing', async () => {
    const left = new AbortController();
    const { ask } = asking(() => new Promise(() => left.abort(new Error('left'))));
    await expect(ask([target()], left.signal)).rejects.toThrow('left');
  });

  it("over several windows the count fills the client's as the request fills the largest", async () => {
    const { ask } = saying({ input_tokens: 300_000 });
    const mixed = [target({ window: 200_000 }), target({ window: 1_000_000 })];
    expect(await ask(mixed, undefined, 'claude-new')).toEqual({ input_tokens: 60_000, counted: true });
    expect(await ask(mixed, undefined, 'smart')).toEqual({ input_tokens: 300_000, counted: true });
    expect([assumedWindow('claude-new[1m]'), assumedWindow('claude-haiku-4-5')]).toEqual([1_000_000, 200_000]);
    expect([scaledCount(5, 200_000, [9, 9]), scaledCount(5, 200_000, [9, undefined]), scaledCount(5, 200_000, [])]).toEqual([5, 5, 5]);
  });
});

describe('counters', () => {
  const request = { body: BODY, options: OPTIONS };

  it('OpenAI: the items of the conversation, without thoughts', () => {
    expect(counterOf('openai-responses', 'gpt-5', request)).toMatchObject({
      path: '/responses/input_tokens',
      body: {
        model: 'gpt-5',
        input: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: [{ type: 'input_text', text: 'see' }] },
          { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }] },
          { role: 'assistant', content: [{ type: 'output_text', text: 'I look' }] },
          { type: 'function_call', call_id: 't1', name: 'look', arguments: '{"at":1}' },
          { type: 'function_call_output', call_id: 't1', output: '{"seen":true}' },
        ],
        tools: [{ type: 'function', name: 'look', description: 'looks', parameters: { type: 'object' } }],
      },
    });
  });

  it('Gemini: its contents', () => {
    const counter = counterOf('google', 'gemini-3', request)!;
    expect(counter).toMatchObject({
      path: '/models/gemini-3:countTokens',
      body: {
        generateContentRequest: {
          model: 'models/gemini-3',
          systemInstruction: { parts: [{ text: 'be brief' }] },
          contents: [
            { role: 'user', parts: [{ text: 'see' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
            { role: 'model', parts: [{ text: 'I look' }, { functionCall: { name: 'look', args: { at: 1 } } }] },
            { role: 'user', parts: [{ functionResponse: { name: 'look', response: { result: '{"seen":true}' } } }] },
          ],
          tools: [{ functionDeclarations: [{ name: 'look', description: 'looks', parametersJsonSchema: { type: 'object' } }] }],
        },
      },
    });
    expect([counter.read({ totalTokens: 7 }), counter.read({ totalTokens: -1 }), counter.read([])]).toEqual([7, undefined, undefined]);
  });

  it('what cannot be told is left to the estimate', () => {
    const pdf = { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'AAAA' } } as const;
    const options: ModelOptions = { prompt: [{ role: 'user', content: [pdf] }] };
    for (const protocol of ['openai-responses', 'google'] as const) {
      expect(counterOf(protocol, 'm', { body: BODY, options })).toBeUndefined();
      expect(counterOf(protocol, 'm', { body: BODY })).toBeUndefined();
    }
    expect(counterOf('openai-chat', 'm', request)).toBeUndefined();
  });
});

describe('the estimate of a body', () => {
  const of = (content: unknown) => estimateBody({ messages: [{ role: 'user', content }] } as never) - 4;

  it('counts words, and neither bytes nor signatures as words', () => {
    expect(of('a'.repeat(400))).toBe(100);
    expect(of('好'.repeat(100))).toBe(100);
    expect(of([{ type: 'image', source: { type: 'base64', data: 'A'.repeat(1_000_000) } }])).toBe(1500);
    expect(of([{ type: 'document', source: { type: 'base64', data: 'A'.repeat(1_000_000) } }])).toBe(20_000);
    expect(of([{ type: 'document', source: { type: 'text', data: 'a'.repeat(4000) } }])).toBe(1000);
    expect(of([{ type: 'thinking', thinking: 'aaaa', signature: 'S'.repeat(10_000) }])).toBe(1);
    expect(of([{ type: 'redacted_thinking', data: 'S'.repeat(10_000) }])).toBe(0);
  });

  it('counts what all protocols call the same: system, tools, input', () => {
    const long = 'a'.repeat(400);
    expect(estimateBody({ system: [{ type: 'text', text: long }] })).toBe(100);
    expect(estimateBody({ instructions: long, input: long })).toBe(200);
    expect(estimateBody({ input: [{ role: 'user', content: [{ type: 'input_text', text: long }] }] })).toBe(104);
    const tools = [{ name: 'look', input_schema: { type: 'object' } }];
    expect(estimateBody({ tools })).toBe(Math.ceil(JSON.stringify(tools).length / 4));
    expect(estimateBody({ model: long, metadata: { user_id: long } })).toBe(0);
  });
});
