import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { McpSettings } from '../src/mcp/settings.ts';
import { alive, binIn, callOf, folder, inFolders, NEVER, saidBy, toolsetOf } from './mcp-kit.ts';

const require = createRequire(import.meta.url);
const EVERYTHING = binIn(require.resolve('@modelcontextprotocol/server-everything/package.json'));
const FILESYSTEM = binIn(require.resolve('@modelcontextprotocol/server-filesystem/package.json'));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The registry's example server over HTTP; its port is in the words it says when it is ready. */
async function everything(kind: 'sse' | 'streamableHttp', at?: number): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const port = at ?? (await freePort());
  const child = spawn(process.execPath, [EVERYTHING, kind], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text).includes(`port ${port}`) && resolve());
    child.once('exit', () => reject(new Error(said)));
  });
  return { port, child };
}

async function end(child: ChildProcess): Promise<void> {
  const over = once(child, 'exit');
  child.kill('SIGKILL');
  await over;
  expect(alive(child.pid!)).toBe(false);
}

inFolders();

const program = (bin: string, ...args: readonly string[]): McpSettings['server'] => ({
  kind: 'program',
  command: process.execPath,
  args: [bin, ...args],
  env: {},
  cwd: folder,
});

/** What has to work however the server is reached. */
function serves(server: () => McpSettings['server']): void {
  it('calls tools, with progress, pictures and structured answers', async () => {
    const toolset = toolsetOf({ label: 'everything', server: server(), prefix: 'all' });
    const tools = await toolset.tools(NEVER);
    expect(tools.map(({ name }) => name)).not.toContain('all_trigger-sampling-request');
    expect(tools.find(({ name }) => name === 'all_echo')).toMatchObject({ readOnly: true, idempotent: true });
    expect(await callOf(toolset, 'all_echo', { message: 'hi' })).toMatchObject({ output: 'Echo: hi', failed: false });
    expect(await callOf(toolset, 'all_get-sum', { a: 2, b: '3' })).toMatchObject({ output: 'The sum of 2 and 3 is 5.' });
    const picture = await callOf(toolset, 'all_get-tiny-image');
    expect(picture.files).toMatchObject([{ mediaType: 'image/png' }]);
    expect(picture.output).toContain('[image image/png]');
    expect((await callOf(toolset, 'all_get-structured-content', { location: 'Chicago' })).output).toContain('"temperature"');
    const long = await callOf(toolset, 'all_trigger-long-running-operation', { duration: 0.03, steps: 3 });
    expect(long.live).toEqual(['1/3\n', '2/3\n', '3/3\n']);
    expect(toolset.instruction?.()).toContain('Everything Server');
  });

  it('asks the user, and gives prompts', async () => {
    const toolset = toolsetOf({ server: server() });
    const answer = () => ({ action: 'accept', content: { name: 'Ada', check: true, color: 'red' } }) as const;
    // The server has its tools that ask only once it knows that we can be asked.
    while (!(await toolset.tools(NEVER)).some(({ name }) => name === 'trigger-elicitation-request')) await new Promise(setImmediate);
    const { asked, output } = await callOf(toolset, 'trigger-elicitation-request', {}, { answer });
    expect(asked).toMatchObject([{ mode: 'form', schema: { type: 'object' } }]);
    expect(output).toContain('Ada');
    const prompts = await toolset.prompts!(NEVER);
    expect(prompts.map(({ name }) => name)).toContain('simple-prompt');
    expect(await prompts.find(({ name }) => name === 'args-prompt')!.text({ city: 'Ulm' }, NEVER)).toContain('Ulm');
  });

  it('makes a call again after the user visited a page', async () => {
    const toolset = toolsetOf({ server: server() });
    while (!(await toolset.tools(NEVER)).some(({ name }) => name === 'trigger-url-elicitation')) await new Promise(setImmediate);
    const input = { url: 'https://a.example/x', message: 'Look', errorPath: true };
    const { asked } = await callOf(toolset, 'trigger-url-elicitation', input, { answer: () => ({ action: 'accept' }) });
    expect(asked.map(({ url }) => url)).toEqual(['https://modelcontextprotocol.io', 'https://a.example/x']);
  });
}

describe('server-everything over stdio', () => {
  serves(() => program(EVERYTHING, 'stdio'));
});

describe('server-everything over streamable HTTP', () => {
  let server: { readonly port: number; readonly child: ChildProcess };
  beforeAll(async () => void (server = await everything('streamableHttp')));
  afterAll(() => end(server.child));
  serves(() => ({ kind: 'remote', url: `http://127.0.0.1:${server.port}/mcp`, headers: {} }));
});

describe('server-everything over the old kind of HTTP', () => {
  let server: { readonly port: number; readonly child: ChildProcess };
  beforeAll(async () => void (server = await everything('sse')));
  afterAll(() => end(server.child));
  serves(() => ({ kind: 'remote', url: `http://127.0.0.1:${server.port}/sse`, transport: 'sse', headers: {} }));

  it('is found out by itself', async () => {
    const toolset = toolsetOf({ server: { kind: 'remote', url: `http://127.0.0.1:${server.port}/sse`, headers: {} } });
    expect(await callOf(toolset, 'echo', { message: 'hi' })).toMatchObject({ output: 'Echo: hi' });
  });
});

describe('server-everything that ends', () => {
  it.each([
    ['streamableHttp', '/mcp', 'streamable'],
    ['sse', '/sse', 'sse'],
  ] as const)('over %s fails the call under way, and is found again when it is back', async (kind, path, transport) => {
    const first = await everything(kind);
    const server = { kind: 'remote', url: `http://127.0.0.1:${first.port}${path}`, transport, headers: {} } as const;
    const toolset = toolsetOf({ label: 'everything', server, restarts: { attempts: -1, initialMs: 1, maxMs: 1, multiplier: 1 } });
    await toolset.tools(NEVER);
    const said = new Promise<string>((resolve, reject) => {
      // In the middle of the call, as its first step shows.
      const onLive = () => void (first.child.killed || end(first.child).catch(reject));
      void saidBy(callOf(toolset, 'trigger-long-running-operation', { duration: 600, steps: 600_000 }, { onLive })).then(resolve);
    });
    expect(await said).toMatch(/^mcp "everything" /);
    const { child } = await everything(kind, first.port);
    // It is there; what is left is the rest of a millisecond after the last try.
    while ((await toolset.tools(NEVER).catch(() => [])).length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await callOf(toolset, 'echo', { message: 'back' })).toMatchObject({ output: 'Echo: back' });
    await end(child);
  });
});

describe('server-filesystem', () => {
  it('reads and writes in its folder and nowhere else', async () => {
    writeFileSync(join(folder, 'a.txt'), 'one\n');
    const toolset = toolsetOf({ label: 'files', server: program(FILESYSTEM, folder), tools: ['read_text_file', 'write_file'] });
    expect((await toolset.tools(NEVER)).map(({ name, readOnly }) => [name, readOnly])).toEqual([
      ['read_text_file', true],
      ['write_file', false],
    ]);
    expect(await callOf(toolset, 'read_text_file', { path: join(folder, 'a.txt'), head: null })).toMatchObject({
      output: 'one\n',
      failed: false,
    });
    expect(await callOf(toolset, 'write_file', { path: join(folder, 'b.txt'), content: 'two' })).toMatchObject({ failed: false });
    const outside = await callOf(toolset, 'read_text_file', { path: '/etc/hostname' });
    expect(outside).toMatchObject({ failed: true });
    expect(outside.output).toContain('Access denied');
  });
});
