import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, describe, expect, it } from 'vitest';
import type { McpPorts, McpSettings } from '../src/mcp/settings.ts';
import type { Toolset } from '../src/ports.ts';
import { callOf, inFolders, NEVER, saidBy, toolsetOf } from './mcp-kit.ts';

inFolders();

interface Message {
  readonly id?: number;
  readonly method: string;
}

type Answer = (message: Message, response: ServerResponse, request: IncomingMessage) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function served(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

/** A server of one tool over streamable HTTP, by hand; `onCall` answers its calls. */
async function speaking(onCall: Answer, seen: string[] = []): Promise<string> {
  return served(async (request, response) => {
    seen.push(`${request.method} ${request.headers['mcp-session-id'] ?? '-'} ${request.headers['x-team'] ?? '-'}`);
    if (request.method !== 'POST') return void response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    const message = JSON.parse(body) as Message;
    if (message.id === undefined) return void response.writeHead(202).end();
    if (message.method === 'tools/call') return onCall(message, response, request);
    const info = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
    const result = message.method === 'initialize' ? info : { tools: [{ name: 'do', inputSchema: { type: 'object' } }] };
    json(response, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': 's1' });
  });
}

const json = (response: ServerResponse, body: object, headers: Record<string, string> = {}): void =>
  void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const remote = (url: string, more: Partial<McpSettings> = {}, ports: Partial<McpPorts> = {}): Toolset =>
  toolsetOf({ label: 'far', server: { kind: 'remote', url, headers: { 'x-team': 'search' } }, ...more }, ports);

describe('an MCP server over HTTP', () => {
  it('gets the headers of the file, and is told when its session is over', async () => {
    const seen: string[] = [];
    const url = await speaking(
      ({ id }, response) => json(response, { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } }),
      seen,
    );
    const toolset = remote(url);
    expect(await callOf(toolset, 'do')).toMatchObject({ output: 'done' });
    await toolset.close();
    expect(seen[0]).toBe('POST - search');
    expect(seen).toContain('POST s1 search');
    expect(seen.at(-1)).toBe('DELETE s1 search');
  });

  it.each([
    [401, /^mcp "far" answered 401 \(not signed in\) at http.*Give it a token under "headers"/],
    [403, /^mcp "far" answered 403 \(not allowed\)/],
    [404, /^mcp "far" answered 404 at .*: there is no such server\. Check "url"/],
    [500, /^mcp "far" answered 500 at .*: .*out of order/],
  ])('that answers %d is named, with the way out', async (status, words) => {
    const url = await served((_, response) => void response.writeHead(status).end('out of order'));
    expect(await saidBy(remote(url).tools(NEVER))).toMatch(words);
  });

  it('that is not there is named', async () => {
    const url = await served(() => {});
    servers[0]!.closeAllConnections();
    servers[0]!.close();
    await once(servers.pop()!, 'close');
    expect(await saidBy(remote(url).tools(NEVER))).toMatch(/^mcp "far" cannot be reached at http.* \(ECONNREFUSED\)$/);
  });

  it.each(['streamable', 'sse'] as const)('that never answers is named: %s', async (transport) => {
    let begin = (): void => {};
    const clock = {
      ...systemClock,
      after: (ms: number, wake: () => void) => (ms === 4321 ? ((begin = wake), () => {}) : systemClock.after(ms, wake)),
    };
    const url = await served(() => begin());
    const toolset = remote(url, { startMs: 4321, server: { kind: 'remote', url, transport, headers: {} } }, { clock });
    expect(await saidBy(toolset.tools(NEVER))).toBe(`mcp "far" did not answer within 4.321 s at ${url}`);
  });

  it('that lists nothing in 10 s has not started', async () => {
    let begin = (): void => {};
    const clock = {
      ...systemClock,
      after: (ms: number, wake: () => void) => (ms === 10_000 ? ((begin = wake), () => {}) : systemClock.after(ms, wake)),
    };
    const url = await served(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      if (body.includes('"tools/list"')) return begin();
      if (!body.includes('"initialize"')) return void response.writeHead(202).end();
      const { id } = JSON.parse(body) as Message;
      json(response, {
        jsonrpc: '2.0',
        id,
        result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } },
      });
    });
    expect(await saidBy(remote(url, {}, { clock }).tools(NEVER))).toBe('mcp "far" did not list its tools within 10 s.');
  });

  it('whose stream ends before the answer fails the call', async () => {
    const url = await speaking((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
      setImmediate(() => response.end());
    });
    expect(await saidBy(callOf(remote(url), 'do'))).toBe(
      'mcp "far" closed the connection before it answered\nThe call may have done its work: look before you make it again.',
    );
  });

  it.each([
    ['application/json', (text: string) => JSON.stringify({ jsonrpc: '2.0', id: 2, result: { content: [{ type: 'text', text }] } })],
    ['text/event-stream', (text: string) => `data: ${text}\n\n`],
  ])('that answers more than 10 MB as %s fails the call, and goes on', async (type, body) => {
    let calls = 0;
    const url = await speaking(({ id }, response) => {
      if (calls++ > 0) return json(response, { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'small' }] } });
      response.writeHead(200, { 'content-type': type }).end(body('x'.repeat(11_000_000)));
    });
    const toolset = remote(url);
    expect(await saidBy(callOf(toolset, 'do'))).toContain(
      'mcp "far" sent an answer of more than 10 MB, which was thrown away; ask for less at a time',
    );
    expect(await callOf(toolset, 'do')).toMatchObject({ output: 'small' });
  });

  it.each([404, 400])('that forgot the session, and says so with %d, is greeted anew', async (status) => {
    const seen: string[] = [];
    let calls = 0;
    const url = await speaking(({ id }, response) => {
      if (calls++ === 0) return void response.writeHead(status).end('no such session');
      json(response, { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'again' }] } });
    }, seen);
    const toolset = remote(url);
    expect(await saidBy(callOf(toolset, 'do'))).toContain(`answered ${status}`);
    expect(await callOf(toolset, 'do')).toMatchObject({ output: 'again' });
    expect(seen.filter((line) => line.startsWith('POST -'))).toHaveLength(2);
  });

  it('never shows a secret of its address', async () => {
    const url = await served((_, response) => void response.writeHead(500).end('hunter2 is wrong'));
    const said = await saidBy(remote(`${url}?key=hunter2`).tools(NEVER));
    expect(said).toContain('?key=[secret]');
    expect(said).not.toContain('hunter2');
  });
});
