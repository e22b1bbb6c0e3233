import type { AttemptRun } from './attempt-run.ts';
import { BudgetExceeded, BudgetRefusal } from './budget-exceeded.ts';
import { CallFailure } from './call-failure.ts';
import type { Ledger } from './ledger.ts';
import type { Clock } from './ports.ts';
import { EMPTY_TURN } from './rules/empty.ts';
import type { FailureKind, ModelFailure } from './rules/failure.ts';
import type { AttemptRecord, CallRecord } from './rules/record.ts';
import { stopMessage } from './rules/stop-message.ts';
import { joinedUsage, type Joined } from './rules/usage.ts';
import type { Teller } from './teller.ts';
import type { Witness } from './witness.ts';

/** How a call ends: exactly once, with one record and one `call-end`, whoever is the first to say so. */
export class CallEnd {
  /** Text shown by the last attempt that showed any. */
  salvaged = '';
  readonly #ledger: Ledger;
  readonly #witness: Witness;
  readonly #teller: Teller;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #ended: ((record: CallRecord) => void) | undefined;
  #record: CallRecord | undefined;

  constructor(ledger: Ledger, witness: Witness, teller: Teller, clock: Clock, began: number, ended?: (record: CallRecord) => void) {
    this.#ledger = ledger;
    this.#witness = witness;
    this.#teller = teller;
    this.#clock = clock;
    this.#began = began;
    this.#ended = ended;
  }

  /** As far as the call has come. */
  get record(): CallRecord {
    return this.#record ?? this.#ledger.record('unknown', this.#ms());
  }

  /** The answer is whole. */
  won<P>(run: AttemptRun<P>): CallRecord {
    const winner = this.#ledger.won(run);
    this.#teller.ended(run, winner);
    return this.#end('done', this.#ofAnswer(winner, run.joined));
  }

  /** C7: a break after completed calls, or at the caller's limit of tokens, ends the turn as it stands; the last attempt keeps its failure. */
  async closed(mark: string, joined: Joined | undefined): Promise<CallRecord> {
    this.#ledger.marks.push(mark);
    await this.#witness.gaveUp();
    const last = this.#ledger.last();
    return this.#end('done', last && this.#ofAnswer(last, joined));
  }

  /** C9: the last target's tokens are not those of an answer that others began. */
  #ofAnswer(last: AttemptRecord, joined: Joined | undefined): AttemptRecord {
    if (joined === undefined || last.usage === undefined) return last;
    this.#ledger.marks.push('usage-estimated');
    return { ...last, usage: joinedUsage(last.usage, joined) };
  }

  /** A remark for the record. Targets that agree on an empty turn (E4) have not failed. */
  mark(mark: string): void {
    this.#ledger.marks.push(mark);
    if (mark === EMPTY_TURN) this.#witness.forgive('empty');
  }

  cancelled(reason: unknown): CallFailure {
    this.#witness.forget();
    return new CallFailure('cancelled', 'cancelled by the caller', {}, this.#end('cancelled'), this.salvaged, reason);
  }

  /** Nobody can answer, or what was shown cannot be mended. */
  async gaveUp(kind: FailureKind, cause: ModelFailure | undefined, retryAt?: number): Promise<CallFailure> {
    if (await this.#witness.gaveUp()) this.#ledger.marks.push('request-suspect');
    const poor = cause instanceof BudgetRefusal;
    const record = this.#end(kind, undefined, poor ? cause.facts.retryAt : retryAt);
    if (poor) return new BudgetExceeded(cause, record, this.salvaged);
    return new CallFailure(kind, stopMessage(record), cause?.facts ?? {}, record, this.salvaged, cause);
  }

  #ms(): number {
    return Math.round(this.#clock.mono() - this.#began);
  }

  #end(outcome: 'done' | FailureKind, winner?: AttemptRecord, retryAt?: number): CallRecord {
    if (this.#record) return this.#record;
    this.#record = this.#ledger.record(outcome, this.#ms(), winner, retryAt);
    this.#ended?.(this.#record);
    this.#teller.tell({ type: 'call-end', record: this.#record });
    return this.#record;
  }
}
