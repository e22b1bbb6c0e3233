/** What is for eyes only: pieces of an answer that is not finished, and their withdrawal; output of tools that run. Never stored. */
export type LiveEvent = {
  readonly session: string;
  readonly run: string;
  /** The agent path: `[]` for the root. */
  readonly path: readonly string[];
} & (
  | ({
      readonly turn: number;
      /** Which showing of the answer a piece belongs to; the stored reply names the one that stayed. */
      readonly attempt: string;
    } & (
      | { readonly type: 'text' | 'reasoning'; readonly text: string }
      /** Arguments of a call as they arrive; it is not complete, and may be withdrawn. */
      | { readonly type: 'tool-input'; readonly id: string; readonly name: string; readonly text: string }
      | { readonly type: 'withdrawn'; readonly kind: string; readonly message: string }
    ))
  | { readonly type: 'tool-output'; readonly call: string; readonly text: string }
);

/** Told what happens as it happens, in order. What it throws is dropped; it must not wait. */
export type LiveListener = (event: LiveEvent) => void;

/**
 * L1. A listener that throws is dropped and reported; the run does not notice.
 * L2. A listener sees what comes after it; nothing is kept for it.
 */
export class Live {
  readonly #listeners = new Set<LiveListener>();
  readonly #lost: (error: unknown) => void;

  constructor(lost: (error: unknown) => void) {
    this.#lost = lost;
  }

  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  send(event: LiveEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#listeners.delete(listener);
        this.#lost(error);
      }
    }
  }

  subscribe(listener: LiveListener): Disposable {
    // A wrapper of its own: the same function may listen twice.
    const own: LiveListener = (event) => listener(event);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }
}
