import type { WirePart } from '@holdfast/core/wire';

/** Parts that were read and not yet handed on. */
export class DueParts {
  #parts: WirePart[] = [];
  #at = 0;

  push(...parts: readonly WirePart[]): void {
    this.#parts.push(...parts);
  }

  next(): WirePart | undefined {
    const part = this.#parts[this.#at];
    if (part !== undefined && ++this.#at === this.#parts.length) this.clear();
    return part;
  }

  clear(): void {
    this.#parts = [];
    this.#at = 0;
  }
}
