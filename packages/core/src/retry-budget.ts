import type { HealthStore } from './ports.ts';
import { keyOf } from './rules/caller-key.ts';
import { Lasting } from './rules/lasting.ts';
import { counted, draw, SLOT_MS, slotOf, type Bucket, type Counted, type Draw, type Drawn } from './rules/retry-bucket.ts';

/** Slots of ten seconds that a bucket looks back (a minute). */
const SLOTS = 6;

interface Endpoint {
  now: { -readonly [K in keyof Counted]: Counted[K] };
  before: Counted[];
  /** By caller: epoch ms before which the bucket is known to refuse. */
  refused: Lasting<number>;
}

/**
 * P6: counts the calls of each endpoint in memory, and asks the store's bucket for a retry: a healthy call costs no write. What a process
 * counted is told with its next draw; until then other processes do not know of it.
 */
export class RetryBudget {
  readonly #health: HealthStore;
  readonly #endpoints = new Map<string, Endpoint>();
  /** For a store that keeps no buckets. */
  readonly #own = new Map<string, Bucket>();

  constructor(health: HealthStore) {
    this.#health = health;
  }

  /** A call begins that is no retry. `now`: epoch ms. */
  called(endpoint: string, caller: string | undefined, now: number): void {
    const one = this.#at(endpoint, now);
    const name = keyOf(caller ?? '');
    // The common call changes one number.
    if (one.now.seen.includes(name)) one.now.calls++;
    else one.now = { ...counted(one.now, name) };
  }

  /** Whether one more request may be spent on an endpoint that this call has asked before; hedges ask here too. Never rejects. */
  async draw(endpoint: string, caller: string | undefined, now: number): Promise<boolean> {
    const one = this.#at(endpoint, now);
    const name = keyOf(caller ?? '');
    const closed = one.refused.get(name, now) ?? 0;
    if (closed > 0 && closed <= now + SLOTS * SLOT_MS) return false;
    const asked: Draw = { calls: [...one.before, one.now], ...(caller !== undefined && { caller: name }) };
    one.before = [];
    one.now = { at: slotOf(now), calls: 0, seen: [] };
    const drawn = await this.#ask(endpoint, asked, now);
    if (drawn.ok) one.refused.delete(name);
    else one.refused.set(name, drawn.until, drawn.until, now);
    return drawn.ok;
  }

  async #ask(endpoint: string, asked: Draw, now: number): Promise<Drawn> {
    try {
      const shared = this.#health.draw?.(endpoint, asked, now);
      if (shared !== undefined) return await shared;
    } catch {
      // A store that fails stops no call: this process goes by what it knows itself.
    }
    const { drawn, bucket } = draw(this.#own.get(endpoint), asked, now);
    this.#own.set(endpoint, bucket);
    return drawn;
  }

  #at(endpoint: string, now: number): Endpoint {
    const at = slotOf(now);
    let one = this.#endpoints.get(endpoint);
    if (one === undefined) this.#endpoints.set(endpoint, (one = { now: { at, calls: 0, seen: [] }, before: [], refused: new Lasting() }));
    if (one.now.at === at) return one;
    one.before = [...one.before, one.now].slice(-SLOTS);
    one.now = { at, calls: 0, seen: [] };
    return one;
  }
}

const budgets = new WeakMap<HealthStore, RetryBudget>();

/** Of everything in this process that shares a store. */
export function retryBudget(health: HealthStore): RetryBudget {
  let budget = budgets.get(health);
  if (budget === undefined) budgets.set(health, (budget = new RetryBudget(health)));
  return budget;
}
