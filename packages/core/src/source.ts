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
