import { humanDuration, RAMP_MS, rampShare, type ScopeBelief } from '@holdfast/core/engine';
import { columns } from './call-words.ts';
import { tameLine } from './width.ts';

/** Ms for which a suspicion waits for a second witness (H5); then it says nothing any more. */
const SUSPICION = 60_000;

/** The beliefs worth a line: what rests, why and until when; what is suspected. */
export function healthLines(beliefs: readonly ScopeBelief[], now: number, clockOf: (at: number) => string): readonly string[] {
  const rows = beliefs.flatMap((one) => rowOf(one, now, clockOf));
  if (rows.length === 0) return ['everything is usable: nothing rests'];
  return columns([['SCOPE', 'STATE', 'WHY', 'UNTIL', 'STRIKES'], ...rows]);
}

/** After a probe's success it takes calls by and by (H6). */
function comingBack(belief: ScopeBelief['belief'], now: number): string | undefined {
  const share = rampShare(belief, now);
  const ramps = belief.tag === 'cool' && belief.ramp !== undefined && now < belief.ramp.from + RAMP_MS;
  return ramps ? `a probe succeeded; ${share * 100} % of a lane, whole in ${humanDuration(belief.ramp!.from + RAMP_MS - now)}` : undefined;
}

function rowOf({ scope, belief }: ScopeBelief, now: number, clockOf: (at: number) => string): readonly (readonly string[])[] {
  const coming = comingBack(belief, now);
  if (coming !== undefined) return [[scope, 'coming back', coming, '', String(belief.strikes)]];
  if (belief.tag === 'cool') {
    if (belief.suspect === undefined || now - belief.suspect.at > SUSPICION) return [];
    return [[scope, 'suspected', belief.suspect.kind, '', String(belief.strikes)]];
  }
  const { why, until, told, byHand, strikes, probeAt } = belief;
  // A rest by hand is over with its time; nobody probes it.
  if (byHand && until <= now) return [];
  const reason = tameLine([why.kind, why.status, why.code].filter((word) => word !== undefined).join(' '));
  const state =
    belief.tag === 'probing' ? 'probing' : until <= now ? 'probe due' : byHand ? 'by hand' : told ? 'resting (told)' : 'resting (guess)';
  const probe = probeAt < until && until > now ? `, probed ${probeAt <= now ? 'now' : `in ${humanDuration(probeAt - now)}`}` : '';
  return [[scope, state, reason, until <= now ? 'now' : `${clockOf(until)} (in ${humanDuration(until - now)}${probe})`, String(strikes)]];
}
