/** Parts that wait to be handed on, first in first out, without moving what is left. */
export class PartQueue<P> {
  #parts: P[] = [];
  #at = 0;

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
