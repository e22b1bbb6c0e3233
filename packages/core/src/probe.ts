import type { AttemptRun } from './attempt-run.ts';
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

/**
 * The probe lease of one attempt (H6): claimed for all of its target's resting scopes or none, renewed until `end`; the lease itself ends
 * with the attempt's report. After a probe's success the same claim asks for a place in the ramp instead, which is no lease.
 */
export class Probe {
  readonly #ports: ProbePorts;
  #id: string | undefined;
  #place: string | undefined;
  #target: Target | undefined;
  #letGo: () => void = () => {};

  constructor(ports: ProbePorts) {
    this.#ports = ports;
  }

  /** Set while a lease is held. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Answers 0 when the call may go, under a lease where there is one to hold, else the ms after which to look again. */
  async claim(target: Target, beliefs: Beliefs, failed: readonly PastAttempt[], early: boolean): Promise<number> {
    const { clock, health, newId, owner } = this.#ports;
    const id = newId();
    this.#target = target;
    const width = target.width === undefined ? {} : { width: target.width };
    const scopes = leaseScopes(target, beliefs, failed, clock.now());
    const ask = () => health.claim(scopes, { id, owner, until: clock.now() + LEASE_MS, ...width } satisfies Lease, clock.now(), early);
    const claim = await ask();
    if (!claim.ok) return Math.max(1, Math.min(CONTESTED, claim.until - clock.now()));
    if (claim.ramp) {
      this.#place = target.width === undefined ? undefined : id;
      return 0;
    }
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

  /** The place that was claimed in a ramp is this attempt's until it ends, however it ends. */
  seat<P>(run: AttemptRun<P>): void {
    const lease = this.#place;
    if (lease === undefined) return;
    this.#place = undefined;
    const { clock, health } = this.#ports;
    const report = { outcome: 'ok', verdict: 'fact', phase: 'end', began: run.began, chance: 0, lease } as const;
    run.onEnd = () => void Promise.resolve(health.report(run.target, report, clock.now())).catch(() => {});
  }

  /** What was claimed is not used: nobody has to wait until it runs out. */
  giveBack(): void {
    const lease = this.#id ?? this.#place;
    const target = this.#target;
    this.end();
    this.#place = undefined;
    if (lease === undefined || target === undefined) return;
    const now = this.#ports.clock.now();
    const outcome = { kind: 'cancelled', facts: {} } as const;
    const report = { outcome, verdict: 'fact', phase: 'end', began: now, chance: 0, lease } as const;
    void Promise.resolve(this.#ports.health.report(target, report, now)).catch(() => {});
  }

  end(): void {
    this.#letGo();
    this.#id = undefined;
  }
}
