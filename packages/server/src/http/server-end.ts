import type { Server } from 'node:http';
import type { Clock } from '@holdfast/core';
import type { Connections } from './connections.ts';

/** Ms that handlers have to end their answers in the client's protocol once they are told to. */
const LAST_WORDS = 1_000;

export interface ServerEnd {
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Resolves when `work` does, or after `ms`. */
const within = (ms: number, work: Promise<void>, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    const letGo = clock.after(ms, resolve);
    void work.then(() => {
      letGo();
      resolve();
    });
  });

export function serverEnd(server: Server, connections: Connections, clock: Clock, begin: () => void): ServerEnd {
  let shut: Promise<void> | undefined;
  /** Resolves when the last connection is closed. */
  const stop = (): Promise<void> =>
    (shut ??= new Promise((resolve) => {
      begin();
      // a server that never listened is closed: node calls that an error
      server.close(() => resolve());
      connections.endAll();
    }));
  const destroy = (): Promise<void> => {
    const over = stop();
    connections.destroyAll();
    return over;
  };
  return {
    async drain(graceMs) {
      void stop();
      await within(graceMs, connections.idle(), clock);
      if (connections.open > 0) {
        connections.cutAll('closing');
        await within(LAST_WORDS, connections.idle(), clock);
      }
      await destroy();
    },
    close: destroy,
  };
}

export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as { readonly port: number }).port);
    });
  });
}
