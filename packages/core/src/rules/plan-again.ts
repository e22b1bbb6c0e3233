import type { FailureKind } from './failure.ts';
import type { PastAttempt, Plan } from './plan-types.ts';

/** Column "same target again" of the table of kinds. `last`: only when nothing else is usable. */
type Again = 'yes' | 'once' | 'last' | 'repaired' | 'local' | 'no';

const AGAIN: Readonly<Record<FailureKind, Again>> = {
  'rate-limit': 'last',
  quota: 'no',
  overload: 'yes',
  server: 'yes',
  network: 'yes',
  timeout: 'no',
  auth: 'repaired',
  'access-denied': 'no',
  'model-missing': 'no',
  'context-length': 'no',
  'too-large': 'no',
  refusal: 'no',
  'bad-request': 'repaired',
  empty: 'once',
  truncated: 'yes',
  malformed: 'once',
  local: 'local',
  cancelled: 'no',
  unknown: 'no',
  resting: 'no',
};

/** How a target that failed this call may be asked again: at once, only as a last resort, or not. */
export type Retry = { readonly when: 'now' | 'last'; readonly pause: number } | undefined;

/** Ms: the longest pause before the same target is asked again (P2); a longer hint sends the call elsewhere (H4). */
export const LONGEST_PAUSE = 2000;
const FIRST_PAUSE = 200;

/** Ms before a target that limits the rate without saying for how long is asked again. */
const UNTOLD = [1000, 2000];
const LOCAL = [1000, 2000, 5000];

const at = (steps: readonly number[], n: number): number => steps[Math.min(n, steps.length - 1)]!;

/**
 * P2: whether the target of `mine`, this call's attempts on it, may be asked again, and the full pause before that.
 * `locals`: how often this machine itself was to blame in the whole call.
 */
export function retryOf(plan: Plan, mine: readonly PastAttempt[], locals: number, waited: number): Retry {
  const { failure, chance } = mine.at(-1)!;
  const again = AGAIN[failure.kind];
  if (again === 'no' || failure.facts.sameTarget === false || wasBroken(mine)) return undefined;
  if (again === 'local') return localRetry(plan, locals, waited);
  const tries = mine.reduce((sum, attempt) => sum + (attempt.failure.kind === 'local' ? 0 : 1), 0);
  if (tries > plan.retries) return undefined;
  const alike = mine.reduce((sum, attempt) => sum + (attempt.failure.kind === failure.kind ? 1 : 0), 0);
  const jitter = chance * Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE);
  switch (again) {
    case 'last':
      return { when: 'last', pause: at(UNTOLD, alike - 1) * (1 + chance / 10) };
    case 'once':
      return alike > 1 ? undefined : { when: 'now', pause: jitter };
    case 'repaired':
      return mayRepair(mine) ? { when: 'now', pause: 0 } : undefined;
    case 'yes':
      return { when: 'now', pause: jitter };
  }
}

/**
 * P6: whether one more attempt at `place` is a retry, which draws on its endpoint's bucket. A takeover is none, nor what follows a known repair
 * or a failure of this machine.
 */
export function costsRetry(past: readonly PastAttempt[], place: number): boolean {
  const last = past.findLast((attempt) => attempt.place === place);
  return last !== undefined && last.shown !== 'hard' && last.failure.kind !== 'local' && last.failure.facts.repair === undefined;
}

/** P9: a target that broke after it had shown something is asked once more, and no more. */
const wasBroken = (mine: readonly PastAttempt[]): boolean => {
  const first = mine.findIndex(({ shown }) => shown === 'hard');
  return first >= 0 && mine.slice(first + 1).some(({ failure }) => failure.kind !== 'local');
};

function localRetry(plan: Plan, locals: number, waited: number): Retry {
  let spent = waited;
  for (let n = 0; n < locals; n++) spent += at(LOCAL, n);
  return spent <= plan.patience ? { when: 'now', pause: at(LOCAL, locals - 1) } : undefined;
}

/** The repairs that the failures of a target asked for. */
export const repairsOf = (mine: readonly PastAttempt[]): readonly string[] => [
  ...new Set(mine.flatMap(({ failure }) => failure.facts.repair ?? [])),
];

/** The request is sent once more after each known repair; a refused key only when it could be refreshed. */
function mayRepair(mine: readonly PastAttempt[]): boolean {
  const { failure } = mine.at(-1)!;
  const { repair } = failure.facts;
  if (repair === undefined || mine.slice(0, -1).some((before) => before.failure.facts.repair === repair)) return false;
  return failure.kind !== 'auth' || repair === 'refresh';
}
