import type { Clock } from '@holdfast/core';
import { follow, orAbort } from '@holdfast/core/engine';

/** A signal that follows another's and fires when the time is over, and that can stand still. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  /** Its time was over. */
  readonly passed: boolean;
  /** Stands still until the answer is called; begins anew then. */
  pause(): () => void;
}

export function timeLimit(signal: AbortSignal, ms: number | undefined, clock: Clock): TimeLimit {
  const link = follow(signal);
  let letGo = (): void => {};
  let passed = false;
  let pauses = 0;
  let over = false;
  const arm = (): void => {
    if (ms === undefined || over) return;
    letGo = clock.after(ms, () => {
      passed = true;
      link.abort(new Error(`${ms} ms are over`));
    });
  };
  arm();
  return {
    signal: link.signal,
    get passed() {
      return passed;
    },
    pause() {
      pauses += 1;
      letGo();
      return () => {
        pauses -= 1;
        if (pauses === 0) arm();
      };
    },
    [Symbol.dispose]() {
      over = true;
      letGo();
      link[Symbol.dispose]();
    },
  };
}

/** What `work` comes to, or `undefined` when that takes longer than `ms`. Rejects with the signal's reason when that fires. */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  using limit = timeLimit(signal, ms, clock);
  try {
    return { value: await orAbort(work(limit.signal), limit.signal) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limit.passed) return undefined;
    throw error;
  }
}
