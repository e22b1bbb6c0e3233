import type { AffinityStore } from '../ports.ts';
import { isNewer, type Kept } from '../rules/affinity.ts';

/** As many conversations as are kept at once; the one not answered for longest goes first. */
const MOST = 10_000;

/** Where this process answered its conversations. */
export class MemoryAffinity implements AffinityStore {
  readonly #known = new Map<string, Kept>();

  empty(): boolean {
    return this.#known.size === 0;
  }

  read(key: string): Kept | undefined {
    return this.#known.get(key);
  }

  write(key: string, kept: Kept): void {
    if (!isNewer(this.#known.get(key), kept.at)) return;
    this.#known.delete(key);
    this.#known.set(key, kept);
    const [oldest] = this.#known.size > MOST ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  forget(key: string, at: number): void {
    if (isNewer(this.#known.get(key), at)) this.#known.delete(key);
  }

  close(): void {}
}
