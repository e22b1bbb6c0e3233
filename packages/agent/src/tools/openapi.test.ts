import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Toolset } from '../ports.ts';
import { WorkFolder } from '../testing/work-folder.ts';
import { serverOf } from './openapi.ts';
import { toolsetsFor, ToolsetError, type AgentTools, type ToolsetSettings } from './index.ts';

const SECRET = 'sk-planted-secret';
const PETS = {
  openapi: '3.0.3',
  servers: [{ url: '/api/v3' }],
  paths: {
    '/pet/{petId}': {
      get: {
        operationId: 'getPetById',
        summary: 'A pet',
        parameters: [{ name: 'petId', in: 'path', required: true, schema: { type: 'integer' } }],
      },
    },
    '/pet': {
      post: {
        operationId: 'addPet',
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } } },
        },
      },
    },
  },
};

let here: WorkFolder;
let server: Server;
let base: string;
let asked: { readonly url: string; readonly authorization: string | undefined; readonly body: string }[];
let answer: (url: string, response: ServerResponse) => void;
let made: AgentTools | undefined;
const never = new AbortController().signal;

beforeEach(async () => {
  here = new WorkFolder();
  asked = [];
  answer = (url, response) => response.end(url === '/openapi.json' ? JSON.stringify(PETS) : `{"at":"${url}"}`);
  server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const url = request.url ?? '';
      asked.push({ url, authorization: request.headers.authorization, body });
      answer(url, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await made?.close();
  made = undefined;
  await new Promise((resolve) => server.close(resolve));
  here[Symbol.dispose]();
});

function open(raw: object = {}, settings: Partial<ToolsetSettings> = {}): Toolset {
  const ports = {
    clock: systemClock,
    home: here.outside,
    childEnvironment: () => ({}),
    scrub: (text: string) => text.replaceAll(SECRET, '[redacted]'),
  };
  made = toolsetsFor([{ type: 'openapi', ...settings, raw: { url: `${base}/openapi.json`, allow_private_ips: true, ...raw } }], ports);
  expect(made.tools).toEqual([]);
  return made.toolsets[0]!;
}
async function call(toolset: Toolset, name: string, input: Record<string, unknown>) {
  const tool = (await toolset.tools(never)).find((one) => one.name === name)!;
  return (await tool.prepare(input, here.context())).run();
}

describe('openapi toolset', () => {
  it('asks for nothing until its tools are wanted, and then once', async () => {
    const toolset = open();
    expect(asked).toEqual([]);
    const [first, second] = await Promise.all([toolset.tools(never), toolset.tools(never)]);
    expect(await toolset.tools(never)).toEqual(first);
    expect(second.map(({ name, readOnly, sequential }) => [name, readOnly, sequential])).toEqual([
      ['getPetById', true, false],
      ['addPet', false, true],
    ]);
    expect(asked).toHaveLength(1);
  });

  it('calls the server of the document, with the headers of the file', async () => {
    const toolset = open({ headers: { Authorization: `Bearer ${SECRET}` } });
    expect(await call(toolset, 'getPetById', { petId: 7 })).toEqual({ output: '{"at":"/api/v3/pet/7"}', failed: false });
    await call(toolset, 'addPet', { body_name: 'Tom' });
    expect(asked.map(({ url, body }) => [url, body])).toEqual([
      ['/openapi.json', ''],
      ['/api/v3/pet/7', ''],
      ['/api/v3/pet', '{"name":"Tom"}'],
    ]);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${SECRET}`]));
  });

  it('a refusal is a failed result; wrong arguments are said before anything is asked', async () => {
    const toolset = open();
    answer = (url, response) =>
      url === '/openapi.json' ? response.end(JSON.stringify(PETS)) : response.writeHead(404).end(`no pet, ${SECRET}`);
    expect(await call(toolset, 'getPetById', { petId: 7 })).toEqual({
      output: `${new URL(base).host} answered with status 404:\nno pet, [redacted]`,
      failed: true,
    });
    await expect(call(toolset, 'getPetById', { petId: 'x' })).rejects.toThrow('petId must be a whole number, not text');
    await expect(call(toolset, 'getPetById', {})).rejects.toThrow('petId is missing');
    expect(asked).toHaveLength(2);
  });

  it('Y1: what failed is said by name and tried again', async () => {
    const toolset = open({ url: `${base}/openapi.json?key=${SECRET}` });
    expect(toolset.name).toBe(`openapi "${base}/openapi.json"`);
    answer = (_, response) => response.writeHead(503).end();
    await expect(toolset.tools(never)).rejects.toThrow(`the document cannot be had: ${new URL(base).host} answered with status 503`);
    answer = (_, response) => response.end('{ not json');
    await expect(toolset.tools(never)).rejects.toThrow('the document is neither JSON nor YAML: ');
    answer = (_, response) => response.end('swagger: "2.0"\npaths: {}\n');
    await expect(toolset.tools(never)).rejects.toThrow('it is of Swagger 2.0; only OpenAPI 3 is understood');
    answer = (_, response) => response.end('openapi: 3.1.0\npaths:\n  /a:\n    get: { operationId: a }\n');
    expect((await toolset.tools(never)).map((tool) => tool.name)).toEqual(['a']);
  });

  it('a document that is too large is refused', async () => {
    answer = (_, response) => response.end(' '.repeat(11_000_000));
    await expect(open().tools(never)).rejects.toThrow('the document is larger than 10485760 bytes');
  });

  it('who waits can leave; closing ends what is under way', async () => {
    const waiting = new AbortController();
    answer = () => waiting.abort(new Error('enough'));
    const toolset = open();
    await expect(toolset.tools(waiting.signal)).rejects.toThrow('enough');
    const other = toolset.tools(never);
    const refused = expect(other).rejects.toThrow('it was closed');
    await toolset.close();
    await refused;
  });

  it('Y2: headers do not go from https to http', () => {
    expect(serverOf('http://b.example/v1/', new URL('https://a.example/d.json'), false)).toBe('http://b.example/v1');
    expect(serverOf('http://b.example/v1/', new URL('http://a.example/d.json'), true)).toBe('http://b.example/v1');
    expect(() => serverOf('http://b.example/v1/', new URL('https://a.example/d.json'), true)).toThrow('in the clear');
    expect(() => serverOf('ftp://b.example', new URL('https://a.example/d.json'), false)).toThrow('is not http or https');
  });

  it('tools, readonly, name, model and instruction of the file hold for its tools', async () => {
    const toolset = open(
      { name: 'pets', model: 'small' },
      { tools: ['getPetById', 'not_yet'], instruction: '{ORIGINAL_INSTRUCTIONS}\nBe kind.' },
    );
    expect((await toolset.tools(never)).map(({ name, model, category }) => [name, model, category])).toEqual([
      ['pets_getPetById', 'small', 'openapi'],
    ]);
    expect(toolset.instruction?.()).toBe('Be kind.');
    expect(await call(toolset, 'pets_getPetById', { petId: 7 })).toMatchObject({ output: '{"at":"/api/v3/pet/7"}' });
    expect((await open({}, { readOnly: true }).tools(never)).map(({ name }) => name)).toEqual(['getPetById']);
  });

  it.each([undefined, 'petstore.json', 'file:///etc/passwd', 'http://'])('a url %j is refused', (url) => {
    expect(() => open({ url })).toThrow(ToolsetError);
  });
});
