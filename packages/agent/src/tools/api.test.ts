import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ToolOutput } from '../ports.ts';
import { WorkFolder } from '../testing/work-folder.ts';
import { toolsFor, ToolsetError } from './index.ts';

const SECRET = 'sk-planted-secret';
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let here: WorkFolder;
let server: Server;
let base: string;
let asked: Asked[];
let answer: (response: ServerResponse, request: Asked) => void;

beforeEach(async () => {
  here = new WorkFolder();
  asked = [];
  answer = (response) => response.setHeader('content-type', 'application/json').end('{"ok":true}');
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
      asked.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  // Whoever still holds a connection would hang this.
  await new Promise((resolve) => server.close(resolve));
  here[Symbol.dispose]();
});

const ports = () => ({
  clock: systemClock,
  home: here.outside,
  childEnvironment: () => ({}),
  scrub: (text: string) => text.replaceAll(SECRET, '[redacted]'),
});
const tool = (config: object, more: object = { allow_private_ips: true }) =>
  toolsFor([{ type: 'api', raw: { ...more, api_config: { name: 'call', method: 'GET', ...config } } }], ports())[0]!;
const run = async (config: object, input: Record<string, unknown> = {}, more?: object): Promise<ToolOutput> =>
  (await tool(config, more).prepare(input, here.context())).run();

describe('api tools', () => {
  it('puts each argument where the endpoint has it, encoded: it cannot leave its place', async () => {
    const endpoint = `${base}/users/\${user}/posts?q=\${encodeURIComponent(q)}`;
    const args = { user: {}, q: { type: 'string' }, page: { type: 'integer' } };
    const result = await run({ endpoint, args }, { user: 'a/../b?c#d', q: 'ä & b', page: 2 });
    expect(result).toEqual({ output: '{"ok":true}', failed: false });
    expect(asked[0]).toMatchObject({ method: 'GET', url: '/users/a%2F..%2Fb%3Fc%23d/posts?q=%C3%A4%20%26%20b&page=2', body: '' });
    expect(await run({ endpoint, args }, { user: '..' })).toEqual({ output: '".." cannot stand in a URL.', failed: true });
    expect(asked).toHaveLength(1);
  });

  it('sends JSON with POST, PUT and PATCH, and the headers of the file', async () => {
    const args = { title: {}, tags: { type: 'array' }, none: {} };
    for (const method of ['POST', 'PUT', 'PATCH'])
      await run(
        { endpoint: `${base}/tasks`, method, args, headers: { Authorization: `Bearer ${SECRET}` } },
        { title: 't', tags: ['a'], other: 1 },
      );
    expect(asked.map(({ method, body }) => [method, JSON.parse(body)])).toEqual(
      ['POST', 'PUT', 'PATCH'].map((method) => [method, { title: 't', tags: ['a'] }]),
    );
    expect(asked[0]!.headers).toMatchObject({ 'content-type': 'application/json', authorization: `Bearer ${SECRET}` });
    await run(
      { endpoint: `${base}/tasks/\${id}`, method: 'DELETE', args: { id: {}, force: { type: 'boolean' } } },
      { id: '7', force: true },
    );
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', url: '/tasks/7?force=true', body: '' });
  });

  it('only GET reads; what changes something is asked about and runs alone', () => {
    const flags = ['GET', 'POST', 'PUT', 'DELETE'].map((method) => tool({ endpoint: `${base}/`, method }));
    expect(flags.map(({ readOnly, idempotent, sequential }) => [readOnly, idempotent, sequential])).toEqual([
      [true, true, false],
      [false, false, true],
      [false, true, true],
      [false, true, true],
    ]);
  });

  it('a status of 400 and more is a failure with the beginning of what was said, never a header of ours', async () => {
    answer = (response, { headers }) => response.writeHead(422).end(`you sent ${headers.authorization}: ${'x'.repeat(5000)}`);
    const { output, failed } = await run({ endpoint: `${base}/`, headers: { Authorization: `Bearer ${SECRET}` } });
    expect(failed).toBe(true);
    expect(output).toMatch(
      /^127\.0\.0\.1:\d+ answered with status 422:\nyou sent Bearer \[redacted\]: x{1900,}\n\[… the rest is left out\]$/,
    );
  });

  it('reads at most 1 MB', async () => {
    answer = (response) => response.end('ä'.repeat(2_000_000));
    const { output } = await run({ endpoint: `${base}/` });
    expect(output).toBe(`${'ä'.repeat(524_288)}\n[… cut after 1048576 bytes]`);
  });

  it('ends after its time limit, and at once when it is stopped', async () => {
    answer = () => {};
    const slow = await run({ endpoint: `${base}/` }, {}, { allow_private_ips: true, timeout: 1 });
    expect(slow).toEqual({ output: `${new URL(base).host} did not answer within 1 s.`, failed: true });
    const stop = new AbortController();
    answer = () => stop.abort(new Error('enough'));
    const prepared = await tool({ endpoint: `${base}/` }).prepare({}, here.context(stop.signal));
    await expect(prepared.run()).rejects.toThrow('enough');
  });

  it('follows a redirect of a GET, to another origin without the headers; of a POST it does not', async () => {
    const other = createServer((request, response) => response.end(`got ${request.headers.authorization}`));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const away = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const headers = { authorization: `Bearer ${SECRET}` };
    answer = (response, { url }) =>
      url === '/' ? response.writeHead(302, { location: '/next' }).end() : response.writeHead(307, { location: away }).end();
    expect(await run({ endpoint: `${base}/`, headers })).toEqual({ output: 'got undefined', failed: false });
    expect(asked.map(({ url, headers: sent }) => [url, sent.authorization])).toEqual([
      ['/', headers.authorization],
      ['/next', headers.authorization],
    ]);
    expect(await run({ endpoint: `${base}/`, method: 'POST' })).toMatchObject({
      output: expect.stringContaining('a redirect that is not followed'),
      failed: true,
    });
    answer = (response) => response.writeHead(302, { location: '/' }).end();
    expect((await run({ endpoint: `${base}/` })).output).toMatch(/redirects more than 10 times\.$/);
    await new Promise((resolve) => other.close(resolve));
  });

  it('N1: reaches no private address unless it may, by whatever name', async () => {
    const wayOut = 'a toolset reaches it only with "allow_private_ips: true".';
    expect(await run({ endpoint: `${base}/` }, {}, {})).toEqual({
      output: `127.0.0.1 is not a public address (127.0.0.1): ${wayOut}`,
      failed: true,
    });
    const named = base.replace('127.0.0.1', 'localhost');
    expect((await run({ endpoint: `${named}/` }, {}, {})).output).toMatch(/^localhost is not a public address \((127\.0\.0\.1|::1)\)/);
    for (const host of ['[::127.0.0.1]', '[::ffff:127.0.0.1]', '2130706433'])
      expect((await run({ endpoint: `${base.replace('127.0.0.1', host)}/` }, {}, {})).output).toContain('is not a public address');
    expect(asked).toEqual([]);
  });

  it('N4: says what is wrong with the host, and nothing of the query or the headers', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const endpoint = `http://127.0.0.1:${port}/?key=${SECRET}`;
    expect((await run({ endpoint })).output).toBe(`127.0.0.1:${port} refuses the connection.`);
    const bad = await run({ endpoint: `${base}/?key=${SECRET}`, headers: { authorization: `${SECRET}\n` } });
    expect(bad.failed).toBe(true);
    expect(bad.output).not.toMatch(/key|planted/);
    answer = (response) => response.socket!.destroy();
    expect((await run({ endpoint: `${base}/` })).output).toMatch(/broke the connection off\.$/);
  });

  it.each([
    [{ name: '' }, 'The api tool "" needs a "name" of letters, digits, "_" and "-", 64 at most'],
    [{ method: 'BREW' }, 'The api tool "call" needs a "method": one of GET, POST, PUT, PATCH, DELETE'],
    [{ endpoint: 'file:///etc/passwd' }, 'The api tool "call" needs an "endpoint" that begins with http:// or https:// and a host'],
    [
      { endpoint: 'https://${host}/x', args: { host: {} } },
      'The api tool "call" has an argument in the host of its "endpoint": the host stands in the file',
    ],
    [{ endpoint: 'https://a.example/${id}' }, 'The api tool "call" has no argument "id" under "args"'],
    [{ endpoint: 'https://a.example/', required: ['id'] }, 'The api tool "call" has no argument "id" under "args"'],
  ])('%j is refused', (config, message) => {
    const refused = () => tool({ endpoint: 'https://a.example/', ...config });
    expect(refused).toThrow(ToolsetError);
    expect(refused).toThrow(message);
  });
});
