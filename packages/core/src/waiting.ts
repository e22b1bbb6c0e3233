import { follow, type Link } from './abort.ts';
import type { Clock } from './ports.ts';

/** The waiting of one call. It ends at once when its caller leaves (the signal) or its consumer does (`leave`), and leaves nothing behind. */
export class Waiting {
  /** The consumer has left: nobody waits any more. */
  left = false;
  /** Ms waited for targets that rest. */
  waited = 0;
  readonly #clock: Clock;
  readonly #caller: AbortSignal;
  #link: Link | undefined;

  constructor(clock: Clock, caller: AbortSignal) {
    this.#clock = clock;
    this.#caller = caller;
  }

  /** Resolves after `ms`, or as soon as the consumer has left; rejects with the caller's reason. */
  async sleep(ms: number): Promise<void> {
    if (this.left) return;
    using link = (this.#link = follow(this.#caller));
    try {
      await this.#clock.sleep(ms, link.signal);
    } catch (reason) {
      if (!this.left) throw reason;
    }
  }

  /** For a target that rests: counts against the caller's patience. */
  async wait(ms: number): Promise<void> {
    await this.sleep(ms);
    this.waited += ms;
  }

  leave(): void {
    this.left = true;
    this.#link?.abort(undefined);
  }
}
