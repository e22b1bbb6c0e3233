import type { Beliefs } from './belief.ts';
import { NOT_A_CONTINUATION } from './continuing.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import { BUDGET } from './fit.ts';
import { standingOf, type Standing } from './plan-standing.ts';
import { isTooSmall, type Place } from './plan-survey.ts';
import type { PastAttempt, Plan } from './plan-types.ts';

/** The key or the model is of no use, whatever the request (P7: a *dead* target). */
const DEAD: ReadonlySet<FailureKind> = new Set(['auth', 'model-missing', 'access-denied', 'quota']);
/** The caller's to mend: the same request meets the same answer. */
const MEND: ReadonlySet<FailureKind> = new Set(['bad-request', 'too-large', 'refusal']);
const BY_SIZE: FailureKind = 'context-length';

export interface Outcome {
  readonly kind: FailureKind;
  readonly decisive?: number;
}

/**
 * P7: what the caller is told when nobody is left to ask. A failure that may pass outranks one that is the caller's to mend, and that
 * one outranks a dead target. `context-length` makes clients throw history away: it is told only when nobody could hold the request.
 */
export function outcomeOf(plan: Plan, past: readonly PastAttempt[], places: readonly Place[], late: boolean): Outcome {
  if (allTooSmall(plan, past, places)) return decided(past, (kind) => kind === BY_SIZE) ?? { kind: BY_SIZE };
  // Who went another way did not break the answer: what did is told.
  const passing = decided(past, (kind, { code }) => !DEAD.has(kind) && !MEND.has(kind) && kind !== BY_SIZE && code !== NOT_A_CONTINUATION);
  if (passing) return passing;
  if (places.some((place) => mayAnswer(place, past.length === 0))) return { kind: 'resting' };
  const mend = decided(past, (kind) => MEND.has(kind));
  if (mend) return mend;
  if (places.some(({ reason }) => reason === BUDGET)) return { kind: 'quota' };
  // Somebody who might have held the request was not asked: the call ran out of time or of attempts.
  if (past.some(({ failure }) => failure.kind === BY_SIZE)) return { kind: late ? 'timeout' : 'unknown' };
  return decided(past, (kind) => DEAD.has(kind)) ?? { kind: places.length === 0 ? 'unknown' : 'bad-request' };
}

function decided(past: readonly PastAttempt[], decides: (kind: FailureKind, facts: FailureFacts) => boolean): Outcome | undefined {
  const decisive = past.findLastIndex(({ failure }) => decides(failure.kind, failure.facts));
  return decisive < 0 ? undefined : { kind: past[decisive]!.failure.kind, decisive };
}

/** It rests now and may answer later; with nobody asked at all, every rest counts. */
const mayAnswer = ({ rank, standing }: Place, any: boolean): boolean =>
  rank === 'wait' && (any || !restsDead(standing) || standing.why?.kind === 'quota');

function allTooSmall(plan: Plan, past: readonly PastAttempt[], places: readonly Place[]): boolean {
  let small = false;
  for (const one of places) {
    const kinds = past.filter(({ place }) => place === one.place).map(({ failure }) => failure.kind);
    if (kinds.includes(BY_SIZE) || isTooSmall(plan, one)) small = true;
    // What cannot take the request for another reason is no way out for the caller either.
    else if (
      (plan.fits[one.place]!.fits !== 'no' || one.reason === BUDGET) &&
      !DEAD.has(kinds.at(-1) ?? 'unknown') &&
      !(one.rank === 'wait' && restsDead(one.standing))
    )
      return false;
  }
  return small;
}

/** One that is being probed may come back to life. */
const restsDead = ({ tag, why }: Standing): boolean => tag === 'fixed' && why !== undefined && DEAD.has(why.kind);

/** Epoch ms after which trying again makes sense: the soonest end of a rest, this call's own included. */
export function retryAtOf(plan: Plan, past: readonly PastAttempt[], beliefs: Beliefs, now: number, kind: FailureKind): number | undefined {
  if (MEND.has(kind) || kind === BY_SIZE || kind === 'cancelled') return undefined;
  let soonest = Infinity;
  for (const target of plan.targets) {
    const last = past.findLast(({ place }) => place === target.place)?.failure;
    if (plan.fits[target.place]!.fits === 'no' || (last && (MEND.has(last.kind) || last.kind === BY_SIZE))) continue;
    const from = Math.max(standingOf(target, beliefs, [], now).from, last?.facts.retryAt ?? 0);
    if (from > now) soonest = Math.min(soonest, from);
  }
  return soonest === Infinity ? undefined : soonest;
}
