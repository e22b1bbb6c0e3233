import type { Touches } from '../ports.ts';

/**
 * What each call of a reply was found to touch when it was judged. A call that waits its turn is looked at again before it runs: an earlier
 * call of the same reply may have laid a link where there was none, and what was allowed was another place.
 */
export class Judged {
  readonly #touches = new Map<string, string>();

  set(call: string, touches: Touches): void {
    this.#touches.set(call, textOf(touches));
  }

  /** Calls of an earlier reply are over. */
  clear(): void {
    this.#touches.clear();
  }

  /** True when the call was judged in this process, and would touch something else now. */
  changed(call: string, now: Touches): boolean {
    const before = this.#touches.get(call);
    return before !== undefined && before !== textOf(now);
  }
}

const textOf = ({ reads, writes, command }: Touches): string => JSON.stringify([reads, writes, command]);
