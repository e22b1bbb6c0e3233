import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedFetch } from './bounded-fetch.ts';

function answer(chunks: readonly string[], type: string, longest: number) {
  let long = 0;
  const body = () =>
    new ReadableStream<Uint8Array>({
      start(out) {
        for (const chunk of chunks) out.enqueue(new TextEncoder().encode(chunk));
        out.close();
      },
    });
  const fetch = boundedFetch(
    async () => new Response(body(), { headers: { 'content-type': type, 'x-a': 'b' } }),
    longest,
    () => (long += 1),
  );
  return { read: async () => (await fetch('http://a/')).text(), long: () => long, fetch };
}

describe('bodies of a server', () => {
  it('come through whole up to the limit, with their heads', async () => {
    const { read, long, fetch } = answer(['12345', '67890'], 'application/json', 10);
    expect(await read()).toBe('1234567890');
    expect((await fetch('http://a/')).headers.get('x-a')).toBe('b');
    expect(long()).toBe(0);
  });

  it('end in an error beyond it', async () => {
    const { read, long } = answer(['12345', '678901'], 'application/json', 10);
    await expect(read()).rejects.toThrow();
    expect(long()).toBe(1);
  });

  it('that are streams of events are measured event by event, wherever they are broken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 7 })), fc.constantFrom('\n\n', '\r\n\r\n'), async (sizes, end) => {
        const text = Array.from({ length: 20 }, () => `data: 123${end}`).join('');
        const chunks: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % Math.max(1, sizes.length)] ?? 5;
          chunks.push(text.slice(at, at + size));
          at += size;
        }
        expect(await answer(chunks, 'text/event-stream', 13).read()).toBe(text);
      }),
    );
    await expect(answer(['data: 12', '345678', '901\n\n'], 'text/event-stream; charset=utf-8', 13).read()).rejects.toThrow();
  });

  it('that do not exist stay so', async () => {
    const fetch = boundedFetch(
      async () => new Response(null, { status: 204 }),
      1,
      () => {},
    );
    expect((await fetch('http://a/')).status).toBe(204);
  });
});
