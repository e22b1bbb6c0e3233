import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Nowhere extends AsyncDisposable {
  readonly url: string;
  /** What somebody wanted of the world outside, once each. */
  readonly wanted: ReadonlySet<string>;
}

/** Stands where a proxy and a package registry would: notes who wanted out, and lets nobody. */
export async function nowhere(): Promise<Nowhere> {
  const wanted = new Set<string>();
  const server = createServer((req, res) => {
    wanted.add(`${req.method} ${req.url}`);
    res.writeHead(403).end();
  });
  server.on('connect', (req, socket) => {
    wanted.add(`CONNECT ${req.url}`);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wanted,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
