import { COOL, type Belief, type Beliefs, type Report, type ReportTarget, type Why } from './belief.ts';
import { fold } from './health.ts';
import { withoutDead, type Alive } from './lease.ts';
import { scopesOf } from './scope.ts';
import { isAhead, settle } from './settle.ts';

/**
 * The verbs of a health store as functions of what is believed: adapters read, ask these, and write the changes in one
 * transaction. A change to `COOL` forgets the scope.
 */
export type Changes = readonly (readonly [scope: string, belief: Belief])[];

/** Answered whenever nothing is known, so that a healthy call allocates nothing. */
export const NO_BELIEFS: Beliefs = new Map();
const NO_CHANGES: Changes = [];

/** What is known of `scopes`; the leases of the dead are void. */
export function believed(known: Beliefs, scopes: readonly string[], alive: Alive): Beliefs {
  if (known.size === 0) return NO_BELIEFS;
  let found: Map<string, Belief> | undefined;
  for (const scope of scopes) {
    const belief = known.get(scope);
    if (belief === undefined) continue;
    found ??= new Map();
    found.set(scope, withoutDead(belief, alive));
  }
  return found ?? NO_BELIEFS;
}

/**
 * What was written before the clock was set back, moved back with it (field note 34). To be written at the first sight of it: seen again
 * later it would be moved once more, and rest until the clock has caught up.
 */
export function movedBack(found: Beliefs, now: number): Changes {
  let changes: [string, Belief][] | undefined;
  for (const [scope, belief] of found) {
    if (isAhead(belief, now)) (changes ??= []).push([scope, stamped(settle(belief, now), now)]);
  }
  return changes ?? NO_CHANGES;
}

/** What one report changes. */
export function reported(known: Beliefs, target: ReportTarget, report: Report, now: number): Changes {
  if (known.size === 0 && report.outcome === 'ok') return NO_CHANGES;
  let changes: [string, Belief][] | undefined;
  for (const scope of scopesOf(target)) {
    const before = known.get(scope) ?? COOL;
    const after = fold(before, scope, report, target, now);
    if (after !== before) (changes ??= []).push([scope, stamped(after, now)]);
  }
  return changes ?? NO_CHANGES;
}

/** Written now: what tells later that the clock was set back since. */
const stamped = (belief: Belief, now: number): Belief => (belief.tag === 'cool' ? belief : { ...belief, setAt: now });

/** H8. Earlier strikes stay: the hand that rests a scope does not acquit it. */
export function byHand(before: Belief | undefined, rest: { readonly until: number; readonly why: Why }, now: number): Belief {
  const { until, why } = rest;
  return { tag: 'resting', since: now, until, probeAt: until, told: true, byHand: true, strikes: before?.strikes ?? 0, why, setAt: now };
}
