/** Holds an answer at a known place until the test lets it go on. */
export interface Gate {
  /** After this many frames, or before the response's head. */
  readonly at: number | 'head';
  /** Settled once an answer stands at the gate: everything before it has been sent. */
  readonly reached: Promise<void>;
  readonly released: Promise<void>;
  /** Used by the provider. */
  arrive(): void;
  release(): void;
}

export function gate(at: number | 'head'): Gate {
  const { promise: reached, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  return { at, reached, released, arrive, release };
}
