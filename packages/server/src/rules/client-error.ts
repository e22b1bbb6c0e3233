import {
  BUDGET_CODE,
  isBudgetExceeded,
  isCallFailure,
  NEEDS_MENDING,
  blamed,
  type CallRecord,
  type FailureKind,
  type ModelFailure,
} from '@holdfast/core/engine';
import type { ClientError, ClientErrorClass, ClientProtocol } from '@holdfast/core/wire';
import { isMendable, mendable } from './mendable.ts';
import { isQuiet, quietest, timeText } from './quiet.ts';
import { retryHint, type RetryCase, type RetryMoment } from './retry-hint.ts';

export interface ErrorContext extends RetryMoment {
  readonly protocol: ClientProtocol;
  /** The largest input window of the chain, in tokens, where it is known. */
  readonly window?: number;
  /** What the request was estimated at, in tokens. */
  readonly tokens?: number;
}

/** What a failure comes to for its client: one row of the table of H2. */
interface Row {
  readonly status: number;
  readonly class: ClientErrorClass;
  /** What is said when a retry has a fair chance, and what when it has none: then in words that start no storm. */
  readonly soon: string;
  readonly late: (time: string | undefined) => string;
}

const before = (what: string) => (time: string | undefined) => (time === undefined ? `${what} for now` : `${what} before ${time}`);

const RATE: Row = {
  status: 429,
  class: 'rate-limit',
  soon: 'every model that could answer is resting from a rate limit; try again shortly',
  late: before('the models that could answer have no room for further calls'),
};
const QUOTA: Row = {
  status: 429,
  class: 'quota',
  soon: 'the quota of every model that could answer is used up; it renews shortly',
  late: before('the quota of every model that could answer is used up, and does not renew'),
};
const BUDGET: Row = {
  status: 429,
  class: 'quota',
  soon: 'the budget of this key is used up; it renews shortly',
  late: before('the budget of this key does not allow this call, and does not renew'),
};
const CONFIG: Row = {
  status: 502,
  class: 'upstream-config',
  soon: '',
  late: () => 'no model could answer: a key or a model name of this gateway needs the attention of whoever runs it',
};
const SERVER: Row = {
  status: 503,
  class: 'server',
  soon: 'no model could answer just now; try again shortly',
  late: before('no model can answer this request'),
};
const BROKEN: Row = { ...SERVER, soon: 'the answer broke off, and no model could finish it; try again shortly' };
const CLOSING: Row = { ...SERVER, soon: 'this gateway is closing or being restarted, and the answer was not finished; try again shortly' };
const LOCAL: Row = {
  status: 503,
  class: 'server',
  soon: 'the machine of this gateway is offline or out of means, no model is to blame; try again shortly',
  late: before('the machine of this gateway is offline or out of means, and can answer nothing'),
};
const SUSPECT = 'several models broke on this very request, so it may be the request itself that they cannot take';

/** Of a call that failed or rests by these alone, the client is told of limits, not of a breakdown. */
const LIMITS: ReadonlySet<FailureKind> = new Set(['rate-limit', 'quota']);

/** How a call that gave no answer is told to its client (P7, H2, H3): the deciding failure, never the attempts. */
export function clientErrorOf(failure: ModelFailure, context: ErrorContext): ClientError {
  const record = isCallFailure(failure) ? failure.record : undefined;
  if (isMendable(failure)) return { ...mendable(failure, context), ...callOf(record, false) };
  const row = rowOf(failure, record);
  const suspect = (row === SERVER || row === BROKEN) && (record?.marks.includes('request-suspect') ?? false);
  const hint = retryHint(caseOf(failure, record, row, suspect), context);
  const fair = hint.retryAfter !== undefined;
  const late = suspect ? SUSPECT : row.late(hint.retryAt === undefined ? undefined : timeText(hint.retryAt));
  // What is left of the caller's own budget is the caller's to know.
  const message = isBudgetExceeded(failure) ? quietest(failure.message, late) : fair ? row.soon : late;
  const kind = fair || isQuiet(failure.kind) ? failure.kind : 'resting';
  return { status: row.status, class: row.class, message, kind, ...hint, ...callOf(record, fair) };
}

/** Where a retry is useless, an id with digits that could be taken for a status stands in the header only. */
const callOf = (record: CallRecord | undefined, fair: boolean): { readonly call?: string } =>
  record === undefined || !(fair || isQuiet(record.id)) ? {} : { call: record.id };

function rowOf({ kind, facts }: ModelFailure, record: CallRecord | undefined): Row {
  if (facts.code === BUDGET_CODE) return BUDGET;
  if (NEEDS_MENDING.has(kind)) return CONFIG;
  if (kind === 'local') return LOCAL;
  // Whose client has left hears nothing; who still does is cut off by us.
  if (kind === 'cancelled') return CLOSING;
  if (kind !== 'resting' && !LIMITS.has(kind)) return kind === 'truncated' ? BROKEN : SERVER;
  const kinds = record === undefined ? [kind] : blamed(record).map((one) => one.kind);
  // What no waiting mends is no reason to wait: it says nothing beside what only rests.
  const passing = kinds.filter((one) => !NEEDS_MENDING.has(one));
  if (passing.length === 0) return kinds.length > 0 ? CONFIG : SERVER;
  if (!passing.every((one) => LIMITS.has(one))) return SERVER;
  return passing.every((one) => one === 'quota') ? QUOTA : RATE;
}

function caseOf({ facts }: ModelFailure, record: CallRecord | undefined, row: Row, suspect: boolean): RetryCase {
  const retryAt = record?.retryAt ?? facts.retryAt;
  if (row === CONFIG || ((row === QUOTA || row === BUDGET) && retryAt === undefined)) return { useless: true };
  return { retryAt, suspect };
}
