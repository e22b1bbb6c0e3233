/** Reads in a row after which a list that never stands still is taken as it is. */
const MOST_READS = 3;

/**
 * A list a server has, read once and kept until the server says that it changed.
 *
 * G1. What was read before a change is never kept after it.
 * G2. However many want it, it is read once at a time.
 */
export class Listed<S extends object, T> {
  readonly #read: (source: S) => Promise<T>;
  #generation = 0;
  #kept: { readonly source: S; readonly value: T } | undefined;
  #reading: { readonly source: S; readonly value: Promise<T> } | undefined;

  constructor(read: (source: S) => Promise<T>) {
    this.#read = read;
  }

  changed(): void {
    this.#generation += 1;
    this.#kept = undefined;
  }

  async of(source: S): Promise<T> {
    if (this.#kept?.source === source) return this.#kept.value;
    if (this.#reading?.source === source) return this.#reading.value;
    const reading = { source, value: this.#current(source) };
    this.#reading = reading;
    const over = (): void => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.value.then(over, over);
    return reading.value;
  }

  async #current(source: S): Promise<T> {
    for (let reads = 1; ; reads++) {
      const generation = this.#generation;
      const value = await this.#read(source);
      if (generation === this.#generation) this.#kept = { source, value };
      if (generation === this.#generation || reads === MOST_READS) return value;
    }
  }
}
