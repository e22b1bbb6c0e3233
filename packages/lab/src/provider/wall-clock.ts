import type { Clock } from '@holdfast/core';

/** The machine's own time, for providers that answer real sockets. */
export const wallClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const cut = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', cut);
        resolve();
      }, ms);
      signal.addEventListener('abort', cut, { once: true });
    }),
  after: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};
