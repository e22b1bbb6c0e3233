export interface Gone extends Disposable {
  /** The caller's signal, or the reader's cancel. */
  readonly signal: AbortSignal;
  readonly cancelled: boolean;
  cancel(reason: unknown): void;
}

/** Follows the caller's signal until disposed: a listener left on it would show in every test that counts them. */
export function following(signal: AbortSignal | undefined): Gone {
  const own = new AbortController();
  const pass = () => own.abort(signal?.reason);
  if (signal?.aborted) pass();
  else signal?.addEventListener('abort', pass, { once: true });
  let cancelled = false;
  return {
    signal: own.signal,
    get cancelled() {
      return cancelled;
    },
    cancel: (reason) => {
      cancelled = true;
      own.abort(reason);
    },
    [Symbol.dispose]: () => signal?.removeEventListener('abort', pass),
  };
}

/** Waits for the end of the wait. */
export const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
