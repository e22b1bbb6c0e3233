import type { AttemptRun } from './attempt-run.ts';
import type { CallEnd } from './call-end.ts';
import type { CallFailure } from './call-failure.ts';
import type { ChainPorts } from './chain-spec.ts';
import { hidePrompt } from './hidden-prompt.ts';
import type { IdleTime } from './idle-time.ts';
import type { Ledger } from './ledger.ts';
import type { Probe } from './probe.ts';
import type { Beliefs } from './rules/belief.ts';
import { unechoed } from './rules/echo.ts';
import { ModelFailure } from './rules/failure.ts';
import type { Lost, Teller } from './teller.ts';
import type { Witness } from './witness.ts';

/** Everybody of one call who hears how an attempt went. */
export interface Hearers {
  readonly ledger: Ledger;
  readonly teller: Teller;
  readonly witness: Witness;
  readonly probe: Probe;
  readonly end: CallEnd;
  readonly idle: IdleTime;
}

const LEFT = new ModelFailure('cancelled', 'the consumer stopped reading');

/** Tells, of each attempt of a call, that it has shown something, and how it ended. */
export class AttemptEnds<P> {
  readonly #ports: ChainPorts;
  readonly #caller: AbortSignal;
  readonly #to: Hearers;

  constructor(ports: ChainPorts, caller: AbortSignal, to: Hearers) {
    this.#ports = ports;
    this.#caller = caller;
    this.#to = to;
  }

  /** The first content of `run` has come: it proves its scopes alive and ends the probe (H6). */
  committed(run: AttemptRun<P>, beliefs: Beliefs): Promise<void> | undefined {
    if (run.firstMs !== undefined || run.told) return undefined;
    const { idle, teller, probe, witness } = this.#to;
    const ms = (run.firstMs = run.ms());
    idle.progressed();
    teller.tell({ type: 'attempt-commit', attempt: run.attempt, target: run.target.ref, ms });
    if (run.probe) probe.end();
    return witness.ok(run, beliefs);
  }

  /** Classifies what broke `run`, once, and tells everybody. Rejects when it was the caller who left. */
  async failed(run: AttemptRun<P>, error: unknown): Promise<Lost> {
    const { clock, random, classify } = this.#ports;
    const { probe, idle, witness } = this.#to;
    idle.stood(run.watch?.quiet?.() ?? 0);
    run.end(error);
    if (run.probe) probe.end();
    hidePrompt(error);
    const failure = this.#caller.aborted ? left(this.#caller.reason) : unechoed(classify(error, run.target, clock.now(), run), run.facts);
    idle.stopped(failure.facts.late);
    this.#ended(run, failure, random());
    const until = await witness.failed(run, failure);
    if (failure.kind === 'cancelled') throw this.cancelled(this.#caller.reason);
    return { place: run.target.place, ref: run.target.ref, failure, ...(until !== undefined && { restsUntil: until }) };
  }

  #ended(run: AttemptRun<P>, failure: ModelFailure, chance: number): void {
    if (run.told) return;
    run.told = true;
    const { ledger, end, teller } = this.#to;
    const record = ledger.failed(run, failure, this.#ports.clock.now(), chance);
    if (run.shown === 'hard') end.salvaged = (run.answer ?? run.reading).shown;
    teller.ended(run, record, failure);
  }

  /** Another attempt was faster: `run` is let go, its cost is recorded, and it counts against nobody. */
  beaten(run: AttemptRun<P>): void {
    const { ledger, probe, teller, witness } = this.#to;
    const failure = new ModelFailure('cancelled', 'another model was faster', { code: 'beaten' });
    run.end(failure);
    if (run.probe) probe.end();
    if (run.told) return;
    run.told = true;
    teller.ended(run, ledger.beaten(run, failure), failure);
    void witness.failed(run, failure).catch(() => {});
  }

  /** Nobody reads any more. What is under way is let go; it counts against nobody, and a lease is given back. */
  left(runs: readonly AttemptRun<P>[], reason: unknown = LEFT): CallFailure {
    for (const run of runs) this.abandoned(run, reason);
    return this.cancelled(reason);
  }

  /** `run` is let go because nobody wants its answer. */
  abandoned(run: AttemptRun<P>, reason: unknown): void {
    run.end(reason);
    const failure = left(reason);
    this.#ended(run, failure, 0);
    void this.#to.witness.failed(run, failure).catch(() => {});
  }

  cancelled(reason: unknown): CallFailure {
    this.#to.probe.end();
    return this.#to.end.cancelled(reason);
  }
}

const left = (reason: unknown): ModelFailure => new ModelFailure('cancelled', 'cancelled by the caller', {}, { cause: reason });
