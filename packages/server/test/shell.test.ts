import { describe, expect, it } from 'vitest';
import type { Holder } from '../src/ports.ts';
import { keyHash } from '../src/io/key-hash.ts';
import { answerIn, ask, echo, eventually, raw, said, scene, untouched, KEYLESS } from './shell-scene.ts';

const holder = (name: string, more: Partial<Holder> = {}): Holder => ({ name, admin: false, ...more });
const KEYED = {
  keys: [
    { holder: holder('ci'), hash: keyHash('hf-ci') },
    { holder: holder('root', { admin: true }), hash: keyHash('hf-root') },
  ],
  token: keyHash('the-token'),
  loopbackOnly: false,
};
const BODY = '{"model":"fast"}';

describe('who comes in', () => {
  it('without keys: everybody on this machine, under the name they give', async () => {
    await using of = await scene();
    const answer = await ask(of, 'POST /v1/messages?beta=true', { 'x-api-key': 'anything', 'x-holdfast-caller': 'ci/nightly' }, BODY);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      name: 'local',
      admin: false,
      caller: 'ci/nightly',
      params: {},
      query: [['beta', 'true']],
      body: { model: 'fast' },
    });
    await untouched(of);
  });

  it('with keys: their holders, however the key is sent, and a sub-caller below the name', async () => {
    await using of = await scene({ rules: KEYED });
    for (const headers of [
      { authorization: 'Bearer hf-ci' },
      { 'x-api-key': 'hf-ci' },
      { 'api-key': 'hf-ci' },
      { authorization: 'Bearer sk-ant-oat-login', 'x-api-key': 'hf-ci' },
      { authorization: 'Bearer hf-ci', 'x-api-key': 'sk-other' },
    ]) {
      const answer = await ask(of, 'POST /v1/messages', { ...headers, 'x-holdfast-caller': 'nightly' }, BODY);
      expect(JSON.parse(answer.text)).toMatchObject({ name: 'ci', caller: 'ci/nightly' });
    }
    await untouched(of);
  });

  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer hf-c' }],
    ['two in one header', { 'x-api-key': 'hf-ci, hf-ci' }],
    ['the hash of one', { 'x-api-key': Buffer.from(keyHash('hf-ci')).toString('hex') }],
    ['the token, where a key is due', { authorization: 'Bearer the-token' }],
  ])('a key is due: %s', async (_, headers) => {
    await using of = await scene({ rules: KEYED });
    const answer = await ask(of, 'POST /v1/messages', headers, BODY);
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error', error: { type: 'authentication' } });
    await untouched(of);
  });

  it('no keys any more, but heard from elsewhere: nobody comes in', async () => {
    await using of = await scene({ rules: { ...KEYLESS, loopbackOnly: false } });
    expect((await ask(of, 'POST /v1/messages', {}, BODY)).status).toBe(401);
  });

  it.each<[string, string, string, number]>([
    ['keyless', 'GET /api/calls/c1', '', 401],
    ['keyless', 'GET /api/calls/c1', 'anything', 401],
    ['keyless', 'GET /api/calls/c1', 'the-token', 200],
    ['keyless', 'PUT /api/health/x', 'the-token', 200],
    ['keyed', 'GET /api/calls/c1', 'the-token', 200],
    ['keyed', 'GET /api/calls/c1', 'hf-ci', 200],
    ['keyed', 'PUT /api/health/x', 'hf-ci', 403],
    ['keyed', 'PUT /api/health/x', 'hf-root', 200],
    ['keyed', 'PUT /api/health/x', 'the-token', 200],
    ['keyed', 'PUT /api/health/x', 'wrong', 401],
  ])('%s: %s with %j is %i', async (mode, line, key, status) => {
    await using of = await scene({ rules: mode === 'keyed' ? KEYED : KEYLESS });
    const answer = await ask(of, line, key === '' ? {} : { authorization: `Bearer ${key}` }, line.startsWith('PUT') ? '{}' : '');
    expect(answer.status).toBe(status);
    if (status === 401) expect(JSON.parse(answer.text)).not.toHaveProperty('type');
  });

  it('keys may change while it runs, on a connection that is open too', async () => {
    await using of = await scene({ rules: KEYED });
    using client = raw(of, said('GET /v1/models', { 'x-api-key': 'hf-ci' }));
    await client.until('"name":"ci"');
    of.rules = { ...KEYED, keys: [{ holder: holder('new'), hash: keyHash('hf-new') }] };
    client.socket.write(said('GET /v1/models', { 'x-api-key': 'hf-ci' }));
    await client.until('HTTP/1.1 401');
    client.socket.write(said('GET /v1/models', { 'x-api-key': 'hf-new' }));
    await client.until('"name":"new"');
  });
});

describe('what is refused, in which order and with which words', () => {
  it.each<[string, string, Record<string, string>, string, number]>([
    ['a foreign name', 'GET /nowhere', { host: 'evil.example' }, '', 403],
    ['a foreign page', 'GET /nowhere', { origin: 'https://evil.example' }, '', 403],
    ['nobody’s page', 'POST /v1/messages', { origin: 'null' }, BODY, 403],
    ['no name', 'GET /healthz', { host: '' }, '', 400],
    ['an unknown path', 'GET /nowhere', {}, '', 404],
    ['a known path below another', 'GET /v1/messages/', {}, '', 404],
    ['a whole address', 'GET http://localhost/healthz', {}, '', 404],
    ['a wrong method', 'GET /v1/messages', {}, '', 405],
    ['a method that nobody has', 'PATCH /v1/messages', {}, BODY, 405],
    ['a wrong key', 'POST /v1/messages', { 'content-type': 'text/plain' }, BODY, 401],
    ['a wrong type', 'POST /v1/messages', { 'x-api-key': 'hf-ci', 'content-type': 'text/plain' }, BODY, 415],
    ['no type', 'POST /v1/messages', { 'x-api-key': 'hf-ci', 'content-type': '' }, BODY, 415],
  ])('%s', async (_, line, headers, body, status) => {
    await using of = await scene({ rules: KEYED });
    const answer = await ask(of, line, headers, body);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ 'x-should-retry': 'false', 'cache-control': 'no-store', 'content-type': 'application/json' });
    expect(answer.headers['request-id']).toMatch(/./);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { message: expect.stringMatching(/^(?!.*[45]\d\d)/) as string } });
    expect(answer.headers['allow']).toBe(status === 405 ? 'POST' : undefined);
    await untouched(of);
  });

  it('two names in one request', async () => {
    await using of = await scene();
    using client = raw(of, said('GET /healthz').replace('\r\n\r\n', '\r\nHost: evil.example\r\nconnection: close\r\n\r\n'));
    expect(answerIn(await client.closed()).status).toBe(400);
  });

  it('HEAD is GET without its body; open paths ask for no key', async () => {
    await using of = await scene({ rules: KEYED });
    const answer = await ask(of, 'HEAD /healthz');
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect((await ask(of, 'HEAD /v1/messages')).text).toBe('');
  });

  it('a listed page is let in and told so, on errors too; its question before the request is answered without a key', async () => {
    const origin = 'https://app.example.com';
    await using of = await scene({ rules: { ...KEYED, origins: [origin] } });
    const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key,x-stainless-os' };
    const preflight = await ask(of, 'OPTIONS /v1/messages', asked);
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      vary: 'origin',
    });
    for (const key of ['hf-ci', 'wrong']) {
      const answer = await ask(of, 'POST /v1/messages', { origin, 'x-api-key': key }, BODY);
      expect(answer.status).toBe(key === 'wrong' ? 401 : 200);
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'origin' });
    }
    expect((await ask(of, 'OPTIONS /v1/messages', { ...asked, origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(of, 'OPTIONS /nowhere', asked)).status).toBe(404);
    expect((await ask(of, 'OPTIONS /v1/messages')).status).toBe(405);
    await untouched(of);
  });

  it('the connection is kept after a refusal, and its body is read away', async () => {
    await using of = await scene({ rules: KEYED });
    using client = raw(of, said('POST /v1/messages', { 'x-api-key': 'wrong' }, BODY) + said('GET /v1/models', { 'x-api-key': 'hf-ci' }));
    const text = await client.until('"name":"ci"');
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).toContain('HTTP/1.1 200 OK');
    client.socket.write(said('GET /healthz'));
    await client.until(/ok$/);
  });
});

describe('faults of ours', () => {
  const fault = (handle: typeof echo) => scene({ routes: [{ method: 'POST', path: '/v1/fault', access: 'key', handle }] });

  it('what a handler throws is logged and never shown', async () => {
    await using of = await fault(() => Promise.reject(new Error('secret /etc/passwd')));
    const answer = await ask(of, 'POST /v1/fault', {}, BODY);
    expect(answer.status).toBe(500);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(answer.text).not.toContain('secret');
    expect(of.seen.faults).toEqual([new Error('secret /etc/passwd')]);
  });

  it('thrown in mid-answer: the answer is cut off without an end', async () => {
    await using of = await fault(async ({ res }) => {
      res.write('half');
      throw new Error('oh');
    });
    const answer = await ask(of, 'POST /v1/fault', {}, BODY);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('half');
    expect(answer.text).not.toContain('\r\n0\r\n');
    await eventually(() => of.http.open === 0);
  });

  it('a handler that forgets to answer', async () => {
    await using of = await fault(async () => {});
    expect((await ask(of, 'POST /v1/fault', {}, BODY)).status).toBe(500);
    expect(of.seen.faults).toHaveLength(1);
  });
});
