import { COOL, type Belief, type Beliefs, type Report, type ReportTarget } from './belief.ts';
import { fingerprintOf, settle, type Known } from './settle.ts';
import { levelOf, provesLife, scopeAt, scopesOf } from './scope.ts';
import { HOUR, SECOND } from './rest.ts';
import { newRamp, rampOf, released } from './ramp.ts';
import { struck, strikesNow, witnessed } from './strike.ts';

/**
 * What one outcome does to the belief about one scope. A fold that changes nothing answers the very belief it was given, and
 * one that leaves nothing to remember answers `COOL` itself: stores write only what is not the same object.
 *
 * H1. Failures of one incident are one strike.
 * H2. A success that began before the last strike says nothing; a told rest is ended by its time, its probe, or by hand.
 * H5. A suspicion cools with a second witness only; under the probe's lease it is a fact.
 * H6. The probe decides the scopes it was leased for; after its success they ramp.
 * H7. A belief about another key is no belief.
 * H8. No fold overwrites a rest by hand.
 */
export function fold(before: Belief, scope: string, report: Report, target: ReportTarget, now: number): Belief {
  const settled = settle(before, now, fingerprintOf(scope, target));
  const belief = report.phase === 'end' ? released(settled, report.lease) : settled;
  if (belief.tag !== 'cool' && belief.byHand) return belief;
  if (belief.tag === 'probing' && report.lease !== undefined && belief.lease.id === report.lease) {
    return probed(belief, scope, report, target, now);
  }
  if (report.outcome === 'ok') return report.phase === 'end' && belief !== settled ? belief : succeeded(belief, report, now);
  const { kind, facts } = report.outcome;
  const level = levelOf(kind, facts);
  if (level === undefined || scopeAt(target, level) !== scope) return belief;
  if (report.verdict === 'suspect' && !witnessed(belief, report, now)) return suspected(belief, report, now);
  return struck(belief, scope, report, target, now);
}

/** After this long no attempt is left that began before the last strike. */
const FORGOTTEN = HOUR;

/** What a belief leaves behind when its rest is over: the strikes, and since when. */
const cooled = ({ since, strikes }: Known): Belief => (since === 0 && strikes === 0 ? COOL : { tag: 'cool', since, strikes });

/** H6: whoever waited for the probe does not come all at once. */
const ramping = ({ since, strikes }: Known, now: number): Belief => ({ tag: 'cool', since, strikes, ramp: newRamp(now) });

function succeeded(belief: Belief, report: Report, now: number): Belief {
  if (belief.tag !== 'cool') {
    const over = report.began > belief.since && (!belief.told || now >= belief.until);
    return over ? cooled(belief) : belief;
  }
  if (isPristine(belief)) return belief;
  if (belief.suspect !== undefined && report.began <= belief.suspect.at) return belief;
  if (now - belief.since > FORGOTTEN && strikesNow(belief, now) === 0) return COOL;
  if (belief.suspect === undefined) return belief;
  const ramp = rampOf(belief, now);
  return ramp ? { tag: 'cool', since: belief.since, strikes: belief.strikes, ramp } : cooled(belief);
}

/** The last suspicion takes the place of the one before. What rests already needs no suspicion. */
function suspected(belief: Belief, report: Report, now: number): Belief {
  if (belief.tag !== 'cool' || report.outcome === 'ok' || report.began < belief.since) return belief;
  const { prompt = '', caller } = report;
  const suspect = { kind: report.outcome.kind, prompt, at: now, ...(caller === undefined ? {} : { caller }) };
  const ramp = rampOf(belief, now);
  return { tag: 'cool', since: belief.since, strikes: belief.strikes, suspect, ...(ramp && { ramp }) };
}

/** A probe that said nothing about its scope is given back, and the next one waits this long. */
const AGAIN = 5 * SECOND;

function probed(belief: Extract<Belief, { tag: 'probing' }>, scope: string, report: Report, target: ReportTarget, now: number): Belief {
  if (report.outcome === 'ok') return ramping(belief, now);
  const { kind, facts } = report.outcome;
  const level = levelOf(kind, facts);
  if (level !== undefined && scopeAt(target, level) === scope) return struck(belief, scope, report, target, now);
  if (!facts.lane && provesLife(kind).some((alive) => scopeAt(target, alive) === scope)) return ramping(belief, now);
  const { lease: _over, ...rest } = belief;
  return { ...rest, tag: 'resting', until: Math.max(rest.until, now + AGAIN), probeAt: Math.max(rest.probeAt, now + AGAIN) };
}

/**
 * Whether calls may go there without asking for the probe's lease. `fingerprint` is the target's: what is believed of another
 * key bars nobody (H7).
 */
export const usable = (belief: Belief, now: number, fingerprint?: string): boolean => settle(belief, now, fingerprint).tag === 'cool';

const NONE: readonly string[] = [];

/** The scopes that keep a target from being asked freely: what to claim before probing it. */
export function barring(target: ReportTarget, beliefs: Beliefs, now: number): readonly string[] {
  if (beliefs.size === 0) return NONE;
  return scopesOf(target).filter((scope) => {
    const belief = beliefs.get(scope);
    return belief !== undefined && !usable(belief, now, target.fingerprint);
  });
}

/**
 * Nothing failed there lately. No report of a success is owed where all scopes were pristine before the attempt, and nobody needs
 * to see them.
 */
export const isPristine = (belief: Belief): boolean =>
  belief.tag === 'cool' && belief.strikes === 0 && belief.suspect === undefined && belief.ramp === undefined;
