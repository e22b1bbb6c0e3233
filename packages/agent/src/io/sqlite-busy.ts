import { setTimeout as sleep } from 'node:timers/promises';

/** SQLite's own busy wait blocks the event loop: it is short, and the longer wait is ours. */
export const BLOCK_MS = 20;
const PATIENCE_MS = 10_000;

const BUSY: ReadonlySet<number> = new Set([5, 6]);
const CORRUPT: ReadonlySet<number> = new Set([11, 26]);

/** SQLite's primary result code; undefined for every other error. */
function codeOf(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: string; errcode?: number };
  return code === 'ERR_SQLITE_ERROR' ? (errcode ?? 0) & 0xff : undefined;
}

export const isSqlite = (error: unknown): boolean => codeOf(error) !== undefined;
export const isBusy = (error: unknown): boolean => BUSY.has(codeOf(error) ?? 0);
/** Damaged, or no database at all. */
export const isCorrupt = (error: unknown): boolean => CORRUPT.has(codeOf(error) ?? 0);

/** Runs `work` again while others hold the lock, at most for seconds, then rejects as it did. It must change nothing when it throws. */
export async function whileBusy<T>(work: () => T, signal: AbortSignal): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (let n = 0; ; n++) {
    signal.throwIfAborted();
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      await sleep(Math.random() * Math.min(5 * 2 ** n, 60), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
