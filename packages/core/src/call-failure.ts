import { ModelFailure, type FailureFacts, type FailureKind } from './rules/failure.ts';
import type { CallRecord } from './rules/record.ts';

const MARK = Symbol.for('holdfast.call-failure');

/** How a call ended that nobody could answer: the kind told to the caller (P7), every attempt in `record`, what was shown in `salvaged`. */
export class CallFailure extends ModelFailure {
  override readonly name: string = 'CallFailure';
  readonly [MARK] = true;
  readonly record: CallRecord;
  /** Text the consumer was shown before the answer broke for good. */
  readonly salvaged: string;

  constructor(kind: FailureKind, message: string, facts: FailureFacts, record: CallRecord, salvaged: string, cause: unknown) {
    super(kind, message, facts, { cause });
    this.record = record;
    this.salvaged = salvaged;
  }
}

/** True across duplicate copies of this package. */
export const isCallFailure = (error: unknown): error is CallFailure => typeof error === 'object' && error !== null && MARK in error;
