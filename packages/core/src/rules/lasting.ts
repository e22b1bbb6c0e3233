/** Entries between two looks at what is over, at least. */
const FEW = 64;

/** What holds by name until a moment. What is over is forgotten, whether or not anybody asks for it again: names may be without end. */
export class Lasting<V> {
  readonly #known = new Map<string, { readonly value: V; readonly until: number }>();
  #look = FEW;

  get size(): number {
    return this.#known.size;
  }

  get(name: string, now: number): V | undefined {
    const found = this.#known.get(name);
    return found && found.until > now ? found.value : undefined;
  }

  set(name: string, value: V, until: number, now: number): void {
    this.#known.set(name, { value, until });
    if (this.#known.size < this.#look) return;
    for (const [other, one] of this.#known) if (one.until <= now) this.#known.delete(other);
    this.#look = Math.max(FEW, 2 * this.#known.size);
  }

  delete(name: string): void {
    this.#known.delete(name);
  }
}
