/** Hono over undici, as its documents would have a proxy written: `node hono-gateway.js UPSTREAM`. Plain JavaScript, as `all.js`. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Pool } from 'undici';

const pool = new Pool(process.argv[2], { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
const app = new Hono();

app.all('*', async (context) => {
  const { req } = context;
  const gone = new AbortController();
  req.raw.signal.addEventListener('abort', () => gone.abort(), { once: true });
  const body = req.method === 'GET' ? undefined : Buffer.from(await req.arrayBuffer());
  const { pathname, search } = new URL(req.url);
  const answer = await pool.request({
    path: pathname + search,
    method: req.method,
    headers: { 'content-type': req.header('content-type') ?? 'application/json' },
    body,
    signal: gone.signal,
  });
  const headers = { 'content-type': String(answer.headers['content-type']) };
  return new Response(ReadableStream.from(answer.body), { status: answer.statusCode, headers });
});

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`ready ${JSON.stringify({ port })}`));
