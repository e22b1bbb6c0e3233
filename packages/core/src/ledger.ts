import type { AttemptRun } from './attempt-run.ts';
import type { FailureKind, ModelFailure } from './rules/failure.ts';
import { labelsOf, type Labels } from './rules/labels.ts';
import { repairsOf } from './rules/plan-again.ts';
import type { PastAttempt } from './rules/plan.ts';
import type { Usage } from './rules/reader.ts';
import type { AttemptRecord, CallRecord, SkipRecord, TargetOrigin } from './rules/record.ts';
import type { Target } from './rules/target.ts';
import { addUsage, estimateUsage, mendUsage, priceUsage } from './rules/usage.ts';

export interface CallNames extends Labels {
  readonly id: string;
  readonly chain: string;
}

export const namesOf = (id: string, chain: string, labels: Labels): CallNames => ({ id, chain, ...labelsOf(labels) });

export const originOf = ({ entry, protocol, model, account }: Target): TargetOrigin => ({ entry, protocol, model, account });

/** What one call has been through: the plan's history, and the record that tells it (promise 6). */
export class Ledger {
  readonly past: PastAttempt[] = [];
  readonly failures: ModelFailure[] = [];
  readonly marks: string[];
  readonly #names: CallNames;
  readonly #began: number;
  readonly #attempts: AttemptRecord[] = [];
  readonly #skips: SkipRecord[] = [];
  #paid: Usage | undefined;
  #usd: number | undefined;
  #unpriced = false;

  constructor(names: CallNames, began: number, marks: readonly string[] = []) {
    this.#names = names;
    this.#began = began;
    this.marks = [...marks];
  }

  /** This call's attempts on one target that failed. */
  /** The repair that the last failure asks for where it was of this place, and those made there before it. */
  repairs(place: number): { readonly repair: string | undefined; readonly repaired: readonly string[] } {
    const last = this.past.at(-1);
    const repair = last?.place === place ? last.failure.facts.repair : undefined;
    return { repair, repaired: repairsOf(this.at(place)).filter((one) => one !== repair) };
  }

  at(place: number): readonly PastAttempt[] {
    return this.past.filter((one) => one.place === place);
  }

  /** What becomes of what the attempt showed that has just broken. */
  fated(fate: NonNullable<AttemptRecord['fate']>): void {
    const last = this.#attempts.pop();
    if (last) this.#attempts.push({ ...last, fate });
  }

  /** By the attempts that have ended. */
  get spent(): { readonly usd: number; readonly tokens: number } {
    return { usd: this.#usd ?? 0, tokens: (this.#paid?.input ?? 0) + (this.#paid?.output ?? 0) };
  }

  last(): AttemptRecord | undefined {
    return this.#attempts.at(-1);
  }

  /** True when this skip has not been told yet: the same target passed over twice for one reason is one fact. */
  skipped(skip: SkipRecord): boolean {
    const known = this.#skips.some(
      (one) => one.place === skip.place && one.reason === skip.reason && one.until === (skip.until && Math.ceil(skip.until)),
    );
    if (!known) this.#skips.push(skip.until === undefined ? skip : { ...skip, until: Math.ceil(skip.until) });
    return !known;
  }

  failed<P>(run: AttemptRun<P>, failure: ModelFailure, ended: number, chance: number): AttemptRecord {
    this.failures.push(failure);
    this.past.push({
      place: run.target.place,
      began: run.began,
      ended,
      failure: { kind: failure.kind, facts: failure.facts },
      shown: run.shown,
      chance,
      ...(run.source && { opened: true }),
    });
    return this.#close(run, failure);
  }

  /** It says nothing about its target, so the plan does not hear of it. What was sent was most likely read, and is paid for. */
  beaten<P>(run: AttemptRun<P>, failure: ModelFailure): AttemptRecord {
    this.marks.push('hedged');
    return this.#close(run, failure, run.queued ? undefined : estimateUsage(run.facts.tokens, run.reading.text));
  }

  won<P>(run: AttemptRun<P>): AttemptRecord {
    const one = this.#close(run, undefined);
    if (one.usage?.estimated) this.marks.push('usage-estimated');
    return one;
  }

  #close<P>(run: AttemptRun<P>, failure: ModelFailure | undefined, usage = this.#usageOf(run)): AttemptRecord {
    const usd = usage && priceUsage(usage, run.target.price);
    if (usage) this.#paid = this.#paid ? addUsage(this.#paid, usage) : usage;
    if (usd !== undefined) this.#usd = (this.#usd ?? 0) + usd;
    const unpriced = usage !== undefined && usd === undefined;
    if (unpriced) this.#unpriced = true;
    const one: AttemptRecord = {
      attempt: run.attempt,
      target: run.target.ref,
      place: run.target.place,
      origin: originOf(run.target),
      began: run.began,
      ms: run.ms(),
      ...(run.firstMs !== undefined && { firstMs: run.firstMs }),
      shown: run.shown,
      ...(run.probe && { probe: true }),
      ...(failure && { failure: { kind: failure.kind, message: failure.message, facts: failure.facts } }),
      ...(usage && { usage }),
      ...(usd !== undefined && { usd }),
      ...(unpriced && { unpriced }),
      ...(run.laneWaitMs !== undefined && { laneWaitMs: Math.round(run.laneWaitMs) }),
    };
    this.#attempts.push(one);
    return one;
  }

  /** What the provider told, else an estimate as soon as something was generated: never zero by silence (C9). */
  #usageOf<P>(run: AttemptRun<P>): Usage | undefined {
    const { finish } = run.reading;
    // To count the prompt and to join the text takes time.
    if (finish?.usage.input !== undefined && finish.usage.output !== undefined) return finish.usage;
    if (finish) return mendUsage(finish.usage, run.facts.tokens, run.reading.text);
    return run.firstMs === undefined ? undefined : estimateUsage(run.facts.tokens, run.reading.text);
  }

  record(outcome: 'done' | FailureKind, ms: number, winner?: AttemptRecord, retryAt?: number): CallRecord {
    return {
      ...this.#names,
      began: this.#began,
      ms,
      outcome,
      ...(winner && { target: winner.target, place: winner.place, origin: winner.origin }),
      attempts: this.#attempts,
      skips: this.#skips,
      ...(winner?.usage && { usage: winner.usage }),
      paid: this.#paid ?? {},
      ...(this.#usd !== undefined && { usd: this.#usd }),
      ...(this.#unpriced && { unpriced: true as const }),
      marks: this.marks,
      ...(retryAt !== undefined && { retryAt: Math.ceil(retryAt) }),
    };
  }
}
