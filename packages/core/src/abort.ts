/** A signal of our own that follows a caller's until it is let go. */
export interface Link extends Disposable {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
}

/** A child signal that follows `parent` until disposed. Parents outlive many calls: no listener stays behind. */
export function follow(parent: AbortSignal): Link {
  const own = new AbortController();
  const pass = () => own.abort(parent.reason);
  if (parent.aborted) pass();
  else parent.addEventListener('abort', pass);
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    [Symbol.dispose]: () => parent.removeEventListener('abort', pass),
  };
}

/** Settles as `work` does, or rejects with the signal's reason the moment it fires, whether `work` heeds it or not. */
export function orAbort<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      Promise.resolve(work).catch(() => {});
      return reject(signal.reason);
    }
    const cut = () => reject(signal.reason);
    signal.addEventListener('abort', cut);
    work.then(
      (value) => {
        signal.removeEventListener('abort', cut);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', cut);
        reject(error);
      },
    );
  });
}
