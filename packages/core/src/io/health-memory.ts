import type { Claim, HealthStore } from '../ports.ts';
import {
  COOL,
  type Belief,
  type Beliefs,
  type Lease,
  type Report,
  type ReportTarget,
  type ScopeBelief,
  type Why,
} from '../rules/belief.ts';
import { believed, byHand, movedBack, reported, type Changes } from '../rules/health-verbs.ts';
import { isPristine } from '../rules/health.ts';
import { claimed, type Alive } from '../rules/lease.ts';
import { isBelow } from '../rules/scope-id.ts';
import { draw, type Bucket, type Draw, type Drawn } from '../rules/retry-bucket.ts';
import { scopesOf } from '../rules/scope.ts';

export interface MemoryHealthOptions {
  /** Whether the owner of a lease still lives. Within one process every owner does. */
  readonly alive?: Alive;
  /** Where the beliefs lie; by default a map of the store's own. */
  readonly known?: Map<string, Belief>;
}

/** Beliefs of this process alone. Every verb answers at once. */
export class MemoryHealth implements HealthStore {
  readonly #known: Map<string, Belief>;
  readonly #alive: Alive;
  readonly #buckets = new Map<string, Bucket>();

  constructor({ alive = () => true, known = new Map() }: MemoryHealthOptions = {}) {
    this.#known = known;
    this.#alive = alive;
  }

  read(scopes: readonly string[], now?: number): Beliefs {
    const found = believed(this.#known, scopes, this.#alive);
    const moved = now === undefined || found.size === 0 ? [] : movedBack(found, now);
    if (moved.length === 0) return found;
    keep(this.#known, moved);
    return believed(this.#known, scopes, this.#alive);
  }

  claim(scopes: readonly string[], lease: Lease, now: number, early = false): Claim {
    const { claim, changes } = claimed((scope) => this.#known.get(scope), { scopes, lease, now, early }, this.#alive);
    keep(this.#known, changes);
    return claim;
  }

  report(target: ReportTarget, report: Report, now: number): Beliefs {
    keep(this.#known, reported(this.#known, target, report, now));
    return believed(this.#known, scopesOf(target), this.#alive);
  }

  draw(endpoint: string, asked: Draw, now: number): Drawn {
    const { drawn, bucket } = draw(this.#buckets.get(endpoint), asked, now);
    this.#buckets.set(endpoint, bucket);
    return drawn;
  }

  set(scope: string, rest: { readonly until: number; readonly why: Why }, now: number): Belief {
    const belief = byHand(this.#known.get(scope), rest, now);
    this.#known.set(scope, belief);
    return belief;
  }

  clear(scope: string): number {
    let cleared = 0;
    for (const [id, belief] of this.#known) {
      if (!isBelow(id, scope)) continue;
      this.#known.delete(id);
      if (!isPristine(belief)) cleared += 1;
    }
    return cleared;
  }

  list(): readonly ScopeBelief[] {
    return listed(this.#known);
  }

  close(): void {}
}

/** Writes changes into a map: what is cool with nothing to remember is forgotten. */
export function keep(known: Map<string, Belief>, changes: Changes): void {
  for (const [scope, belief] of changes) {
    if (belief === COOL) known.delete(scope);
    else known.set(scope, belief);
  }
}

/** Rows for people, by scope. */
export const listed = (known: Beliefs): readonly ScopeBelief[] =>
  [...known]
    .filter(([, belief]) => !isPristine(belief))
    .map(([scope, belief]) => ({ scope, belief }))
    .toSorted((a, b) => (a.scope < b.scope ? -1 : 1));
