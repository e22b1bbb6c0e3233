/**
 * The yardstick: what came is handed on and what comes back too, with `node:http` alone. Several upstreams make it the hand-written
 * failover: the next is asked when one answers with 500 or more.
 */
import { Agent, createServer, request, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const upstreams = process.argv.slice(2).map((url) => new URL(url));
const agent = new Agent({ keepAlive: true, maxSockets: Infinity, scheduling: 'lifo' });

const headersFor = ({ headers }: IncomingMessage, { host }: URL) => ({ ...headers, host, connection: 'keep-alive' });

function handOn(answer: IncomingMessage, res: ServerResponse, asked: ClientRequest): void {
  const { connection: _, 'keep-alive': _k, 'transfer-encoding': _t, ...headers } = answer.headers;
  res.writeHead(answer.statusCode!, headers);
  answer.pipe(res);
  answer.on('error', () => res.destroy());
  res.on('close', () => {
    if (!res.writableFinished) asked.destroy();
  });
}

const ask = ({ hostname, port }: URL, req: IncomingMessage): ClientRequest =>
  request({
    hostname,
    port,
    path: req.url!,
    method: req.method!,
    headers: headersFor(req, upstreams[0]!),
    agent,
  });

function pipe(req: IncomingMessage, res: ServerResponse): void {
  const asked = ask(upstreams[0]!, req);
  asked.on('response', (answer) => handOn(answer, res, asked));
  asked.on('error', () => res.destroy());
  req.pipe(asked);
}

function failover(req: IncomingMessage, res: ServerResponse): void {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => tryFrom(0, Buffer.concat(parts), req, res));
}

function tryFrom(place: number, body: Buffer, req: IncomingMessage, res: ServerResponse): void {
  const asked = ask(upstreams[place]!, req);
  const last = place === upstreams.length - 1;
  asked.on('error', () => (last ? res.destroy() : tryFrom(place + 1, body, req, res)));
  asked.on('response', (answer) => {
    if (answer.statusCode! < 500 || last) return handOn(answer, res, asked);
    answer.resume();
    tryFrom(place + 1, body, req, res);
  });
  asked.end(body);
}

const server = createServer({ keepAliveTimeout: 120_000 }, upstreams.length > 1 ? failover : pipe);
server.on('connection', (socket) => socket.setNoDelay(true));
server.listen(0, '127.0.0.1', 4096, () => console.log(`ready ${JSON.stringify({ port: (server.address() as AddressInfo).port })}`));
