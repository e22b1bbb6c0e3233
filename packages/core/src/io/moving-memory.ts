import type { MovingStore } from '../moving-store.ts';
import type { Origin } from '../rules/transcript/origin.ts';

const MOST = 100_000;

/** What moved between models, for several chains of one process. */
export class MemoryMoving implements MovingStore {
  readonly #repairs = new Map<string, Map<string, number>>();
  readonly #makers = new Map<string, { readonly origin: Origin; readonly at: number }>();

  repairs(scope: string, since: number): readonly string[] {
    return [...(this.#repairs.get(scope) ?? [])].flatMap(([repair, at]) => (at >= since ? [repair] : []));
  }

  learn(scope: string, repair: string, now: number): void {
    const known = this.#repairs.get(scope) ?? new Map<string, number>();
    this.#repairs.set(scope, known.set(repair, now));
  }

  makers(hashes: readonly string[], since: number): ReadonlyMap<string, Origin> {
    const found = new Map<string, Origin>();
    for (const hash of hashes) {
      const known = this.#makers.get(hash);
      if (known && known.at >= since) found.set(hash, known.origin);
    }
    return found;
  }

  handedOut(hashes: readonly string[], origin: Origin, now: number): void {
    for (const hash of hashes) {
      this.#makers.delete(hash);
      this.#makers.set(hash, { origin, at: now });
      const [oldest] = this.#makers.size > MOST ? this.#makers.keys() : [];
      if (oldest !== undefined) this.#makers.delete(oldest);
    }
  }

  close(): void {}
}
