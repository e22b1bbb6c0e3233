/** Why a stream of events ends that its reader did not leave. */
export type StreamEnd = 'deleted' | 'closing' | 'slow';

/** The streams that are open, by session: so that they end with what they show. */
export class OpenStreams {
  readonly #ends = new Map<string, Set<(why: StreamEnd) => void>>();
  #closed = false;

  open(session: string, end: (why: StreamEnd) => void): Disposable {
    if (this.#closed) end('closing');
    const own = (why: StreamEnd): void => end(why);
    const all = this.#ends.get(session) ?? new Set();
    this.#ends.set(session, all.add(own));
    return {
      [Symbol.dispose]: () => {
        all.delete(own);
        if (all.size === 0 && this.#ends.get(session) === all) this.#ends.delete(session);
      },
    };
  }

  deleted(session: string): void {
    for (const end of this.#ends.get(session) ?? []) end('deleted');
  }

  close(): void {
    this.#closed = true;
    for (const ends of this.#ends.values()) for (const end of ends) end('closing');
  }
}
