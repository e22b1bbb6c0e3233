import { connect, type Socket } from 'node:net';
import { systemClock, systemNewId } from '@holdfast/core';
import type { ClientError } from '@holdfast/core/wire';
import { expect } from 'vitest';
import { accessOf, type AccessRules } from '../src/http/access.ts';
import type { Gone } from '../src/http/gone.ts';
import { httpServer, type HttpServer, type HttpServerOptions } from '../src/http/http-server.ts';
import { keyHash } from '../src/io/key-hash.ts';
import type { Exchange, Handler, Route } from '../src/ports.ts';

/** An error's body in a protocol that a test can tell: Anthropic's shape has a `type` of its own. */
const refuse = (path: string, error: ClientError): string =>
  JSON.stringify({
    ...(path.startsWith('/v1/messages') && { type: 'error' }),
    error: { type: error.class, message: error.message, ...(error.param !== undefined && { param: error.param }) },
  });

/** Says who asked for what, and with a body what it was. */
export const echo: Handler = async (exchange) => {
  const { req, res, holder, caller, params, query } = exchange;
  const body = req.method === 'GET' ? undefined : (await exchange.body()).json;
  res.end(JSON.stringify({ name: holder.name, admin: holder.admin, caller, params, query: [...query], body }));
};

/** What the handlers of a scene saw. */
export interface Seen {
  /** Why signals fired. */
  readonly reasons: string[];
  readonly faults: unknown[];
  readonly running: Exchange[];
}

export const KEYLESS: AccessRules = { keys: [], token: keyHash('the-token'), loopbackOnly: true };

export interface Scene extends AsyncDisposable {
  readonly http: HttpServer;
  readonly port: number;
  readonly seen: Seen;
  rules: AccessRules;
}

/** Reads the body, begins to answer or does not, and waits until nobody waits for it. */
const hanging =
  (seen: Seen, begins: boolean): Handler =>
  async (exchange) => {
    await exchange.body();
    if (begins) exchange.res.write('data: first\n\n');
    seen.running.push(exchange);
    const gone = await new Promise<Gone>((resolve) =>
      exchange.signal.addEventListener('abort', () => resolve(exchange.signal.reason as Gone)),
    );
    seen.reasons.push(gone.why);
    throw gone;
  };

const routesOf = (seen: Seen): Route[] => [
  { method: 'GET', path: '/healthz', access: 'open', handle: async ({ res }) => void res.end('ok') },
  { method: 'GET', path: '/api/calls/:id', access: 'api', handle: echo },
  { method: 'PUT', path: '/api/health/:scope', access: 'token', handle: echo },
  { method: 'GET', path: '/v1/models', access: 'key', handle: echo },
  { method: 'POST', path: '/v1/messages', access: 'key', handle: echo },
  { method: 'POST', path: '/v1/hang', access: 'key', handle: hanging(seen, false) },
  { method: 'POST', path: '/v1/silent', access: 'key', handle: hanging(seen, true) },
];

export async function scene(more: Partial<HttpServerOptions> & { readonly rules?: AccessRules } = {}): Promise<Scene> {
  const seen: Seen = { reasons: [], faults: [], running: [] };
  const { rules = KEYLESS, routes = [], ...options } = more;
  let current = rules;
  const http = httpServer({
    access: () => accessOf(current, keyHash),
    clock: systemClock,
    newId: systemNewId,
    refuse,
    log: ({ error }) => seen.faults.push(error),
    ...options,
    routes: [...routesOf(seen).filter(({ path }) => !routes.some((route) => route.path === path)), ...routes],
  });
  const port = await http.listen('127.0.0.1', 0);
  return {
    http,
    port,
    seen,
    get rules() {
      return current;
    },
    set rules(next) {
      current = next;
    },
    async [Symbol.asyncDispose]() {
      await http.close();
    },
  };
}

export const connectionsOf = ({ http }: Scene): Promise<number> =>
  new Promise((resolve, reject) => http.server.getConnections((error, count) => (error ? reject(error) : resolve(count))));

/** Every macrotask looks again; the test's own time limit ends it. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

/** The server is as it was: nothing runs, no connection is open, and it answers. */
export async function untouched(of: Scene): Promise<void> {
  await eventually(async () => of.http.open === 0 && (await connectionsOf(of)) === 0);
  expect(of.seen.faults).toEqual([]);
  const answer = await ask(of, 'GET /healthz');
  expect(answer.status).toBe(200);
}

/** A socket that says what it is told to, byte for byte. */
export interface Raw extends Disposable {
  readonly socket: Socket;
  readonly heard: () => string;
  until(pattern: string | RegExp): Promise<string>;
  /** All that came, once the other side has closed. */
  closed(): Promise<string>;
}

export function raw({ port }: { readonly port: number }, said = '', host = '127.0.0.1'): Raw {
  const socket = connect(port, host);
  let text = '';
  let over = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (text += chunk)).on('error', () => {});
  socket.on('close', () => (over = true));
  if (said !== '') socket.write(said, 'latin1');
  return {
    socket,
    heard: () => text,
    async until(pattern) {
      await eventually(() => (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)) || over);
      expect(text).toMatch(pattern);
      return text;
    },
    async closed() {
      await eventually(() => over);
      return text;
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

type Lines = Readonly<Record<string, string>>;

/** A request as text: `POST /v1/messages`, with the headers that every client sends unless told otherwise (`''`: left out). */
export function said(line: string, headers: Lines = {}, body = ''): string {
  const all: Lines = {
    host: 'localhost',
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body, 'latin1')) }),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]));
  return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Lines;
  readonly text: string;
}

/** The first answer of a text; its body up to its length, else all of the rest. */
export function answerIn(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const rest = text.slice(end + 4);
  return {
    status: Number(first.split(' ')[1]),
    headers,
    text: headers['content-length'] ? rest.slice(0, Number(headers['content-length'])) : rest,
  };
}

/** One request on a socket of its own. */
export async function ask(of: Scene, line: string, headers: Lines = {}, body = ''): Promise<Answer> {
  using client = raw(of, said(line, { connection: 'close', ...headers }, body));
  return answerIn(await client.closed());
}
