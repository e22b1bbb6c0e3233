import { humanDuration, type ScopeBelief } from '@holdfast/core/engine';
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

function rowOf({ scope, belief }: ScopeBelief, now: number, clockOf: (at: number) => string): readonly (readonly string[])[] {
  if (belief.tag === 'cool') {
    if (belief.suspect === undefined || now - belief.suspect.at > SUSPICION) return [];
    return [[scope, 'suspected', belief.suspect.kind, '', String(belief.strikes)]];
  }
  const { why, until, told, byHand, strikes, probeAt } = belief;
  const reason = tameLine([why.kind, why.status, why.code].filter((word) => word !== undefined).join(' '));
  const state =
    belief.tag === 'probing' ? 'probing' : until <= now ? 'probe due' : byHand ? 'by hand' : told ? 'resting (told)' : 'resting (guess)';
  const probe = probeAt < until && until > now ? `, probed ${probeAt <= now ? 'now' : `in ${humanDuration(probeAt - now)}`}` : '';
  return [[scope, state, reason, until <= now ? 'now' : `${clockOf(until)} (in ${humanDuration(until - now)}${probe})`, String(strikes)]];
}
