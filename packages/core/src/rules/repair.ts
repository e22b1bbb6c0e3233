import { ModelFailure } from './failure.ts';

/**
 * A failure with the repair we can make of it, or with none: a request sent again unchanged would only be refused again (section 2,
 * `bad-request`: once after a known repair).
 */
export function mendable(failure: ModelFailure, known: ReadonlySet<string>): ModelFailure {
  const { repair, ...facts } = failure.facts;
  if (repair === undefined || known.has(repair)) return failure;
  return new ModelFailure(failure.kind, failure.message, facts, { cause: failure.cause });
}
