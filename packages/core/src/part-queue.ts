/**
 * Parts that wait to be handed on, first in first out, without moving what is left; and behind them what is held back: the head before
 * the commit (C1), the pieces of an unfinished tool call (C7).
 */
export class PartQueue<P> {
  #parts: P[] = [];
  #at = 0;
  #held: P[] = [];

  get holding(): boolean {
    return this.#held.length > 0;
  }

  hold(part: P): void {
    this.#held.push(part);
  }

  /** What was held may go. */
  release(): void {
    if (this.#held.length === 0) return;
    this.push(this.#held);
    this.#held = [];
  }

  /** What was held was never shown, and never will be. */
  forget(): void {
    if (this.#held.length > 0) this.#held = [];
  }

  get empty(): boolean {
    return this.#parts.length === 0;
  }

  push(parts: readonly P[]): void {
    for (const part of parts) this.#parts.push(part);
  }

  shift(): P {
    const part = this.#parts[this.#at++]!;
    if (this.#at === this.#parts.length) this.clear();
    return part;
  }

  clear(): void {
    this.#parts = [];
    this.#at = 0;
  }
}
