import { ModelFailure, type LimitName } from './failure.ts';
import type { Limits } from './limits.ts';

/** A limit, and the moment (`mono`) at which it is reached if nothing more comes. */
export interface Armed {
  readonly limit: LimitName;
  readonly ms: number;
  readonly due: number;
}

export const sooner = (a: Armed, b: Armed): Armed => (b.due < a.due ? b : a);

/** Time without progress is the call's too: what is `left` of its whole time may be the shorter limit. */
export const stallOf = (ms: number, left: number, since: number): Armed =>
  left < ms ? { limit: 'total', ms: left, due: since + left } : { limit: 'stall', ms, due: since + ms };

const WHAT: Partial<Readonly<Record<LimitName, string>>> = { first_token: 'no first token', attempt: 'no whole answer' };

/** What a limit that was reached says. One that a share of the time, the request's size or the caller had made another than configured blames nobody. */
export function timeoutOf({ limit, ms }: Armed, share: number, { scaled, shortened }: Limits): ModelFailure {
  const early = limit === 'first_token' && (ms === share || scaled);
  const own = early || limit === 'total' || shortened === true;
  const over = limit === 'total' ? ', and the time of the call is over' : '';
  return new ModelFailure('timeout', `${WHAT[limit] ?? 'no progress'} within ${Math.round(ms)} ms${over}`, {
    limit,
    ...(own && { shortened: true }),
  });
}
