import type { ServerResponse } from 'node:http';

/**
 * Writes to a client no faster than it reads. Undefined: go on at once; a promise: it is full, wait. It rejects with the signal's reason when the
 * client leaves or stalls. Keep-alives are not for a client that is full (`isFull`): they would pass for progress.
 */
export function write(res: ServerResponse, text: string | Buffer, signal: AbortSignal): Promise<void> | undefined {
  if (signal.aborted) return Promise.reject(signal.reason);
  if (res.write(text)) return;
  return drained(res, signal);
}

export const isFull = (res: ServerResponse): boolean => res.writableNeedDrain;

function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const letGo = (): void => {
      res.off('drain', go);
      signal.removeEventListener('abort', cut);
    };
    const go = (): void => {
      letGo();
      resolve();
    };
    const cut = (): void => {
      letGo();
      reject(signal.reason);
    };
    res.on('drain', go);
    signal.addEventListener('abort', cut);
  });
}

/**
 * Ends an answer that is not whole (C8): what was written goes out, then the connection closes without HTTP's own end, which no client takes
 * for a finished answer. Nothing may be written after it.
 */
export function cutOff(res: ServerResponse): void {
  const { socket } = res;
  if (socket) socket.destroySoon();
  else res.destroy();
}

/** Nothing more is to be written: it was ended, cut off, or its client has left. */
export const isOver = (res: ServerResponse): boolean => res.writableEnded || res.destroyed || res.socket?.writableEnded === true;
