import type { Clock, NewId, Random } from '../ports.ts';

/** The machine's own time, chance and ids. Uses nothing that only Node has. */

/** Longer timers fire at once instead. A rest may last 31 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Calls `wake` once after `ms`, however long that is. */
function after(ms: number, wake: () => void): () => void {
  if (ms < LONGEST_TIMER) {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  }
  const due = performance.now() + ms;
  const rest = (): number => Math.min(Math.max(due - performance.now(), 0), LONGEST_TIMER);
  const arm = (): ReturnType<typeof setTimeout> =>
    setTimeout(() => {
      // A timer may fire a fraction of a millisecond early: that is not yet another wait.
      if (due - performance.now() > 1) timer = arm();
      else wake();
    }, rest());
  let timer = arm();
  return () => clearTimeout(timer);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      letGo();
      reject(signal.reason);
    };
    const letGo = after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  sleep,
  after,
};

export const systemRandom: Random = () => Math.random();

/** As many ids of one process can differ in their first eight digits. */
const COUNTED = 2 ** 28;
let counted = 0;
let own = '';

/**
 * An id as unique as a random UUID, for less: what is random in it is made once for the whole process, and its first digits, which people
 * see, count. To be guessed by nobody, take `systemNewId`.
 */
export const systemCallId: NewId = () => {
  const at = counted++ % COUNTED;
  if (at === 0) own = crypto.randomUUID().slice(8);
  // An odd factor: every number below COUNTED comes once.
  return (COUNTED + (Math.imul(at, 0x9e3779b1) & (COUNTED - 1))).toString(16) + own;
};

/** A random UUID. */
export const systemNewId: NewId = () => crypto.randomUUID();
