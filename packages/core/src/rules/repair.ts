import { ModelFailure } from './failure.ts';

/**
 * A failure with the repair we can make of it, or with none: a request sent again unchanged would only be refused again (section 2,
 * `bad-request`: once after a known repair). `precise`: the repair to make, as `repair` of the chain wants it. `mends`: whether it would change
 * what was sent.
 */
export function mendable(
  failure: ModelFailure,
  precise: (failure: ModelFailure) => string | readonly string[] | undefined,
  mends: (repair: string) => boolean = () => true,
): ModelFailure {
  const { repair: named, ...facts } = failure.facts;
  if (named === undefined) return failure;
  const repair = [precise(failure) ?? []].flat().find((found) => mends(found));
  if (repair === named) return failure;
  return new ModelFailure(failure.kind, failure.message, { ...facts, ...(repair !== undefined && { repair }) }, { cause: failure.cause });
}
