/** The end of a source. A symbol, so that no part can be mistaken for it. */
export const END: unique symbol = Symbol('holdfast.end');
export type End = typeof END;

/**
 * The one stream shape inside: pulled, cancellable, nothing read ahead (C3).
 *
 * S1. One part per `next`; calls do not overlap.
 * S2. After END or a rejection every further `next` answers END.
 * S3. `cancel` reaches whoever produces, settles a pending `next` (END), may be called at any time and any number of times.
 */
export interface Source<P> {
  next(): Promise<P | End>;
  cancel(reason: unknown): void;
  /** The same as `next().then(take, fail)` for who pulls part after part, with no promise made for it: one of them is told, at once or later. Neither throws. */
  pull?(take: (part: P | End) => void, fail: (error: unknown) => void): void;
}

/** The next part, without a promise where it is at hand. What is thrown at once is thrown, what comes later rejects. */
export function nextOf<P>(source: Source<P>): P | End | Promise<P | End> {
  if (source.pull === undefined) return source.next();
  const once = new Once<P>();
  source.pull(once.take, once.fail);
  return once.answer();
}

class Once<P> {
  #came: { readonly part: P | End } | undefined;
  #broke: { readonly error: unknown } | undefined;
  #later: { readonly resolve: (part: P | End) => void; readonly reject: (error: unknown) => void } | undefined;

  readonly take = (part: P | End): void => {
    if (this.#later) this.#later.resolve(part);
    else this.#came = { part };
  };

  readonly fail = (error: unknown): void => {
    if (this.#later) this.#later.reject(error);
    else this.#broke = { error };
  };

  answer(): P | End | Promise<P | End> {
    if (this.#came) return this.#came.part;
    if (this.#broke) throw this.#broke.error;
    return new Promise((resolve, reject) => {
      this.#later = { resolve, reject };
    });
  }
}
