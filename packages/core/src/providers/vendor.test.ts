import { describe, expect, it } from 'vitest';
import { ask, KEY, parts, resolved, textOf, typesOf } from '../../test/asking.ts';
import { rawServer, stream } from '../../test/raw-server.ts';
import { HAPPY } from '../../test/wire-shapes.ts';
import { loading } from './vendor.ts';

const CASES = [
  { api: 'openai-chat', chat: 'openai-compatible', path: '/v1/chat/completions', key: ['authorization', `Bearer ${KEY}`] },
  { api: 'openai-chat', chat: 'openai', path: '/v1/chat/completions', key: ['authorization', `Bearer ${KEY}`] },
  { api: 'openai-responses', chat: undefined, path: '/v1/responses', key: ['authorization', `Bearer ${KEY}`] },
  { api: 'anthropic-messages', chat: undefined, path: '/v1/messages', key: ['x-api-key', KEY] },
  { api: 'google', chat: undefined, path: '/v1/models/m:streamGenerateContent?alt=sse', key: ['x-goog-api-key', KEY] },
] as const;

describe.each(CASES)('$api ($chat)', ({ api, chat, path, key }) => {
  it('an answer with a tool call arrives whole, every block balanced, one finish, then END', async () => {
    await using server = await rawServer((response) => stream(response, HAPPY[api]));
    const all = await parts(ask(resolved({ name: 'lab', api, base_url: `${server.url}/v1` }), chat ? { chat } : {}));
    expect(textOf(all)).toBe('Hello world');
    expect(all.filter((part) => part.type === 'tool-call')).toMatchObject([{ toolName: 'look', input: '{"at":"x"}' }]);
    const finish = all.at(-1);
    if (finish?.type !== 'finish') throw new Error(JSON.stringify(all));
    expect(finish.finishReason.unified).toBe('tool-calls');
    expect(finish.usage.inputTokens.total).toBe(3);
    for (const kind of ['text', 'tool-input']) {
      const of = (edge: string) => typesOf(all).filter((type) => type === `${kind}-${edge}`).length;
      expect(of('start')).toBe(of('end'));
    }
    expect(typesOf(all).filter((type) => type === 'finish')).toHaveLength(1);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ url: path, headers: { [key[0]]: key[1], 'accept-encoding': 'identity' } });
  });

  it('without a key no key header is sent, whatever the environment holds', async () => {
    process.env['OPENAI_API_KEY'] = process.env['ANTHROPIC_API_KEY'] = process.env['GOOGLE_GENERATIVE_AI_API_KEY'] = 'sk-of-somebody';
    try {
      await using server = await rawServer((response) => stream(response, HAPPY[api]));
      const provider = {
        ...resolved({ name: 'lab', api, base_url: `${server.url}/v1` }),
        keys: [{ credential: 'lab#-', account: 'lab#-' }],
      };
      expect((await parts(ask(provider, chat ? { chat } : {}))).at(-1)?.type).toBe('finish');
      expect(JSON.stringify(server.seen[0]?.headers)).not.toContain('sk-');
      expect(server.seen[0]?.headers[key[0]]).toBeUndefined();
    } finally {
      for (const name of ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY']) delete process.env[name];
    }
  });
});

it('openai-responses keeps nothing at the provider and asks for encrypted reasoning', async () => {
  await using server = await rawServer((response) => stream(response, HAPPY['openai-responses']));
  await parts(ask(resolved({ name: 'lab', api: 'openai-responses', base_url: `${server.url}/v1` })));
  expect(server.seen[0]?.body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
});

it('openai-responses does not ask for encrypted reasoning where none is', async () => {
  await using server = await rawServer((response) => stream(response, HAPPY['openai-responses']));
  const provider = resolved({ name: 'lab', api: 'openai-responses', base_url: `${server.url}/v1` });
  await parts(ask(provider, { model: 'gpt-4o' }));
  expect(server.seen[0]?.body).toMatchObject({ store: false });
  await parts(ask(provider, { model: 'my-deployment', attempt: { repair: 'setting:encrypted-reasoning' } }));
  for (const { body } of server.seen) expect((body as { include?: unknown }).include ?? []).toEqual([]);
});

it('a vendor package does not retry: one request, one answer', async () => {
  await using server = await rawServer((response) => void response.writeHead(503).end());
  const all = await parts(ask(resolved({ name: 'lab', api: 'openai-chat', base_url: `${server.url}/v1` })));
  expect(typesOf(all)).toEqual(['error']);
  expect(server.seen).toHaveLength(1);
});

it('T3: a server that refuses to be asked for usage is not asked', async () => {
  await using server = await rawServer((response) => stream(response, HAPPY['openai-chat']));
  const provider = resolved({ name: 'lab', api: 'openai-chat', base_url: `${server.url}/v1` });
  await parts(ask(provider, { attempt: { repair: 'setting:stream-options' } }));
  expect(server.seen[0]?.body).not.toHaveProperty('stream_options');
  expect(server.seen[0]?.body).not.toHaveProperty('streamOptions');
});

it('an effort that a server does not take is clamped, and said', async () => {
  await using server = await rawServer((response) => stream(response, HAPPY['openai-chat']));
  const provider = resolved({ name: 'lab', api: 'openai-chat', base_url: `${server.url}/v1` });
  const all = await parts(ask(provider, { target: { effort: 'max' } }));
  expect(server.seen[0]?.body).toMatchObject({ reasoning_effort: 'high' });
  expect(all[0]).toMatchObject({ type: 'stream-start', warnings: [{ details: 'effort "max" is sent as high' }] });
});

it('ours is stripped before the vendor sees it', async () => {
  await using server = await rawServer((response) => stream(response, HAPPY['openai-chat']));
  const provider = resolved({ name: 'lab', api: 'openai-chat', base_url: `${server.url}/v1` });
  await parts(ask(provider, { request: { providerOptions: { holdfast: { caller: 'me' } } } }));
  expect(JSON.stringify(server.seen[0]?.body)).not.toContain('holdfast');
});

it('a package that is not installed is named', async () => {
  const failure = await loading('@ai-sdk/none', () => Promise.reject(new Error('Cannot find package'))).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: 'bad-request',
    facts: { code: 'package-missing' },
    message: expect.stringContaining('npm install @ai-sdk/none'),
  });
});
