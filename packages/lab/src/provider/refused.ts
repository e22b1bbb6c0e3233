import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export interface HeldPort {
  readonly port: number;
  close(): Promise<void>;
}

/** An address on loopback that refuses every connection for as long as it is held. */
export async function refusedUrl(): Promise<{
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const server = createServer();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const held = await holdPort(port);
  return { url: `http://127.0.0.1:${port}/v1`, port, close: held.close, [Symbol.asyncDispose]: held.close };
}

/**
 * Keeps a port taken without listening on it: an outgoing connection is bound to it, so nobody is given the port by chance, and who
 * connects to it is refused by the kernel.
 */
export async function holdPort(port: number): Promise<HeldPort> {
  const anchor = createServer({ allowHalfOpen: false });
  await listen(anchor, 0);
  const accepted = once(anchor, 'connection') as Promise<[Socket]>;
  const mine = connect({ host: '127.0.0.1', port: (anchor.address() as AddressInfo).port, localAddress: '127.0.0.1', localPort: port });
  try {
    await once(mine, 'connect');
  } catch (error) {
    accepted.catch(() => {});
    anchor.close();
    // Between its last user and us the system gave the number to somebody's outgoing connection: nobody listens there either.
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return { port, close: async () => {} };
    throw error;
  }
  const [theirs] = await accepted;
  anchor.close();
  for (const socket of [mine, theirs]) socket.on('error', () => {}).unref();
  return {
    port,
    close: async () => {
      const over = Promise.all([mine, theirs].map((socket) => (socket.closed ? undefined : once(socket, 'close'))));
      // torn down, not closed: a connection in TIME_WAIT would keep the port from being listened on
      mine.resetAndDestroy();
      theirs.destroy();
      await over;
    },
  };
}

export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
