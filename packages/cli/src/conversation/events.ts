/** What happened and was not dealt with yet, in order. One reader. */
export class Events<T> {
  readonly #all: T[] = [];
  #wake: () => void = () => {};

  push(event: T): void {
    this.#all.push(event);
    this.#wake();
  }

  async next(): Promise<T> {
    while (this.#all.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#all.shift()!;
  }
}
