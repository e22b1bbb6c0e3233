import { CallFailure, ModelFailure, type CallRecord, type FailureFacts, type FailureKind, type Target } from '@holdfast/core/engine';

/** An instant in whole seconds. */
export const NOW = Date.UTC(2026, 10, 21, 10, 30);

export interface FailedCall {
  readonly kind: FailureKind;
  readonly facts?: FailureFacts;
  /** What was thrown below the deciding failure. */
  readonly cause?: unknown;
  readonly protocol?: Target['protocol'];
  readonly retryAt?: number;
  readonly marks?: readonly string[];
  readonly id?: string;
  /** Kinds of the targets that were asked, the deciding one last; absent: only the deciding one, and none for `resting`. */
  readonly asked?: readonly FailureKind[];
  /** Why targets rest that were not asked. */
  readonly rest?: readonly FailureKind[];
  readonly skips?: readonly string[];
}

/** A call that nobody could answer, as the chain throws it. */
export function failedCall(call: FailedCall): CallFailure {
  const { kind, facts = {}, cause, protocol = 'anthropic-messages', retryAt, marks = [], rest = [], skips = [] } = call;
  const asked = call.asked ?? (kind === 'resting' ? [] : [kind]);
  const decisive = asked.length === 0 ? undefined : new ModelFailure(asked.at(-1)!, 'it failed', facts, { cause });
  const origin = { entry: 'e', protocol, model: 'm', account: 'a' };
  const record: CallRecord = {
    id: call.id ?? 'call-a',
    chain: 'smart',
    began: NOW - 1000,
    ms: 1000,
    outcome: kind,
    attempts: asked.map((one, place) => ({
      attempt: place + 1,
      target: `e/m${place}`,
      place,
      origin,
      began: NOW - 1000,
      ms: 100,
      shown: 'nothing' as const,
      failure: { kind: one, message: 'secret words of an attempt', facts: place === asked.length - 1 ? facts : {} },
    })),
    skips: [
      ...rest.map((why, n) => ({ target: `r/m${n}`, place: asked.length + n, reason: 'resting', why: { kind: why } })),
      ...skips.map((reason, n) => ({ target: `s/m${n}`, place: asked.length + rest.length + n, reason })),
    ] as CallRecord['skips'],
    paid: {},
    marks,
    ...(retryAt !== undefined && { retryAt }),
  };
  return new CallFailure(kind, 'no model could answer: secret words of an attempt, 503; try again in 3 s', facts, record, '', decisive);
}
