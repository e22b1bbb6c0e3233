import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../outage.ts';
import { always, REASONS } from '../outage.ts';
import { PROTOCOLS, type ProtocolName } from './protocol.ts';
import { bodyFor, hear, payloads, type Loose } from './raw-client.ts';
import { labProvider, type LabProvider, type LabProviderOptions } from './server.ts';

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

async function start(protocol: ProtocolName, more: Partial<LabProviderOptions> = {}): Promise<LabProvider> {
  const provider = await labProvider({ name: 'east', protocol, ...more });
  open.push(provider);
  return provider;
}

async function refused(protocol: ProtocolName, fault: Omit<Fault, 'do'>) {
  const heard = await hear(await start(protocol, { outage: { rules: [always('east', { do: 'status', ...fault })] } }), protocol);
  return { status: heard.status, headers: heard.headers, body: JSON.parse(heard.text) };
}

describe('statuses in the vendor’s own shape', () => {
  it.each(PROTOCOLS)('%s: every reason has a body with a message, and no hint unless asked for', async (protocol) => {
    for (const reason of REASONS) {
      const { status, headers, body } = await refused(protocol, { reason });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.error.message.length).toBeGreaterThan(8);
      expect(Object.keys(headers).filter((name) => /retry|ratelimit/.test(name))).toEqual([]);
      expect(body.error.message).not.toMatch(/try again in|retry in/);
    }
  });

  it.each([
    ['openai-chat', 429, { type: 'requests', code: 'rate_limit_exceeded' }],
    ['openai-chat', 401, { code: 'invalid_api_key' }],
    ['openai-chat', 402, { code: 'insufficient_credits' }],
    ['openai-chat', 404, { code: 'model_not_found' }],
    ['openai-chat', 500, { type: 'server_error' }],
    ['openai-chat', 503, { code: 'server_is_overloaded' }],
    ['openai-responses', 429, { code: 'rate_limit_exceeded' }],
    ['anthropic-messages', 429, { type: 'rate_limit_error' }],
    ['anthropic-messages', 401, { type: 'authentication_error' }],
    ['anthropic-messages', 402, { type: 'billing_error' }],
    ['anthropic-messages', 404, { type: 'not_found_error', message: 'model: small-1' }],
    ['anthropic-messages', 500, { type: 'api_error' }],
    ['anthropic-messages', 529, { type: 'overloaded_error', message: 'Overloaded' }],
    ['google', 429, { code: 429, status: 'RESOURCE_EXHAUSTED' }],
    ['google', 503, { code: 503, status: 'UNAVAILABLE' }],
    ['google', 401, { code: 401, status: 'UNAUTHENTICATED' }],
  ] as const)('%s %d', async (protocol, status, error) => {
    const answer = await refused(protocol, { status });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject(error);
    if (protocol === 'anthropic-messages') expect(answer.body).toMatchObject({ type: 'error', request_id: expect.any(String) });
  });

  it('quota and overflow are told apart from rate limits and bad requests as each vendor does', async () => {
    expect((await refused('openai-chat', { reason: 'quota' })).body.error).toMatchObject({
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    });
    expect((await refused('openai-chat', { reason: 'overflow' })).body.error).toMatchObject({ code: 'context_length_exceeded' });
    expect((await refused('anthropic-messages', { reason: 'credit' })).body.error.message).toContain('credit balance is too low');
    expect((await refused('anthropic-messages', { reason: 'quota' })).body.error.message).toMatch(/regain access on \d{4}-\d\d-\d\d at/);
    expect((await refused('anthropic-messages', { reason: 'overflow' })).body.error.message).toBe(
      'prompt is too long: 210000 tokens > 200000 maximum',
    );
    expect(JSON.stringify((await refused('google', { reason: 'quota' })).body)).toContain('PerDayPerProjectPerModel');
    expect(JSON.stringify((await refused('google', { reason: 'auth' })).body)).toContain('API_KEY_INVALID');
    expect((await refused('google', { reason: 'overflow' })).body.error.message).toContain('exceeds the maximum number of tokens');
  });

  it('a hint is told where that vendor tells it', async () => {
    const openai = await refused('openai-chat', { status: 429, retryAfter: 20 });
    expect(openai.headers).toMatchObject({ 'retry-after': '20', 'retry-after-ms': '20000', 'x-ratelimit-remaining-requests': '0' });
    expect(openai.body.error.message).toContain('try again in 20s');
    const anthropic = await refused('anthropic-messages', { status: 429, retryAfter: 20 });
    expect(anthropic.headers).toMatchObject({ 'retry-after': '20', 'anthropic-ratelimit-requests-remaining': '0' });
    const google = await refused('google', { status: 429, retryAfter: 20 });
    expect(google.headers).not.toHaveProperty('retry-after');
    expect(google.body.error.details).toContainEqual({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '20s' });
  });

  it('given headers and body are sent as they are', async () => {
    const outage = {
      rules: [always('east', { do: 'status', status: 418, headers: { 'x-should-retry': 'false' }, body: 'short and stout' } as const)],
    };
    const heard = await hear(await start('openai-chat', { outage }), 'openai-chat');
    expect(heard).toMatchObject({ status: 418, text: 'short and stout', headers: { 'x-should-retry': 'false' } });
  });
});

describe.each(PROTOCOLS)('%s refuses by itself', (protocol) => {
  const keyed = {
    'openai-chat': 'authorization',
    'anthropic-messages': 'x-api-key',
    'openai-responses': 'authorization',
    google: 'x-goog-api-key',
  };
  const withKey = (key: string) => ({ [keyed[protocol]]: keyed[protocol] === 'authorization' ? `Bearer ${key}` : key });

  it('a wrong key and a missing one, on every route', async () => {
    const east = await start(protocol, { key: 'right' });
    expect((await hear(east, protocol, { headers: withKey('right') })).status).toBe(200);
    for (const headers of [withKey('wrong'), {}]) {
      expect((await hear(east, protocol, { headers })).status).toBe(protocol === 'google' ? 400 : 401);
      expect((await hear(east, protocol, { headers, method: 'GET', path: '/models' })).status).toBe(protocol === 'google' ? 400 : 401);
    }
  });

  it('a model it does not have', async () => {
    const east = await start(protocol, { models: { 'small-1': {}, 'large-1': {} } });
    const heard = await hear(east, protocol, { model: 'huge-1' });
    expect(heard.status).toBe(404);
    expect(heard.text).toContain('huge-1');
    const list = await hear(east, protocol, { method: 'GET', path: '/models' });
    expect(list.text).toMatch(/small-1.*large-1/);
  });

  it('a prompt over its window, with both numbers', async () => {
    const east = await start(protocol, { models: { 'small-1': { window: 100 } } });
    expect((await hear(east, protocol, { prompt: 'short' })).status).toBe(200);
    const heard = await hear(east, protocol, { prompt: 'long '.repeat(400) });
    expect(heard.status).toBe(400);
    expect(heard.text).toMatch(/\b100\b/);
  });

  it('a request without messages, a body that is no JSON, a path it does not know', async () => {
    const east = await start(protocol);
    expect((await hear(east, protocol, { body: {} })).status).toBe(400);
    expect((await hear(east, protocol, { body: 'text' })).status).toBe(400);
    expect((await hear(east, protocol, { path: '/nothing/here' })).status).toBe(404);
    expect(east.requests.at(-1)!.nth).toBe(0);
  });
});

describe('frames as recorded', () => {
  const answer = {
    text: 'It is done.',
    reasoning: 'Let me see.',
    toolCalls: [
      { name: 'read_file', args: { path: 'a.txt' }, id: 'AAA' },
      { name: 'list', args: {}, id: 'BBB' },
    ],
  };

  it('openai-chat: role, content, calls in pieces by index, finish, usage only when asked for, [DONE]', async () => {
    const east = await start('openai-chat', { script: answer });
    const rows = payloads((await hear(east, 'openai-chat')).text);
    expect(rows[0].choices[0]).toEqual({
      index: 0,
      delta: { role: 'assistant', content: '', refusal: null },
      logprobs: null,
      finish_reason: null,
    });
    const calls = rows.flatMap((row) => row.choices?.[0]?.delta.tool_calls ?? []);
    expect(calls[0]).toEqual({ index: 0, id: 'call_AAA', type: 'function', function: { name: 'read_file', arguments: '' } });
    const args = (index: number) =>
      calls
        .filter((call) => call.index === index)
        .map((call) => call.function.arguments)
        .join('');
    expect([args(0), args(1)]).toEqual(['{"path":"a.txt"}', '{}']);
    expect(rows.at(-3).choices[0]).toMatchObject({ delta: {}, finish_reason: 'tool_calls' });
    expect(rows.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) } });
    expect(rows.at(-1)).toBe('[DONE]');
    expect(new Set(rows.slice(0, -1).map(({ id }) => id)).size).toBe(1);
    const bare = bodyFor('openai-chat', {}) as Record<string, unknown>;
    const without = payloads((await hear(east, 'openai-chat', { body: { ...bare, stream_options: undefined } })).text);
    expect(without.some((row) => 'usage' in Object(row))).toBe(false);
  });

  it('anthropic-messages: blocks open and close in order, thinking is signed, ping after the first start', async () => {
    const east = await start('anthropic-messages', { script: answer });
    const { text } = await hear(east, 'anthropic-messages');
    const rows = payloads(text);
    const names = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    expect(names).toEqual(rows.map(({ type }) => type));
    expect(names.slice(0, 3)).toEqual(['message_start', 'content_block_start', 'ping']);
    expect(names.slice(-2)).toEqual(['message_delta', 'message_stop']);
    expect(rows.filter(({ type }) => type === 'content_block_start').map((row) => [row.index, row.content_block.type])).toEqual([
      [0, 'thinking'],
      [1, 'text'],
      [2, 'tool_use'],
      [3, 'tool_use'],
    ]);
    const kinds = rows.filter(({ index }) => index === 0).map((row) => row.delta?.type ?? row.type);
    expect(kinds.slice(-2)).toEqual(['signature_delta', 'content_block_stop']);
    const args = rows.filter((row) => row.index === 2 && row.delta).map((row) => row.delta.partial_json);
    expect(args[0]).toBe('');
    expect(args.join('')).toBe('{"path":"a.txt"}');
    expect(rows.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' }, usage: { output_tokens: expect.any(Number) } });
    expect(rows[0].message.usage.output_tokens).toBe(1);
  });

  it('openai-responses: every event is numbered without a gap, and the last carries it all', async () => {
    const rows = payloads((await hear(await start('openai-responses', { script: answer }), 'openai-responses')).text);
    expect(rows.map(({ sequence_number: n }) => n)).toEqual(rows.map((_, i) => i));
    expect(rows.at(-1).response.output.map(({ type }: Loose) => type)).toEqual(['reasoning', 'message', 'function_call', 'function_call']);
    expect(rows.at(-1).response.output[1].content[0].text).toBe(answer.text);
  });

  it('google: calls come whole, only the first is signed, thoughts are marked', async () => {
    const { text } = await hear(await start('google', { script: answer }), 'google');
    const parts = payloads(text).flatMap((row) => row.candidates[0].content.parts);
    expect(parts.filter((part) => part.functionCall).map((part) => [part.functionCall.name, 'thoughtSignature' in part])).toEqual([
      ['read_file', true],
      ['list', false],
    ]);
    expect(parts[0]).toMatchObject({ thought: true });
    expect(text).toMatch(/\r\n\r\n/);
  });

  it.each([
    ['length', /"length"|max_tokens|max_output_tokens|MAX_TOKENS/],
    ['content-filter', /content_filter|"refusal"|SAFETY/],
    [{ raw: 'weird' }, /weird/],
  ] as const)('finish %j in each vendor’s word', async (finish, word) => {
    for (const protocol of PROTOCOLS)
      for (const stream of [true, false])
        expect((await hear(await start(protocol, { script: { text: 'x', finish } }), protocol, { stream })).text).toMatch(word);
  });

  it('arguments that are not JSON are sent as they are, where the protocol sends text', async () => {
    const script = { toolCalls: [{ name: 'read_file', args: '{"path": oops' }] };
    const rows = payloads((await hear(await start('openai-chat', { script }), 'openai-chat')).text);
    expect(
      rows
        .flatMap((row) => row.choices?.[0]?.delta.tool_calls ?? [])
        .map((call) => call.function.arguments)
        .join(''),
    ).toBe('{"path": oops');
  });
});
