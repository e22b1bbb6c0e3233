import type { Clock, HealthStore, NewId } from './ports.ts';
import type { Beliefs, Lease } from './rules/belief.ts';
import { leaseScopes } from './rules/plan-standing.ts';
import type { PastAttempt } from './rules/plan.ts';
import { LEASE_MS, RENEW_MS } from './rules/settle.ts';
import type { Target } from './rules/target.ts';

/** Ms between two looks at a lease that another call holds (P3). */
const CONTESTED = 250;

export interface ProbePorts {
  readonly clock: Clock;
  readonly health: HealthStore;
  readonly newId: NewId;
  readonly owner: string;
}

/** The probe lease of one attempt (H6): claimed for all of its target's resting scopes or none, renewed until `end`; the lease itself ends with the attempt's report. */
export class Probe {
  readonly #ports: ProbePorts;
  #id: string | undefined;
  #letGo: () => void = () => {};

  constructor(ports: ProbePorts) {
    this.#ports = ports;
  }

  /** Set while a lease is held. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Answers 0 when the lease is ours, else the ms after which to look again. */
  async claim(target: Target, beliefs: Beliefs, failed: readonly PastAttempt[], early: boolean): Promise<number> {
    const { clock, health, newId, owner } = this.#ports;
    const id = newId();
    const scopes = leaseScopes(target, beliefs, failed, clock.now());
    const ask = () => health.claim(scopes, { id, owner, until: clock.now() + LEASE_MS } satisfies Lease, clock.now(), early);
    const claim = await ask();
    if (!claim.ok) return Math.max(1, Math.min(CONTESTED, claim.until - clock.now()));
    this.#id = id;
    this.#renew(ask);
    return 0;
  }

  #renew(ask: () => unknown): void {
    this.#letGo = this.#ports.clock.after(RENEW_MS, () => {
      void Promise.resolve(ask()).catch(() => {});
      this.#renew(ask);
    });
  }

  end(): void {
    this.#letGo();
    this.#id = undefined;
  }
}
