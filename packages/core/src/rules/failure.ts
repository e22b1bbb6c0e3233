/**
 * What went wrong with one attempt, or with a whole call. Kinds are closed (`rules of failure`, section 2), facts are data,
 * the foreign error is the cause. Classify once, at the border; inside, a failure is a value.
 */
export const FAILURE_KINDS = [
  'rate-limit',
  'quota',
  'overload',
  'server',
  'network',
  'timeout',
  'auth',
  'access-denied',
  'model-missing',
  'context-length',
  'too-large',
  'refusal',
  'bad-request',
  'empty',
  'truncated',
  'malformed',
  'local',
  'cancelled',
  'unknown',
  /** Only of a whole call: nobody was left to ask, every target that could answer rests. */
  'resting',
] as const;

/**
 * What went wrong, one of a closed list (docs/rules.md): what it rests, whether the same model is asked again and whether the
 * next one is, follow from it.
 */
export type FailureKind = (typeof FAILURE_KINDS)[number];

export type LimitName = 'connect' | 'first_token' | 'stall' | 'silence' | 'total' | 'attempt' | 'exec';

/**
 * What is known of a failure, as plain data: statuses as numbers, times in epoch ms. From the response, the transport or our own
 * limits; absent: not known.
 */
export interface FailureFacts {
  readonly status?: number;
  /** The provider's own code and type, as sent (`insufficient_quota`, `overloaded_error`). */
  readonly code?: string;
  readonly type?: string;
  /** Epoch ms at which the provider said to come back (hints, section 3). Its presence makes a rest *told*. */
  readonly retryAt?: number;
  /** Where the hint stood: a header's name, `body`, `prose`. */
  readonly hint?: string;
  /** A transport failure after the request may have reached the provider: suspicion instead of a fact (H5). False: never sent, because no key was found. */
  readonly sent?: boolean;
  /** False when the provider forbids asking the same target again (E3). */
  readonly sameTarget?: boolean;
  /** Which limit of ours fired, and whether the caller, a share of the time (P5) or our own lag had shortened it. */
  readonly limit?: LimitName;
  readonly shortened?: boolean;
  /** Ms by which a limit of ours fired too late, because this machine slept or lagged. */
  readonly late?: number;
  /** A quota window that names a model: it rests the limit group, not the account. */
  readonly perModel?: boolean;
  /** A repair known for this refusal; the request may be sent once more after it. */
  readonly repair?: string;
  /** A lane of ours refused or ended the attempt: nobody was asked, or it held its slot too long. It says nothing of the model. */
  readonly lane?: { readonly name: string; readonly caller: string; readonly depth: number };
  readonly requestId?: string;
  /** The provider's message, at most 500 characters, scrubbed. */
  readonly detail?: string;
  /** Numbers told with a size refusal. */
  readonly tokens?: { readonly requested?: number; readonly limit?: number };
}

const MARK = Symbol.for('holdfast.model-failure');

/** One failure of one attempt. `message` is one sentence for people, without secrets. */
export class ModelFailure extends Error {
  override readonly name: string = 'ModelFailure';
  readonly [MARK] = true;
  readonly kind: FailureKind;
  readonly facts: FailureFacts;

  constructor(kind: FailureKind, message: string, facts: FailureFacts = {}, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.facts = facts;
  }
}

/** True across duplicate copies of this package and across realms, where `instanceof` lies. */
export const isModelFailure = (error: unknown): error is ModelFailure => typeof error === 'object' && error !== null && MARK in error;
