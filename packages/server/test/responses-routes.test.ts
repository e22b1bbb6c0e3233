import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@holdfast/core/engine';
import { responsesProtocol } from '@holdfast/core/wire';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange, Holder } from '../src/ports.ts';
import { MemoryResponses } from '../src/responses/responses-memory.ts';
import type { ResponsesStore } from '../src/responses/responses-store.ts';
import { responsesRoutes } from '../src/routes/responses.ts';
import { Refusal } from '../src/rules/refusal.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** The routes behind a real server; the key is the caller's name. */
async function served(store: ResponsesStore | undefined): Promise<(name: string) => OpenAI> {
  const routes = responsesRoutes(() => store).map((route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(':id', '(?<id>[^/]+)')}$`),
  }));
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://localhost');
    const route = routes.find(({ method, pattern }) => method === req.method && pattern.test(url.pathname))!;
    const holder: Holder = { name: req.headers.authorization ?? '', admin: false };
    const params = { ...route.pattern.exec(url.pathname)?.groups };
    const exchange = { req, res, id: 'r-1', path: url.pathname, query: url.searchParams, params, holder } as unknown as Exchange;
    route.handle(exchange).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      res.writeHead(error.error.status, { 'content-type': 'application/json' }).end(responsesProtocol.error(error.error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return (apiKey) => new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 3 });
}

const input = Array.from({ length: 30 }, (_, n) => ({ role: 'user', content: `turn ${n}` }));
const kept = { id: 'resp_1', at: 1, input, response: { id: 'resp_1', object: 'response', status: 'completed', output: [] } };

async function withOne() {
  const store = new MemoryResponses({ clock: systemClock, keep: 60_000 });
  store.save('Bearer ann', kept);
  const client = await served(store);
  return { ann: client('ann'), bob: client('bob') };
}

describe('responses that are kept, asked for by the openai package', () => {
  it('are there for their caller, and for nobody else', async () => {
    const { ann, bob } = await withOne();
    expect(await ann.responses.retrieve('resp_1')).toMatchObject(kept.response);
    await expect(bob.responses.retrieve('resp_1')).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('resp_1') as string,
    });
    await expect(bob.responses.delete('resp_1')).rejects.toMatchObject({ status: 404 });
    await expect(bob.responses.inputItems.list('resp_1')).rejects.toMatchObject({ status: 404 });
  });

  it('list their input, page after page', async () => {
    const { ann } = await withOne();
    const all: string[] = [];
    for await (const item of ann.responses.inputItems.list('resp_1', { limit: 7, order: 'asc' }))
      all.push((item as unknown as { content: string }).content);
    expect(all).toEqual(input.map(({ content }) => content));
    await expect(ann.responses.inputItems.list('resp_1', { limit: 1000 })).rejects.toMatchObject({ status: 400, param: 'limit' });
  });

  it('are gone once deleted; without a store none is there', async () => {
    const { ann } = await withOne();
    await ann.responses.delete('resp_1');
    await expect(ann.responses.retrieve('resp_1')).rejects.toMatchObject({ status: 404 });
    const client = await served(undefined);
    await expect(client('ann').responses.retrieve('resp_1')).rejects.toMatchObject({ status: 404 });
  });
});
