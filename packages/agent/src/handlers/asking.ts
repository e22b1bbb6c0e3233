import { follow, type Link } from '@holdfast/core/engine';

/** How long one call may ask something: until it is over, or stopped. Its signal is made when it asks for the first time; most calls never do. */
export class Asking {
  readonly #stop: AbortSignal;
  #link: Link | undefined;
  #over = false;

  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  get signal(): AbortSignal {
    this.#link ??= follow(this.#stop);
    if (this.#over) this.#end(this.#link);
    return this.#link.signal;
  }

  over(): void {
    this.#over = true;
    if (this.#link) this.#end(this.#link);
  }

  #end(link: Link): void {
    link.abort(new Error('the call is over'));
    link[Symbol.dispose]();
  }
}
