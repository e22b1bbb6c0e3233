/** What lives in the heap of a process that was started with `--inspect`: asked over its inspector. */
import type { Child } from '../gateway/spawned.ts';

export interface Heap {
  /** MB, buffers outside of the heap included, that are left when all that can go has gone. */
  live(): Promise<number>;
  close(): void;
}

const MB = 1024 * 1024;

export async function heapOf(child: Child): Promise<Heap> {
  const [, address] = /Debugger listening on (ws:\S+)/.exec(child.words()) ?? [];
  if (address === undefined) throw new Error('no inspector: the process was started without --inspect');
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`no inspector at ${address}`)));
  });
  let last = 0;
  const waiting = new Map<number, (result: Readonly<Record<string, number>>) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id = 0, result = {} } = JSON.parse(String(data)) as { readonly id?: number; readonly result?: Record<string, number> };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  // The process has ended: nobody answers any more.
  socket.addEventListener('close', () => waiting.forEach((answer) => answer({})));
  const ask = (method: string): Promise<Readonly<Record<string, number>>> =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method }));
    });
  return {
    async live() {
      await ask('HeapProfiler.collectGarbage');
      const { usedSize = NaN, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage');
      return (usedSize + backingStorageSize) / MB;
    },
    close: () => socket.close(),
  };
}
