import type { AttemptRun } from './attempt-run.ts';
import type { Machine } from './machine.ts';
import type { Clock, HealthStore, Random } from './ports.ts';
import type { Beliefs, Report } from './rules/belief.ts';
import type { FailureKind, ModelFailure } from './rules/failure.ts';
import { doubtOf } from './rules/machine.ts';
import { isSuspicion, scopeOf, scopesOf } from './rules/scope.ts';
import type { RequestFacts, Target } from './rules/target.ts';

interface Suspicion {
  readonly target: Target;
  readonly scope: string | undefined;
  readonly report: Report;
  /** The store has heard it, under a lease; only a conviction is news. */
  readonly told: boolean;
  /** Not the request but this machine may be to blame: a fact, unless another host meets the same (field note 20). */
  readonly doubt: boolean;
}

export interface WitnessPorts {
  readonly clock: Clock;
  readonly health: HealthStore;
  readonly random: Random;
  readonly machine?: Machine;
}

/** When each credential last answered, as far as this process knows: a key that worked today is rested shortly (section 2, `auth`). */
export type Worked = Map<string, number>;

/**
 * Tells the health store what one call saw.
 *
 * W1. A fact is reported when it happens; a suspicion once, when the call's fate is known (H5).
 * W2. At most two reports an attempt: one at the commit, one at the end (H9).
 * W3. A success on what was believed pristine reports nothing (H2).
 */
export class Witness {
  readonly #ports: WitnessPorts;
  readonly #facts: RequestFacts;
  readonly #caller: string | undefined;
  readonly #cooldown: number | undefined;
  readonly #worked: Worked;
  #suspicions: Suspicion[] = [];

  constructor(ports: WitnessPorts, facts: RequestFacts, caller: string | undefined, cooldown: number | undefined, worked: Worked) {
    this.#ports = ports;
    this.#facts = facts;
    this.#caller = caller;
    this.#cooldown = cooldown;
    this.#worked = worked;
  }

  /** The first content of `run` was seen: it clears its own scopes and convicts whom this call suspected. */
  ok<P>(run: AttemptRun<P>, beliefs: Beliefs): Promise<void> | undefined {
    this.#worked.set(run.target.credential, run.began);
    if (!run.target.loopback) this.#ports.machine?.answered();
    return beliefs.size > 0 || this.#suspicions.length > 0 ? this.#proven(run, beliefs) : undefined;
  }

  async #proven<P>(run: AttemptRun<P>, beliefs: Beliefs): Promise<void> {
    if (beliefs.size > 0 && (run.lease !== undefined || scopesOf(run.target).some((scope) => beliefs.has(scope))))
      await this.#tell(run.target, this.#report(run, 'ok', 'fact', 'commit'));
    run.lease = undefined;
    // What just answered is no longer suspected by this call: only another scope's success convicts (H5).
    const own = new Set<string | undefined>(scopesOf(run.target));
    this.#suspicions = this.#suspicions.filter(({ scope }) => !own.has(scope));
    if (this.#suspicions.length > 0) await this.#settle('convict');
  }

  /** Answers until when the target now rests (epoch ms), when that was decided at once. */
  async failed<P>(run: AttemptRun<P>, failure: ModelFailure): Promise<number | undefined> {
    if (failure.kind === 'local') this.#suspicions = this.#suspicions.filter(({ doubt }) => !doubt);
    if (failure.kind === 'cancelled' || failure.kind === 'local' || failure.facts.shortened) {
      return run.lease === undefined ? undefined : this.#tellEnd(run, failure, 'fact');
    }
    const doubt = run.lease === undefined && doubtOf(failure.kind, failure.facts) !== undefined;
    const suspicion = isSuspicion(failure.kind, failure.facts);
    if (suspicion || doubt) {
      const scope = scopeOf(run.target, failure.kind, failure.facts);
      const { lease: _own, ...report } = this.#report(run, failure, 'suspect', 'end');
      this.#suspicions.push({ target: run.target, scope, report, told: run.lease !== undefined, doubt });
      if (run.lease === undefined) return undefined;
    }
    return this.#tellEnd(run, failure, suspicion ? 'suspect' : 'fact');
  }

  /** Under a lease the end is told at once: for the scopes it covers it is a fact, a suspicion of any other stays one (H5, H6). */
  async #tellEnd<P>(run: AttemptRun<P>, failure: ModelFailure, verdict: Report['verdict']): Promise<number | undefined> {
    return restsUntil(await this.#tell(run.target, this.#report(run, failure, verdict, 'end')), this.#ports.clock.now());
  }

  /** The call is over without an answer. True: two endpoints failed it, so the request itself is the suspect and nobody is rested. */
  async gaveUp(): Promise<boolean> {
    const endpoints = new Set(this.#suspicions.flatMap(({ target, doubt }) => (doubt ? [] : target.entry)));
    if (endpoints.size > 1) this.#suspicions = this.#suspicions.filter(({ doubt }) => doubt);
    await this.#settle('suspect');
    return endpoints.size > 1;
  }

  /** What was held against a target was none of its faults. */
  forgive(kind: FailureKind): void {
    this.#suspicions = this.#suspicions.filter(({ report }) => report.outcome === 'ok' || report.outcome.kind !== kind);
  }

  /** Nothing can be said: the caller left before the call's fate was known. */
  forget(): void {
    this.#suspicions = [];
  }

  async #settle(verdict: 'convict' | 'suspect'): Promise<void> {
    const pending = this.#suspicions;
    this.#suspicions = [];
    const last = new Map(pending.map((one) => [one.target.place, one]));
    for (const { target, report, told, doubt } of last.values())
      if (verdict === 'convict' || !told) await this.#tell(target, { ...report, verdict: doubt ? 'fact' : verdict });
  }

  async #tell(target: Target, report: Report): Promise<Beliefs> {
    return this.#ports.health.report(target, report, this.#ports.clock.now());
  }

  #report<P>(run: AttemptRun<P>, outcome: 'ok' | ModelFailure, verdict: Report['verdict'], phase: Report['phase']): Report {
    // A key that cannot be seen may be another one by now: its refusal is held against it as against one that worked today.
    const workedAt = this.#worked.get(run.target.credential) ?? (run.target.fingerprint === undefined ? run.began : undefined);
    return {
      outcome: outcome === 'ok' ? 'ok' : { kind: outcome.kind, facts: outcome.facts },
      verdict,
      phase,
      began: run.began,
      // A hash of the whole prompt, which only a suspicion is compared by (H5).
      ...(verdict === 'suspect' && { prompt: this.#facts.prompt }),
      ...(this.#caller !== undefined && { caller: this.#caller }),
      ...(run.lease !== undefined && { lease: run.lease }),
      ...(this.#cooldown !== undefined && { cooldown: this.#cooldown }),
      ...(workedAt !== undefined && { workedAt }),
      chance: this.#ports.random(),
    };
  }
}

const restsUntil = (beliefs: Beliefs, now: number): number | undefined => {
  let until = 0;
  for (const belief of beliefs.values()) if (belief.tag !== 'cool') until = Math.max(until, belief.until);
  return until > now ? until : undefined;
};
