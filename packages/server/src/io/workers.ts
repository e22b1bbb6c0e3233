import cluster from 'node:cluster';
import { createServer, type Server } from 'node:net';
import type { Clock } from '@holdfast/core/engine';
import { Link } from '../operations/link.ts';
import type { WorkerProcess } from '../operations/workers.ts';

/** Forks this very command. A worker that never answers a drain is killed: its signal handlers are of no use to it then. */
export function forkWorker(): WorkerProcess {
  const worker = cluster.fork();
  // A message to a process that is just dying is lost, and that is all.
  worker.on('error', () => {});
  return {
    id: worker.id,
    pid: worker.process.pid,
    send: (message) => {
      if (worker.isConnected()) worker.send(message);
    },
    kill: () => void worker.process.kill('SIGKILL'),
    on: ({ message, gone }) => {
      worker.on('message', message);
      worker.once('exit', (code, signal) => gone(signal ? `was killed (${signal})` : `ended with ${code}`));
    },
  };
}

/** This process's link to the primary; undefined: it is no worker. */
export function workerLink(clock: Pick<Clock, 'after'>): Link | undefined {
  if (!cluster.isWorker) return undefined;
  const link = new Link({
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    clock,
  });
  process.on('message', link.take);
  return link;
}

/** Lets go of the primary: what is left of this process ends by itself. */
export const leavePrimary = (): void => {
  if (cluster.isWorker && process.connected) process.disconnect();
};

/** Where the kernel deals connections out to several sockets at one port. */
const DEALS: ReadonlySet<string> = new Set(['linux', 'freebsd', 'sunos', 'aix']);

/**
 * A worker listens at a port that others listen at too. Node's own dealing by the primary leaves a connection hanging that it hands to a worker
 * in the moment of its death; where the kernel deals, that one is reset, and the primary stays out of the way.
 */
export const listenShared = (server: Server, host: string, port: number): Promise<number> =>
  listening(server, { host, port, ...(DEALS.has(process.platform) && { reusePort: true }) });

/** The port, or one that is free for 0. Rejects where it cannot be had by this gateway alone: its workers would not notice. */
export async function reservePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  const real = await listening(probe, { host, port });
  await new Promise((resolve) => void probe.close(resolve));
  return real;
}

function listening(
  server: Server,
  options: { readonly host: string; readonly port: number; readonly reusePort?: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve((server.address() as { readonly port: number }).port);
    });
  });
}
