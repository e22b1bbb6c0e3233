import type { PastAttempt } from './plan-types.ts';
import { scopeOf, scopesOf } from './scope.ts';
import type { Target } from './target.ts';

/** Why a target is asked after those that have no scope in common with a failure of this call. */
export const SHARES_FAILURE = 'shares-failure';

/** The scopes that the failures of one call speak of. */
export const failingScopes = (targets: readonly Target[], past: readonly PastAttempt[]): ReadonlySet<string | undefined> =>
  new Set(past.map(({ place, failure }) => scopeOf(targets[place]!, failure.kind, failure.facts)));

export const shares = (target: Target, failing: ReadonlySet<string | undefined>): boolean =>
  failing.size > 0 && scopesOf(target).some((scope) => failing.has(scope));
