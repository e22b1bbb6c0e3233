import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
  /** Responses of which the client's side of the connection went away before we ended them. */
  readonly dropped: () => number;
  /** Resolves when that happens next. */
  readonly drop: () => Promise<unknown>;
}

/** A provider written by hand: `answer` gets each request, its body read. */
export async function rawServer(answer: (response: ServerResponse, seen: Seen, n: number) => void | Promise<void>): Promise<RawServer> {
  const seen: Seen[] = [];
  let dropped = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('close', () => {
      if (response.writableFinished) return;
      dropped++;
      server.emit('dropped');
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one = {
        url: request.url ?? '',
        headers: request.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      };
      seen.push(one);
      void answer(response, one, seen.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    dropped: () => dropped,
    drop: () => once(server, 'dropped'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const frames = (...data: unknown[]): string =>
  data.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');

/** Writes an event stream; the text may stop anywhere. `then` says how it goes on. */
export function stream(response: ServerResponse, text: string, then: 'end' | 'cut' | 'hang' = 'end'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (then === 'end') response.end(text);
  else response.write(text, () => void (then === 'cut' && response.destroy()));
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
