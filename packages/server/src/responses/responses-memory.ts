import type { Clock } from '@holdfast/core/engine';
import type { JsonObject } from '@holdfast/core/wire';
import type { ResponsesStore } from './responses-store.ts';
import { referable, type KeptResponse } from '../rules/kept-response.ts';

export interface MemoryResponsesOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Ms for which a response is kept after it was last gone on from. */
  readonly keep: number;
}

/** Ms longer for which the past of a response is kept: it is not renewed with every answer. */
export const SPARE = 10 * 60_000;

/** Responses of all callers together; the oldest make room. */
const MOST = 10_000;

/** Responses for one process, for as long as it lives. */
export class MemoryResponses implements ResponsesStore {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #keep: number;
  readonly #kept = new Map<string, { readonly caller: string; readonly kept: KeptResponse; until: number }>();

  constructor({ clock, keep }: MemoryResponsesOptions) {
    this.#clock = clock;
    this.#keep = keep;
  }

  save(caller: string, kept: KeptResponse): void {
    const until = this.#clock.now() + this.#keep;
    this.#put(caller, kept, until);
    for (let { previous } = kept; previous !== undefined;) {
      const before = this.#kept.get(keyOf(caller, previous));
      if (!before || before.until >= until) return;
      this.#put(caller, before.kept, until + SPARE);
      ({ previous } = before.kept);
    }
  }

  get(caller: string, id: string): KeptResponse | undefined {
    return this.#find(caller, id);
  }

  chain(caller: string, id: string): readonly KeptResponse[] | undefined {
    const found: KeptResponse[] = [];
    for (let wanted: string | undefined = id; wanted !== undefined;) {
      const one = this.#find(caller, wanted);
      if (!one || found.includes(one)) return undefined;
      found.push(one);
      wanted = one.previous;
    }
    return found.toReversed();
  }

  items(caller: string, ids: readonly string[]): ReadonlyMap<string, JsonObject> {
    const wanted = new Set(ids);
    const found = new Map<string, JsonObject>();
    const now = this.#clock.now();
    for (const { caller: whose, kept, until } of this.#kept.values()) {
      if (whose !== caller || until <= now) continue;
      for (const [id, item] of referable(kept)) if (wanted.has(id)) found.set(id, item);
    }
    return found;
  }

  delete(caller: string, id: string): boolean {
    return this.#find(caller, id) !== undefined && this.#kept.delete(keyOf(caller, id));
  }

  close(): void {}

  #find(caller: string, id: string): KeptResponse | undefined {
    const found = this.#kept.get(keyOf(caller, id));
    return found && found.until > this.#clock.now() ? found.kept : undefined;
  }

  #put(caller: string, kept: KeptResponse, until: number): void {
    const key = keyOf(caller, kept.id);
    this.#kept.delete(key);
    this.#kept.set(key, { caller, kept, until });
    const now = this.#clock.now();
    for (const [old, one] of this.#kept) {
      if (one.until > now && this.#kept.size <= MOST) return;
      this.#kept.delete(old);
    }
  }
}

const keyOf = (caller: string, id: string): string => JSON.stringify([caller, id]);
