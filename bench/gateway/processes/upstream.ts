/**
 * The provider behind every subject: two ports in one process, a good one and one that answers 503. Frames are bytes made beforehand, so
 * that it costs little beside what is measured. It tells its parent what is open and when a client left it.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chunks, framesOf, SHORT, wholeOf, type Wire } from '../answers.ts';

/** Ms between two chunks that come as they come. */
const EVERY = 2;
/** Ms between the signs of life of an answer that never ends. */
const DRIP = 100;

export interface UpstreamState {
  /** Requests that are neither answered nor left. */
  readonly open: number;
  /** Requests the dead port has met. */
  readonly refused: number;
  /** When clients left before the end, in ms of the machine's own clock. */
  readonly left: readonly number[];
}

const clock = () => Number(process.hrtime.bigint()) / 1e6;
let open = 0;
let refused = 0;
let left: number[] = [];

/** One answer on its way; a tick sends its next piece. Returns false when it is over. */
type Step = () => boolean;
/** Half of them at every tick: streams of one process never come in one lump. */
const flowing: readonly Set<Step>[] = Array.from({ length: EVERY }, () => new Set<Step>());
let turn = 0;
setInterval(() => {
  turn = (turn + 1) % EVERY;
  for (const step of flowing[turn]!) if (!step()) flowing[turn]!.delete(step);
}, 1);

const SSE = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

const made = new Map<string, { readonly head: Buffer; readonly pieces: readonly Buffer[]; readonly tail: Buffer; readonly all: Buffer }>();
function bytesOf(wire: Wire, model: string, usage: boolean, texts: readonly string[]) {
  const key = `${wire} ${model} ${usage}`;
  const known = made.get(key);
  if (known) return known;
  const frames = framesOf(wire, model, usage);
  const [head, pieces, tail] = [Buffer.from(frames.head), texts.map((text) => Buffer.from(frames.piece(text))), Buffer.from(frames.tail)];
  const bytes = { head, pieces, tail, all: Buffer.concat([head, ...pieces, tail]) };
  made.set(key, bytes);
  return bytes;
}

function flow(res: ServerResponse, { head, pieces, tail }: ReturnType<typeof bytesOf>): void {
  let next = 1;
  // The role and the first words in one write, as vendors send them.
  res.write(Buffer.concat([head, pieces[0]!]));
  flowing[open % EVERY]!.add(() => {
    if (res.destroyed) return false;
    if (next < pieces.length) return res.write(pieces[next++]!) || true;
    res.end(tail);
    return false;
  });
}

/** Each frame is a chunk of HTTP's own, as vendors send them; Node gives all of one turn to the socket at once. */
function burst(res: ServerResponse, { head, pieces, tail }: ReturnType<typeof bytesOf>): void {
  res.write(head);
  for (const piece of pieces) res.write(piece);
  res.end(tail);
}

/** Each piece says when it was sent. */
function stamped(res: ServerResponse, wire: Wire, model: string, usage: boolean): void {
  const { head, piece, tail } = framesOf(wire, model, usage);
  let next = 1;
  const said = () => piece(` <${clock().toFixed(4)}>`);
  res.write(head + said());
  flowing[0]!.add(() => {
    if (res.destroyed) return false;
    if (next++ < chunks.length) return res.write(said()) || true;
    res.end(tail);
    return false;
  });
}

function drip(res: ServerResponse, { head, pieces }: ReturnType<typeof bytesOf>): void {
  res.write(Buffer.concat([head, pieces[0]!]));
  const timer = setInterval(() => res.write(pieces[1]!), DRIP);
  res.on('close', () => clearInterval(timer));
}

function answer(res: ServerResponse, wire: Wire, model: string, asked: Buffer): void {
  const usage = asked.includes('"include_usage":true');
  if (!asked.includes('"stream":true')) {
    res.setHeader('content-type', 'application/json');
    res.end(wholeOf(wire, model));
    return;
  }
  res.writeHead(200, SSE);
  if (model === 'flow') return flow(res, bytesOf(wire, model, usage, chunks));
  if (model === 'burst') return burst(res, bytesOf(wire, model, usage, chunks));
  if (model === 'stamp') return stamped(res, wire, model, usage);
  if (model === 'drip') return drip(res, bytesOf(wire, model, usage, chunks));
  if (model === 'idle')
    return void res.write(bytesOf(wire, model, usage, chunks).all.subarray(0, bytesOf(wire, model, usage, chunks).head.length + 200));
  res.end(bytesOf(wire, model, usage, [SHORT]).all);
}

const modelIn = (asked: Buffer): string => {
  const at = asked.indexOf('"model":"');
  return at < 0 ? '' : asked.toString('latin1', at + 9, asked.indexOf('"', at + 9));
};

function reading(req: IncomingMessage, then: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => then(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
}

const good: RequestListener = (req, res) => {
  if (req.method !== 'POST') return void res.setHeader('content-type', 'application/json').end('{"object":"list","data":[]}');
  open++;
  res.on('close', () => {
    open--;
    if (!res.writableFinished) left.push(clock());
  });
  reading(req, (body) => answer(res, req.url!.includes('/messages') ? 'messages' : 'chat', modelIn(body), body));
};

const OVERLOADED = JSON.stringify({ error: { message: 'The server is overloaded.', type: 'server_error', param: null, code: null } });
const dead: RequestListener = (req, res) =>
  reading(req, () => {
    refused++;
    res.writeHead(503, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(OVERLOADED) }).end(OVERLOADED);
  });

const listening = (listener: RequestListener): Promise<number> => {
  const server = createServer({ keepAliveTimeout: 120_000 }, listener);
  server.on('connection', (socket) => socket.setNoDelay(true));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', 4096, () => resolve((server.address() as AddressInfo).port)));
};

process.on('message', (asked: 'state' | 'forget') => {
  if (asked === 'forget') left = [];
  process.send!({ open, refused, left } satisfies UpstreamState);
});
process.on('disconnect', () => process.exit());
const ports = { good: await listening(good), dead: await listening(dead) };
console.log(`ready ${JSON.stringify(ports)}`);
