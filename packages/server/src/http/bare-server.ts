import { createServer, type Server } from 'node:http';
import type { Connections, Socket } from './connections.ts';
import type { ServerLimits } from './server-limits.ts';

export function bareServer(limits: ServerLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.head,
    headersTimeout: limits.headTotal,
    // behind the body's own limit, which answers in the client's protocol
    requestTimeout: limits.headTotal + limits.bodyTotal + limits.linger,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, limits.headTotal / 4)),
    // the guard says it in the client's protocol
    requireHostHeader: false,
  });
  server.timeout = limits.stall;
  if (limits.connections !== undefined) server.maxConnections = limits.connections;
  return server;
}

/** Nothing has moved on a connection for a while. Node looks at what the kernel took: a slow reader that reads is none. */
export function idled(connections: Connections, socket: Socket): void {
  const running = connections.on(socket);
  const isSilent = socket.writableLength === 0;
  if (isSilent && [...running].some(({ closed }) => !closed)) return;
  for (const held of running) held.cut('stalled');
  socket.destroy();
}
