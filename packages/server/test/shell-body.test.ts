import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answerIn, ask, connectionsOf, eventually, raw, said, scene, untouched } from './shell-scene.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = '{"model":"fast"}';
const latin = (bytes: Buffer): string => bytes.toString('latin1');

describe('a body within its limits', () => {
  it.each<[string, Record<string, string>, string]>([
    ['as it is', {}, BODY],
    ['gzip', { 'content-encoding': 'gzip' }, latin(gzipSync(BODY))],
    ['deflate', { 'content-encoding': 'Deflate' }, latin(deflateSync(BODY))],
    ['br', { 'content-encoding': 'br' }, latin(brotliCompressSync(BODY))],
    ['identity', { 'content-encoding': 'identity' }, BODY],
    ['in chunks', { 'content-length': '', 'transfer-encoding': 'chunked' }, '3\r\n{"m\r\n1\r\no\r\nc\r\ndel":"fast"}\r\n0\r\n\r\n'],
  ])('%s', async (_, headers, body) => {
    await using of = await scene();
    const answer = await ask(of, 'POST /v1/messages', headers, body);
    expect(JSON.parse(answer.text)).toMatchObject({ body: { model: 'fast' } });
    await untouched(of);
  });

  it('byte by byte, and one byte in each of many chunks', async () => {
    await using of = await scene();
    const big = JSON.stringify({ text: 'x'.repeat(5_000) });
    using client = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }));
    for (const byte of big) client.socket.write(`1\r\n${byte}\r\n`);
    client.socket.write('0\r\n\r\n');
    await client.until('"body":{"text":"xxx');
    using slow = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'content-length': String(BODY.length) }));
    for (const byte of BODY) await new Promise((resolve) => slow.socket.write(byte, resolve));
    await slow.until('"body":{"model":"fast"}');
  });

  it('a client that waits for a word gets it, once, and only where its body is wanted', async () => {
    await using of = await scene({ limits: { body: 100 } });
    const expects = { ...JSON_TYPE, expect: '100-continue' };
    using client = raw(of, said('POST /v1/messages', { ...expects, 'content-length': String(BODY.length) }));
    await client.until('100 Continue');
    client.socket.write(BODY);
    expect((await client.until('"fast"')).match(/100 Continue/g)).toHaveLength(1);
    for (const [line, headers, status] of [
      ['POST /v1/messages', { ...expects, 'content-length': '101' }, 413],
      ['POST /nowhere', { ...expects, 'content-length': '10' }, 404],
      ['POST /v1/messages', { ...expects, 'content-length': '10', 'content-type': 'text/plain' }, 415],
    ] as const) {
      using refused = raw(of, said(line, headers));
      const text = await refused.closed();
      expect(answerIn(text)).toMatchObject({ status, headers: { connection: 'close' } });
      expect(text).not.toContain('100 Continue');
    }
    client.socket.destroy();
    await untouched(of);
  });
});

describe('a body beyond them', () => {
  const LIMIT = 200_000;
  const bomb = gzipSync(Buffer.alloc(50_000_000, 'x'));
  it.each<[string, Record<string, string>, string, number]>([
    ['too long, as it says', { ...JSON_TYPE, 'content-length': '99999999999' }, '{', 413],
    [
      'too long, in chunks',
      { ...JSON_TYPE, 'content-length': '', 'transfer-encoding': 'chunked' },
      `${(300_000).toString(16)}\r\n${'x'.repeat(300_000)}\r\n`,
      413,
    ],
    ['a bomb', { ...JSON_TYPE, 'content-encoding': 'gzip', 'content-length': String(bomb.length) }, latin(bomb), 413],
    ['half a gzip', { 'content-encoding': 'gzip' }, latin(gzipSync(BODY).subarray(0, 20)), 400],
    ['no gzip', { 'content-encoding': 'gzip' }, BODY, 400],
    ['a coding nobody reads', { 'content-encoding': 'compress' }, BODY, 415],
    ['two codings', { 'content-encoding': 'gzip, br' }, BODY, 415],
    ['a coding’s name that is an object’s', { 'content-encoding': 'constructor' }, BODY, 415],
    ['no JSON', {}, 'model=fast', 400],
    ['no object', {}, '[1]', 400],
    ['no UTF-8', {}, '{"a":"\xe9"}', 400],
    ['nothing', { ...JSON_TYPE, 'content-length': '0' }, '', 400],
    ['too deep', {}, `{"a":${'['.repeat(300)}${']'.repeat(300)}}`, 400],
  ])('%s', async (_, headers, body, status) => {
    await using of = await scene({ limits: { body: LIMIT } });
    using client = raw(of, said('POST /v1/messages', headers, body));
    await client.until(/"message":"[^"]+"/);
    const answer = answerIn(client.heard());
    expect(answer.status, client.heard()).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error' });
    client.socket.destroy();
    await untouched(of);
  });

  it('its sender goes on, and gets to read why before the connection ends', async () => {
    await using of = await scene({ limits: { body: LIMIT } });
    const length = 20_000_000;
    using client = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'content-length': String(length) }));
    client.socket.pause();
    // all of it is sent before a byte is read: an end that came sooner would reset the connection, and the answer be lost
    await new Promise((resolve) => client.socket.write(Buffer.alloc(length, 'x'), resolve));
    client.socket.resume();
    expect(answerIn(await client.closed())).toMatchObject({ status: 413, headers: { connection: 'close' } });
    await untouched(of);
  });

  it('a sender without end is not read for ever: bytes, and time', async () => {
    await using of = await scene({ limits: { body: LIMIT, lingerBytes: 300_000, linger: 100 } });
    using client = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'content-length': '99999999999' }));
    const more = Buffer.alloc(100_000, 'x');
    const push = (): void => void (client.socket.writable && client.socket.write(more, push));
    push();
    await client.closed();
    using silent = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'content-length': '99999999999' }));
    expect(answerIn(await silent.closed()).status).toBe(413);
    await untouched(of);
  });

  it.each([
    ['no byte for a while', { bodyIdle: 40 }],
    ['too long in all', { bodyTotal: 40 }],
  ])('slow: %s', async (_, limits) => {
    await using of = await scene({ limits });
    using client = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'content-length': '100' }) + '{"a":');
    const answer = answerIn(await client.closed());
    expect(answer).toMatchObject({ status: 408, headers: { connection: 'close', 'x-should-retry': 'false' } });
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error' });
    await untouched(of);
  });

  it('a body that trickles is no stall, until it takes too long in all', async () => {
    await using of = await scene({ limits: { bodyIdle: 200, bodyTotal: 400 } });
    using client = raw(of, said('POST /v1/messages', { ...JSON_TYPE, 'content-length': '30000000' }));
    const drip = (): void => void (client.socket.writable && client.socket.write(' ', () => setImmediate(drip)));
    drip();
    await client.until('HTTP/1.1 408');
  });
});

describe('what is not HTTP', () => {
  it.each<[string, string, number]>([
    ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['words', 'hello there\r\n\r\n', 400],
    ['a head too large', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
    ['a path too large', `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
    ['two lengths', `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n`, 400],
    ['length and chunks', `POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, 400],
    ['a chunk without a size', said('POST /v1/messages', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }) + 'zz\r\n', 400],
    ['a head that stops', 'GET / HTTP/1.1\r\nhost: loc', 408],
  ])('%s', async (_, bytes, status) => {
    await using of = await scene({ limits: { headTotal: 100 } });
    using client = raw(of, bytes);
    const answer = answerIn(await client.closed());
    expect(answer).toMatchObject({ status, headers: { connection: 'close', 'x-should-retry': 'false' } });
    expect(Object.keys(JSON.parse(answer.text) as object)).toContain('error');
    expect(answer.text).not.toMatch(/node:|at .*\.ts/);
    await untouched(of);
  });

  it('noise behind an answer that runs ends the connection and puts nothing into the answer', async () => {
    await using of = await scene();
    using client = raw(of, said('POST /v1/silent', {}, BODY));
    await client.until('first');
    client.socket.write('\x00\x01 what\r\n\r\n');
    const text = await client.closed();
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(of.seen.reasons).toEqual(['left']);
    await untouched(of);
  });

  it('a connection that says nothing is closed', async () => {
    await using of = await scene({ limits: { headTotal: 100 } });
    using client = raw(of);
    await client.closed();
    await untouched(of);
  });

  it('an answered connection is kept for a while, no longer', async () => {
    await using of = await scene({ limits: { keepAlive: 20 } });
    using client = raw(of, said('GET /healthz'));
    await client.until('ok');
    await client.closed();
    await eventually(async () => (await connectionsOf(of)) === 0);
  });
});

it('an expectation that nobody meets is told in the words of the protocol', async () => {
  await using of = await scene();
  const answer = await ask(of, 'POST /v1/messages', { ...JSON_TYPE, expect: 'tea' }, '{}');
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([417, { type: 'error', error: { type: 'invalid-request' } }]);
  await untouched(of);
});
