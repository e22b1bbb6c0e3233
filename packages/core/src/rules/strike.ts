import type { Belief, Report, ReportTarget, Why } from './belief.ts';
import { keyOf } from './caller-key.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import { fingerprintOf } from './settle.ts';
import { guessedRest, MINUTE, nextProbe, SECOND, toldRest, type RestInput, type RestTime } from './rest.ts';

type Barred = Exclude<Belief, { tag: 'cool' }>;
type Cause = Pick<Barred, 'why' | 'fingerprint'>;

/** One strike is forgotten per this many ms without a failure. */
const FORGET = 5 * MINUTE;

/** The strikes that still count. Time spent resting is no time without failures: nobody asked. */
export function strikesNow(belief: Belief, now: number): number {
  const quiet = now - (belief.tag === 'cool' ? belief.since : Math.max(belief.since, belief.until));
  return quiet <= 0 ? belief.strikes : Math.max(0, belief.strikes - Math.floor(quiet / FORGET));
}

/** H5: two suspicions of different calls, this far apart at most, are a verdict. */
const WITNESS = 60 * SECOND;

/** Whether a suspicion stands that this one confirms: another prompt and, where callers are named, another caller. */
export function witnessed(belief: Belief, report: Report, now: number): boolean {
  const first = belief.tag === 'cool' ? belief.suspect : undefined;
  if (!first || now - first.at > WITNESS) return false;
  if (!first.prompt || !report.prompt || first.prompt === report.prompt) return false;
  return first.caller === undefined || report.caller === undefined || keyOf(first.caller) !== keyOf(report.caller);
}

/** A failure that convicts: one strike more, or more of the same incident (H1), and the rest it earns (H3). */
export function struck(belief: Belief, scope: string, report: Report, target: ReportTarget, now: number): Belief {
  if (report.outcome === 'ok') return belief;
  const { kind, facts } = report.outcome;
  const input = restInput(kind, facts, report);
  const told = toldRest(input, now);
  const why = whyOf(kind, facts, target);
  const fingerprint = fingerprintOf(scope, target);
  const key = fingerprint === undefined ? {} : { fingerprint };
  const leased = belief.tag === 'probing' && belief.lease.id === report.lease;
  if (!leased && sameIncident(belief, report.began)) return told ? lengthened(belief, told, { why, ...key }) : belief;
  const strikes = (leased ? belief.strikes : strikesNow(belief, now)) + 1;
  const fresh = told ?? guessedRest(input, strikes, now);
  if (belief.tag === 'cool' || belief.until <= now) {
    return { tag: 'resting', since: now, ...fresh, byHand: false, strikes, why, ...key };
  }
  // Only a probe gets here: somebody asked before the rest was over. The longer rest stays.
  const kept = fresh.until > belief.until ? { ...fresh, why, ...key } : standing(belief);
  const probeAt = belief.told && kept.told ? Math.min(kept.until, nextProbe(kind, belief, now)) : kept.probeAt;
  return { tag: 'resting', since: now, byHand: false, strikes, ...kept, probeAt };
}

/** Began before the last strike, or while the scope was resting for it (own retries, races). */
const sameIncident = (belief: Belief, began: number): boolean => began < belief.since || (belief.tag !== 'cool' && began < belief.until);

/** H1: the same incident adds no strike and does not move `since`; its own hint may lengthen the rest. */
function lengthened(belief: Belief, told: RestTime, cause: Cause): Belief {
  if (belief.tag === 'cool') return { tag: 'resting', since: belief.since, strikes: belief.strikes, byHand: false, ...told, ...cause };
  if (told.until <= belief.until) return belief;
  return { ...belief, ...told, ...cause, probeAt: Math.max(told.probeAt, belief.probeAt) };
}

function standing(belief: Barred): RestTime & Cause {
  const { until, probeAt, told, why, fingerprint, cap } = belief;
  return { until, probeAt, told, why, ...(fingerprint !== undefined && { fingerprint }), ...(cap !== undefined && { cap }) };
}

function restInput(kind: FailureKind, facts: FailureFacts, report: Report): RestInput {
  const { cooldown, workedAt, chance } = report;
  return { kind, facts, chance, ...(cooldown === undefined ? {} : { cooldown }), ...(workedAt === undefined ? {} : { workedAt }) };
}

const LONGEST_CODE = 64;

/** Beliefs cross callers: kind, status, code and endpoint, never a provider's words. */
function whyOf(kind: FailureKind, facts: FailureFacts, target: ReportTarget): Why {
  const { status, code } = facts;
  return {
    kind,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code: code.slice(0, LONGEST_CODE) }),
    endpoint: target.entry,
  };
}
