import type { ModelFailure } from '../rules/failure.ts';
import type { Attempt } from '../model.ts';
import { follow, type Link } from '../abort.ts';
import type { Dialect } from './dialect.ts';

/** A whole JSON completion where a stream was due (E2). */
export interface WholeBody {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Thrown out of `fetch` so that the vendor package lets go; the answer lies in `exchange.whole`. */
export class WholeAnswer extends Error {
  override readonly name: string = 'WholeAnswer';
}

/**
 * One attempt's side of the transport: what the vendor package cannot carry through. The package hands our own signal back to `fetch`, and
 * by it the transport finds the exchange.
 *
 * X1. `failure` is the first thing that went wrong on the wire, classified; it outranks whatever the vendor package made of it.
 * X2. Bytes flow only while a part is being waited for (`want`), one chunk in flight at most (C3).
 * X3. After `end` the socket is let go and nothing of the attempt is left: no listener, no timer.
 */
export class Exchange {
  readonly attempt: Attempt;
  readonly dialect: Dialect;
  /** What was asked for. */
  mode: 'stream' | 'whole' = 'stream';
  whole: WholeBody | undefined;
  /** A ping, a comment, a frame without content: called while a part is waited for. */
  onPing: (() => void) | undefined;
  #failure: ModelFailure | undefined;
  readonly #link: Link;
  #wanted = true;
  #waiters: (() => void)[] = [];
  /** Responses whose end was seen and that are only being read to their end, so that their sockets may be used again. */
  #draining = 0;
  #over = false;

  constructor(attempt: Attempt, dialect: Dialect) {
    this.attempt = attempt;
    this.dialect = dialect;
    this.#link = follow(attempt.signal);
  }

  get signal(): AbortSignal {
    return this.#link.signal;
  }

  get failure(): ModelFailure | undefined {
    return this.#failure;
  }

  get over(): boolean {
    return this.#over;
  }

  fail(failure: ModelFailure): void {
    this.#failure ??= failure;
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) this.#wake();
  }

  /** Resolves when a part is waited for. */
  wanted(): Promise<void> | undefined {
    return this.#wanted || this.#over ? undefined : new Promise((resolve) => this.#waiters.push(resolve));
  }

  drain(reading: Promise<void>): void {
    this.#draining++;
    void reading.finally(() => this.#draining--);
  }

  /** The attempt is over. `cut` lets go of the socket at once even where the answer is complete. */
  end(reason: unknown, cut: boolean): void {
    if (!this.#over) {
      this.#over = true;
      this.#link[Symbol.dispose]();
      this.#wake();
    }
    if (cut || this.#draining === 0) this.#link.abort(reason);
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
