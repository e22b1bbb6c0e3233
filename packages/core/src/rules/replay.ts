import type { PastAttempt } from './plan-types.ts';

/** Statuses by which a provider says, before any answer, that it did not begin. */
const DECLINED: ReadonlySet<number> = new Set([503, 529]);

/**
 * C10: nothing ran at the provider, by the evidence of `attempt`: it was never reached, or it refused before it answered. Only then is a
 * request with effects of its own sent again.
 */
export function ranNothing({ opened, failure: { kind, facts } }: PastAttempt): boolean {
  if (opened) return false;
  if (kind === 'network') return facts.sent !== true;
  if (kind === 'local' || facts.limit === 'connect') return true;
  const { status } = facts;
  return status !== undefined && ((status >= 400 && status < 500) || DECLINED.has(status));
}
