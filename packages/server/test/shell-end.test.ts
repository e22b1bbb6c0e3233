import { describe, expect, it } from 'vitest';
import { cutOff, isFull, write } from '../src/http/write.ts';
import type { Exchange, Handler } from '../src/ports.ts';
import { ask, connectionsOf, eventually, raw, said, scene, untouched, type Scene } from './shell-scene.ts';

const BODY = '{"model":"fast"}';
const asking = said('POST /v1/hang', {}, BODY);
const running = (of: Scene, count: number): Promise<void> => eventually(() => of.seen.running.length === count);

describe('a client that leaves', () => {
  it.each<[string, string]>([
    ['before a word', ''],
    ['in the head', 'POST /v1/hang HTTP/1.1\r\nhost: loc'],
    ['before the body', said('POST /v1/hang', { 'content-type': 'application/json', 'content-length': '100' })],
    ['in the body', said('POST /v1/hang', { 'content-type': 'application/json', 'content-length': '100' }) + '{"a'],
    ['in a chunk', said('POST /v1/hang', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }) + '5\r\n{"a'],
  ])('%s', async (_, bytes) => {
    await using of = await scene();
    using client = raw(of, bytes);
    await eventually(async () => (await connectionsOf(of)) === 1 && of.http.open === (bytes.includes('\r\n\r\n') ? 1 : 0));
    client.socket.destroy();
    await untouched(of);
  });

  it.each<[string, string, (client: ReturnType<typeof raw>) => unknown]>([
    ['while the answer is awaited', '/v1/hang', ({ socket }) => socket.destroy()],
    ['in mid-answer', '/v1/silent', ({ socket }) => socket.destroy()],
    ['with a reset', '/v1/silent', ({ socket }) => socket.resetAndDestroy()],
    ['by a polite end', '/v1/silent', ({ socket }) => socket.end()],
  ])('%s: the signal fires', async (_, path, leave) => {
    await using of = await scene();
    using client = raw(of, said(`POST ${path}`, {}, BODY));
    await running(of, 1);
    expect(of.seen.running[0]!.signal.aborted).toBe(false);
    leave(client);
    await untouched(of);
    expect(of.seen.reasons).toEqual(['left']);
  });

  it('400 at once: every signal fires, nothing is left', async () => {
    await using of = await scene();
    const clients = Array.from({ length: 400 }, (_, nth) => raw(of, said(nth % 2 ? 'POST /v1/hang' : 'POST /v1/silent', {}, BODY)));
    await running(of, 400);
    for (const client of clients) client.socket.destroy();
    await untouched(of);
    expect(of.seen.reasons).toEqual(Array.from({ length: 400 }, () => 'left'));
  });

  it('a signal that is asked for too late has fired; one that nobody needs fires never', async () => {
    let seen: Exchange | undefined;
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const late: Handler = async (exchange) => {
      seen = exchange;
      await left;
      expect(exchange.signal.reason).toMatchObject({ name: 'Gone', why: 'left' });
    };
    await using of = await scene({ routes: [{ method: 'GET', path: '/late', access: 'open', handle: late }] });
    using client = raw(of, said('GET /late'));
    await eventually(() => seen !== undefined);
    client.socket.destroy();
    await eventually(() => seen!.res.destroyed);
    leave();
    await untouched(of);
    using whole = raw(of, said('POST /v1/messages', {}, BODY));
    await whole.until('"fast"');
    whole.socket.destroy();
    await untouched(of);
  });
});

describe('several requests on one connection', () => {
  it('sent at once: answered in their order', async () => {
    await using of = await scene();
    const asks = ['a', 'b', 'c'].map((model) => said('POST /v1/messages', {}, JSON.stringify({ model })));
    using client = raw(of, asks.join('') + said('GET /nowhere') + said('GET /healthz', { connection: 'close' }));
    const text = await client.closed();
    expect(text.match(/HTTP\/1\.1 \d+|"model":"."/g)).toEqual([
      ...['a', 'b', 'c'].flatMap((model) => ['HTTP/1.1 200', `"model":"${model}"`]),
      'HTTP/1.1 404',
      'HTTP/1.1 200',
    ]);
    await untouched(of);
  });

  it('K2: a client that leaves fires the signals of those too whose answers wait behind another', async () => {
    await using of = await scene();
    using client = raw(of, asking + said('POST /v1/silent', {}, BODY) + asking);
    await running(of, 3);
    expect(of.http.open).toBe(3);
    client.socket.destroy();
    await untouched(of);
    expect(of.seen.reasons).toEqual(['left', 'left', 'left']);
  });
});

describe('a client that reads slowly', () => {
  const CHUNK = 'x'.repeat(64 * 1024);
  const flood =
    (chunks: number, told: (text: string) => void): Handler =>
    async ({ res, signal }) => {
      for (let nth = 0; nth < chunks; nth++) {
        const full = write(res, CHUNK, signal);
        if (!full) continue;
        told(isFull(res) ? 'full' : 'not full');
        await full.catch((error: unknown) => {
          told((error as { why: string }).why);
          throw error;
        });
      }
      told(`listeners ${res.listenerCount('drain')}`);
      res.end();
    };
  const flooding = (chunks: number, told: string[], limits = {}): Promise<Scene> =>
    scene({ limits, routes: [{ method: 'GET', path: '/flood', access: 'open', handle: flood(chunks, (text) => told.push(text)) }] });

  it('is written to no faster, and gets all', async () => {
    const told: string[] = [];
    await using of = await flooding(400, told);
    using client = raw(of, said('GET /flood', { connection: 'close' }));
    client.socket.pause();
    await eventually(() => told.includes('full'));
    client.socket.resume();
    const text = await client.closed();
    expect(text.match(/x/g)).toHaveLength(400 * CHUNK.length);
    expect(told.at(-1)).toMatch(/^listeners [01]$/);
    await untouched(of);
  });

  it('not at all: after a while its exchange is over', async () => {
    const told: string[] = [];
    await using of = await flooding(10_000, told, { stall: 100 });
    using client = raw(of, said('GET /flood'));
    client.socket.pause();
    await eventually(() => told.at(-1) === 'stalled');
    client.socket.resume();
    await client.closed();
    await untouched(of);
  });

  it('leaves while it is waited for', async () => {
    const told: string[] = [];
    await using of = await flooding(10_000, told);
    using client = raw(of, said('GET /flood'));
    client.socket.pause();
    await eventually(() => told.includes('full'));
    client.socket.destroy();
    await untouched(of);
    expect(told.at(-1)).toBe('left');
  });

  it('an answer that is silent is no stall', async () => {
    await using of = await scene({ limits: { stall: 20, keepAlive: 20 } });
    using client = raw(of, said('POST /v1/silent', {}, BODY));
    await client.until('first');
    let fired = 0;
    of.http.server.on('timeout', () => fired++);
    await eventually(() => fired > 0);
    of.seen.running[0]!.res.write('data: second\n\n');
    await client.until('second');
    expect(of.seen.reasons).toEqual([]);
    client.socket.destroy();
    await untouched(of);
  });
});

describe('an end that comes too early', () => {
  it('is no end to its client: what was written arrives, without HTTP’s last chunk', async () => {
    const handle: Handler = async ({ res }) => {
      res.write('data: one\n\n');
      res.write('event: error\n\n');
      cutOff(res);
    };
    await using of = await scene({ routes: [{ method: 'GET', path: '/cut', access: 'open', handle }] });
    using client = raw(of, said('GET /cut'));
    const text = await client.closed();
    expect(text).toContain('event: error');
    expect(text).not.toContain('\r\n0\r\n');
    await untouched(of);
  });

  it('of an answer that waits behind another', async () => {
    const handle: Handler = async ({ res }) => cutOff(res);
    await using of = await scene({ routes: [{ method: 'GET', path: '/cut', access: 'open', handle }] });
    using client = raw(of, asking + said('GET /cut'));
    await running(of, 1);
    client.socket.destroy();
    await untouched(of);
  });
});

describe('drain', () => {
  const held = (): readonly [Handler, () => void] => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return [
      async ({ res }) => {
        res.write('data: first\n\n');
        await promise;
        res.end('data: last\n\n');
      },
      resolve,
    ];
  };

  it('what runs is finished, nothing new begins, idle connections close, and it is known', async () => {
    const [handle, finish] = held();
    const ready: Handler = async ({ res }) => void res.writeHead(of.http.draining ? 503 : 200).end();
    await using of = await scene({
      routes: [
        { method: 'POST', path: '/v1/held', access: 'key', handle },
        { method: 'GET', path: '/readyz', access: 'open', handle: ready },
      ],
    });
    expect((await ask(of, 'GET /readyz')).status).toBe(200);
    using idle = raw(of, said('GET /healthz'));
    await idle.until('ok');
    using client = raw(of, said('POST /v1/held', {}, BODY));
    await client.until('first');
    const over = of.http.drain(60_000);
    expect(of.http.draining).toBe(true);
    await idle.closed();
    expect(await raw(of, said('GET /healthz')).closed()).toBe('');
    let came = 0;
    of.http.server.on('request', () => came++);
    client.socket.write(said('POST /v1/messages', {}, BODY));
    await eventually(() => came === 1);
    finish();
    const text = await client.closed();
    expect(text).toContain('last');
    expect(text).toContain('\r\n0\r\n');
    expect(text).toMatch(/HTTP\/1\.1 503 [\s\S]*x-should-retry: true\r\nretry-after: 1\r\n/);
    await over;
    expect(of.http.open).toBe(0);
  });

  it('an answer whose head was not sent says that its connection ends', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const handle: Handler = async ({ res }) => {
      await promise;
      res.writeHead(200, { 'content-type': 'text/plain' }).end('whole');
    };
    await using of = await scene({ routes: [{ method: 'GET', path: '/late', access: 'open', handle }] });
    using client = raw(of, said('GET /late'));
    await eventually(() => of.http.open === 1);
    const over = of.http.drain(60_000);
    resolve();
    const text = await client.closed();
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text).toContain('whole');
    await over;
  });

  it('after the grace the signals fire, an answer gets its end in its protocol, one without a head its error', async () => {
    const handle: Handler = async ({ res, signal }) => {
      res.write('data: first\n\n');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      expect(signal.reason).toMatchObject({ why: 'closing' });
      res.write('event: error\n\n');
      cutOff(res);
    };
    await using of = await scene({ routes: [{ method: 'GET', path: '/cut', access: 'open', handle }] });
    using streamed = raw(of, said('GET /cut'));
    using plain = raw(of, asking);
    using reading = raw(of, said('POST /v1/hang', { 'content-type': 'application/json', 'content-length': '100' }) + '{"a');
    await streamed.until('first');
    await eventually(() => of.http.open === 3);
    await of.http.drain(10);
    expect(await streamed.closed()).toContain('event: error');
    expect(await plain.closed()).toMatch(/^HTTP\/1\.1 503 /);
    expect(await reading.closed()).toMatch(/^HTTP\/1\.1 503 /);
    expect(of.seen.faults).toEqual([]);
    expect(of.http.open).toBe(0);
  });

  it('a handler that hears nothing does not hold it up', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const handle: Handler = async ({ res }) => {
      res.write('first');
      await promise;
    };
    await using of = await scene({ routes: [{ method: 'GET', path: '/deaf', access: 'open', handle }] });
    using client = raw(of, said('GET /deaf'));
    await client.until('first');
    await of.http.drain(0);
    await client.closed();
    resolve();
    await eventually(() => of.http.open === 0);
  });

  it('twice is once, and a server that never listened is closed', async () => {
    await using of = await scene();
    await Promise.all([of.http.drain(10), of.http.drain(0), of.http.close()]);
    await of.http.close();
  });
});

it('a port in use is said', async () => {
  await using of = await scene();
  await using other = await scene();
  await other.http.close();
  await expect(other.http.listen('127.0.0.1', of.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('more connections than allowed are dropped, the others go on', async () => {
  await using of = await scene({ limits: { connections: 1 } });
  using first = raw(of, said('GET /healthz'));
  await first.until('ok');
  using second = raw(of, said('GET /healthz'));
  expect(await second.closed()).toBe('');
  first.socket.write(said('GET /v1/models'));
  await first.until('"local"');
});
