/** The end of a body. */
export const OVER: unique symbol = Symbol('holdfast.over');

/** A provider's answer, its body pulled chunk by chunk: nothing is read ahead but what one read of the socket brought (C3). */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Tells one chunk, `OVER`, or what broke the body; at once where it is there. Reads do not overlap. */
  read(take: (chunk: Buffer | typeof OVER) => void, fail: (error: unknown) => void): void;
  /** Lets go of the connection. */
  abort(reason: unknown): void;
}
