/** Ways to let so many jobs run at a time: ours, a semaphore written by hand, and other libraries, each as its documents have it. */
import { Lane, systemClock } from '@holdfast/core/engine';
import type { Peers } from './peers.ts';

export interface Queue {
  run(work: () => Promise<void>, caller?: string, signal?: AbortSignal): Promise<void>;
}

export type QueueOf = (width: number) => Queue;

/** First in, first out; no caller, no abort, no limit, no figures. */
function semaphore(width: number): Queue {
  let free = width;
  const waiting: (() => void)[] = [];
  let head = 0;
  const leave = (): void => {
    const next = waiting[head];
    if (!next) return void free++;
    head++;
    if (head > 1000 && head * 2 > waiting.length) {
      waiting.splice(0, head);
      head = 0;
    }
    next();
  };
  return {
    run: async (work) => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        await work();
      } finally {
        leave();
      }
    },
  };
}

export const lane: QueueOf = (width) => {
  const own = new Lane('bench', { width }, { clock: systemClock });
  return { run: (work, caller, signal) => own.submit(work, { caller, signal }) };
};

export const others = (peers: Peers | undefined): Readonly<Record<string, QueueOf>> => ({
  'a semaphore by hand': semaphore,
  ...(peers && {
    fastq: (width) => {
      const queue = peers.fastq.promise((work: () => Promise<void>) => work(), width);
      return { run: (work) => queue.push(work) };
    },
    'p-queue': (concurrency) => {
      const queue = new peers.PQueue({ concurrency });
      return { run: (work, _caller, signal) => queue.add(work, signal && { signal }) };
    },
    bottleneck: (maxConcurrent) => {
      const queue = new peers.Bottleneck({ maxConcurrent });
      return { run: (work) => queue.schedule(work) };
    },
  }),
});
