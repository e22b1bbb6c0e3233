import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ask, parts, realTransport, resolved, textOf, typesOf } from '../../test/asking.ts';
import { frames, json, rawServer, stream } from '../../test/raw-server.ts';
import { SPOKEN } from '../../test/wire-faults.ts';
import { HAPPY } from '../../test/wire-shapes.ts';
import type { Part } from '../model.ts';
import { ModelFailure } from '../rules/failure.ts';
import { END, type End } from '../source.ts';
import { AFTER_FINISH } from './tap.ts';
import { transport } from './transport.ts';

const PACKAGES = [
  ['openai-chat', 'openai-compatible'],
  ['openai-chat', 'openai'],
  ['anthropic-messages', undefined],
  ['openai-responses', undefined],
  ['google', undefined],
] as const;

const hasText = (part: Part | End): boolean => part === END || (part.type === 'text-delta' && part.delta !== '');

describe.each(PACKAGES)('faults of %s (%s)', (api, pkg) => {
  const say = SPOKEN[api];
  const against = async (answer: (response: ServerResponse) => void, asked: Parameters<typeof ask>[1] = {}): Promise<Part[]> => {
    await using server = await rawServer((response) => answer(response));
    return await parts(ask(resolved({ name: 'lab', api, base_url: `${server.url}/v1` }), { ...(pkg && { chat: pkg }), ...asked }));
  };

  /** N1: exactly one error, at the end; the kind says what. */
  const broken = (all: readonly Part[], kind: string): ModelFailure => {
    expect(typesOf(all).filter((type) => type === 'error' || type === 'finish')).toEqual(['error']);
    const last = all.at(-1);
    const failure = last?.type === 'error' ? (last.error as ModelFailure) : undefined;
    expect(failure?.kind).toBe(kind);
    return failure as ModelFailure;
  };

  const whole = (all: readonly Part[]): void => {
    expect(textOf(all)).toBe('Hello world');
    expect(all.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'stop' } });
    expect(typesOf(all).filter((type) => type === 'error' || type === 'finish')).toEqual(['finish']);
  };

  it.each([429, 529, 502])('status %i is thrown with its headers, after one request', async (status) => {
    const all = await against((response) => json(response, status, say.errorBody, { 'retry-after': '7' }));
    expect(typesOf(all)).toEqual(['error']);
    expect(all[0]).toMatchObject({
      error: { statusCode: status, responseHeaders: { 'retry-after': '7' }, responseBody: JSON.stringify(say.errorBody) },
    });
  });

  it('a reset before the head is thrown, its code in the causes', async () => {
    const all = await against((response) => void response.socket?.resetAndDestroy());
    const codes: unknown[] = [];
    for (let cause: unknown = all[0]?.type === 'error' ? all[0].error : undefined; cause instanceof Error; cause = cause.cause)
      codes.push((cause as { code?: unknown }).code);
    expect(codes.some((code) => code === 'ECONNRESET' || code === 'UND_ERR_SOCKET')).toBe(true);
  });

  it('E2: 200 with a JSON error object is that error', async () => {
    expect(broken(await against((response) => json(response, 200, say.errorBody)), 'overload')).toBeInstanceOf(ModelFailure);
  });

  it('E2: 200 with a whole JSON completion is accepted, without a second request', async () => {
    let requests = 0;
    const all = await against((response) => json(response, 200, (requests++, say.whole)));
    whole(all);
    expect(requests).toBe(1);
  });

  it('200 with HTML is malformed', async () => {
    broken(
      await against((response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>')),
      'malformed',
    );
  });

  it('a redirect is malformed and is not followed', async () => {
    await using elsewhere = await rawServer((response) => stream(response, HAPPY[api]));
    broken(await against((response) => void response.writeHead(307, { location: elsewhere.url }).end()), 'malformed');
    expect(elsewhere.seen).toHaveLength(0);
  });

  it('the first event is an error', async () => {
    broken(await against((response) => stream(response, say.error)), 'overload');
  });

  it('an error in the middle: what came before it stays, what comes after is dropped', async () => {
    const all = await against((response) => stream(response, say.head + say.hello + say.error + say.world + say.finish + say.done));
    broken(all, 'overload');
    expect(textOf(all)).toBe('Hello');
  });

  it('an error, then silence: the attempt ends all the same and the socket is let go', async () => {
    await using server = await rawServer((response) => stream(response, say.head + say.hello + say.error, 'hang'));
    const drop = server.drop();
    broken(await parts(ask(resolved({ name: 'lab', api, base_url: `${server.url}/v1` }), pkg ? { chat: pkg } : {})), 'overload');
    await drop;
  });

  it('a first error, then silence: the socket is let go', async () => {
    await using server = await rawServer((response) => stream(response, say.error, 'hang'));
    const drop = server.drop();
    broken(await parts(ask(resolved({ name: 'lab', api, base_url: `${server.url}/v1` }), pkg ? { chat: pkg } : {})), 'overload');
    await drop;
  });

  it('a socket cut in the middle is truncated; nothing that had come is lost', async () => {
    const all = await against((response) => stream(response, say.head + say.hello + say.world, 'cut'));
    broken(all, 'truncated');
    expect(textOf(all)).toBe('Hello world');
  });

  it('a clean end without a finish is truncated', async () => {
    const all = await against((response) => stream(response, say.head + say.hello + say.world));
    broken(all, 'truncated');
    expect(textOf(all)).toBe('Hello world');
  });

  it('an empty 200 is truncated', async () => {
    broken(await against((response) => stream(response, '')), 'truncated');
  });

  it.each(['{"a":', 'nonsense', '[1]', 'null'])('a frame that is %s is a break, never skipped', async (payload) => {
    const all = await against((response) => stream(response, say.head + say.hello + frames(payload) + say.world + say.finish + say.done));
    broken(all, 'truncated');
    expect(textOf(all)).toBe('Hello');
    broken(await against((response) => stream(response, frames(payload) + say.head + say.hello + say.finish + say.done)), 'truncated');
  });

  it.skipIf(say.half === '')('C7: a tool call cut in half was never a call', async () => {
    const all = await against((response) => stream(response, say.head + say.hello + say.half, 'cut'));
    broken(all, 'truncated');
    expect(typesOf(all)).not.toContain('tool-call');
  });

  it.each(['cut', 'end'] as const)('C2: a break after the finish reason (%s) is mended', async (then) => {
    whole(await against((response) => stream(response, say.head + say.hello + say.world + say.finish, then)));
  });

  it.skipIf(say.done === '')('the terminator ends the answer though the connection stays open', async () => {
    whole(await against((response) => stream(response, say.head + say.hello + say.world + say.finish + say.done, 'hang')));
  });

  it('C2: silence after the finish reason ends the answer after 3 s, by the clock that was handed in', async () => {
    let fired = 0;
    const after = (ms: number, wake: () => void) => {
      expect(ms).toBe(AFTER_FINISH);
      fired++;
      setImmediate(wake);
      return () => {};
    };
    const quick = transport({ fetch: globalThis.fetch, clock: { now: () => 0, after } });
    // The wake comes at once: the read it cuts has nothing more to give.
    whole(await against((response) => stream(response, say.head + say.hello + say.world + say.finish, 'hang'), { transport: quick }));
    expect(fired).toBeGreaterThan(0);
  });

  it('frames of unknown kinds and comments change nothing', async () => {
    whole(
      await against((response) =>
        stream(response, `: hi\n\n${say.head}${say.unknown}${say.hello}: keep-alive\n\n${say.world}${say.finish}${say.done}`),
      ),
    );
  });

  it('frames may be cut anywhere, end in CR or CRLF, and the last may lack its blank line', async () => {
    const text = `\uFEFF${say.head}${say.hello}${say.world}${say.finish}${say.done}`.trimEnd();
    for (const crlf of [text, text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r')]) {
      whole(
        await against((response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          for (const byte of Buffer.from(crlf)) response.write(Buffer.from([byte]));
          response.end();
        }),
      );
    }
  });

  it('a stream that does not say that it is one is read as one', async () => {
    whole(
      await against((response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.end(say.head + say.hello + say.world + say.finish + say.done);
      }),
    );
  });

  it('our abort in a stall is rejected or ends with its own reason, and reaches the socket', async () => {
    await using server = await rawServer((response) => stream(response, say.head + say.hello, 'hang'));
    const provider = resolved({ name: 'lab', api, base_url: `${server.url}/v1` });
    const controller = new AbortController();
    const source = await ask(provider, { ...(pkg && { chat: pkg }), attempt: { signal: controller.signal } });
    for (let part = await source.next(); !hasText(part); part = await source.next());
    const drop = server.drop();
    const reason = new ModelFailure('timeout', 'stalled');
    const pending = source.next();
    controller.abort(reason);
    await drop;
    const part = await pending;
    if (part !== END && part.type === 'error') expect(part.error).toBe(reason);
    else expect(part).toBe(END);
  });

  it.each(['before the head', 'after the head', 'in the middle'] as const)('S3: a cancel %s reaches the provider', async (when) => {
    const arrived = Promise.withResolvers<void>();
    await using server = await rawServer((response) => {
      if (when === 'after the head') stream(response, '', 'hang');
      else if (when === 'in the middle') stream(response, say.head + say.hello, 'hang');
      arrived.resolve();
    });
    const provider = resolved({ name: 'lab', api, base_url: `${server.url}/v1` });
    const controller = new AbortController();
    const drop = server.drop();
    const headed = Promise.withResolvers<void>();
    const asking = ask(provider, { ...(pkg && { chat: pkg }), attempt: { signal: controller.signal, head: () => headed.resolve() } });
    if (when === 'in the middle') {
      const source = await asking;
      for (let part = await source.next(); !hasText(part); part = await source.next());
      const pending = source.next();
      source.cancel('enough');
      expect(await pending).toBe(END);
      expect(await source.next()).toBe(END);
    } else {
      await (when === 'after the head' ? headed : arrived).promise;
      controller.abort('enough');
      await expect(
        asking.then((source) => source.next()).then((part) => (part !== END && part.type === 'error' ? Promise.reject(part.error) : part)),
      ).rejects.toBe('enough');
    }
    await drop;
  });

  it('C4: every chunk of bytes is life, the head is told once, a ping is a part while a part is waited for', async () => {
    let life = 0;
    const heads: number[] = [];
    const asked = Promise.withResolvers<void>();
    await using server = await rawServer(async (response) => {
      stream(response, say.head + say.hello, 'hang');
      await asked.promise;
      response.write(': ping\n\n');
    });
    const provider = resolved({ name: 'lab', api, base_url: `${server.url}/v1` });
    const attempt = {
      watch: { life: () => void life++, pull() {}, saw() {}, kept() {}, end() {} },
      head: (status: number) => void heads.push(status),
    };
    const source = await ask(provider, { ...(pkg && { chat: pkg }), attempt });
    for (let part = await source.next(); !hasText(part); part = await source.next());
    const waited = source.next();
    asked.resolve();
    expect(await waited).toEqual({ type: 'ping' });
    expect(life).toBeGreaterThan(1);
    expect(heads).toEqual([200]);
    source.cancel('enough');
  });

  it('C3: nothing is read ahead while nobody asks', async () => {
    let taken = 0;
    const fetch: typeof globalThis.fetch = async () => {
      const chunks = [say.head + say.hello, ...Array.from({ length: 500 }, () => say.world)].values();
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
        { pull: (out) => (taken++, out.enqueue(new TextEncoder().encode(chunks.next().value ?? ''))) },
        { highWaterMark: 0 },
      );
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    };
    const source = await ask(resolved({ name: 'lab', api, base_url: 'http://localhost/v1' }), {
      ...(pkg && { chat: pkg }),
      transport: realTransport(fetch),
    });
    for (let i = 0; i < 50; i++) await source.next();
    await new Promise((resolve) => setImmediate(resolve));
    // The packages' own pipelines would take three more.
    expect(taken).toBeLessThanOrEqual(51);
    source.cancel('enough');
  });

  it('a target that cannot stream is asked whole and answers parts', async () => {
    const all = await against((response) => json(response, 200, say.whole), { target: { streams: false } });
    whole(all);
  });

  it('an attempt leaves no listener on the caller behind', async () => {
    const { signal } = new AbortController();
    await against((response) => stream(response, HAPPY[api]), { attempt: { signal } });
    await against((response) => stream(response, say.head + say.hello, 'cut'), { attempt: { signal } });
    await against((response) => json(response, 500, {}), { attempt: { signal } });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

it('the transport lets requests through that belong to no attempt', async () => {
  await using server = await rawServer((response) => json(response, 200, { ok: 1 }));
  const wire = realTransport();
  expect(await (await wire.fetch(server.url)).json()).toEqual({ ok: 1 });
});
