/** The same with undici's dispatcher, which is what a gateway would use. Several upstreams: failover, as in `pipe-http.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool, type Dispatcher } from 'undici';

const pools = process.argv.slice(2).map((url) => new Pool(url, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 }));

const OWN = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect']);
const headersFor = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.has(name))) as Record<string, string>;

function tryFrom(place: number, body: Buffer, req: IncomingMessage, res: ServerResponse): void {
  let handled = false;
  let asked: Dispatcher.DispatchController | undefined;
  const next = (): boolean => {
    handled = true;
    if (place === pools.length - 1) return false;
    tryFrom(place + 1, body, req, res);
    return true;
  };
  res.on('close', () => {
    if (!res.writableFinished) asked?.abort(new Error('the client has left'));
  });
  pools[place]!.dispatch(
    { path: req.url!, method: req.method as Dispatcher.HttpMethod, headers: headersFor(req), body },
    {
      onRequestStart: (controller) => void (asked = controller),
      onResponseStart(controller, status, headers) {
        if (status >= 500 && next()) return;
        handled = false;
        const { connection: _, 'keep-alive': _k, 'transfer-encoding': _t, ...rest } = headers;
        res.writeHead(status, rest as Record<string, string>);
        res.on('drain', () => controller.resume());
      },
      onResponseData(controller, chunk) {
        if (!handled && !res.write(chunk)) controller.pause();
      },
      onResponseEnd: () => void (handled || res.end()),
      onResponseError: () => void (handled || res.destroy()),
    },
  );
}

const server = createServer({ keepAliveTimeout: 120_000 }, (req, res) => {
  const parts: Buffer[] = [];
  req.on('data', (part: Buffer) => parts.push(part));
  req.on('end', () => tryFrom(0, Buffer.concat(parts), req, res));
});
server.on('connection', (socket) => socket.setNoDelay(true));
server.listen(0, '127.0.0.1', 4096, () => console.log(`ready ${JSON.stringify({ port: (server.address() as AddressInfo).port })}`));
