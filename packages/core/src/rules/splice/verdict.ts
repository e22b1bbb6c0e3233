import type { Anchor } from './anchor.ts';
import { isComment, looksLikeComment } from './comment.ts';
import { attaches, hasGraphemes } from './graphemes.ts';

/** How the next target was asked to go on: from the shown text as its own beginning, or by an instruction. */
export type Way = 'prefill' | 'instruction';

/** How the two were found to belong together; `open`: by the look of the joint alone, `call`: the turn goes on with a tool call. */
export type Joint = 'anchor' | 'restart' | 'overlap' | 'prefill' | 'open' | 'call';

type Found = { readonly drop: number; readonly joint: Joint };

/** What a continuation is, as far as it has come: `drop` code units of it were shown before. */
export type Verdict = 'hold' | 'reject' | Found;

/** Graphemes: a shorter overlap may be chance. */
const OVERLAP = 8;
/** After a prefill nothing is to be repeated: what is must be long to be no chance (C6). */
const PREFILL_OVERLAP = 40;
/** Graphemes held beside twice the anchor until it is clear what they are. */
const SLACK = 400;
/** Code units that are looked at before a joint is called open: a comment is known by its first words. */
const AHEAD = 40;
/** Code units of a line before the anchor that may be a preamble. */
const PREAMBLE = 200;

/** Code units held at most, but where the text goes on repeating what was shown. */
export const holdsAtMost = ({ anchor }: Anchor): number => 2 * anchor.length + SLACK;

/**
 * C6 (a) to (e), for the text `next` of a continuation so far. `final`: no more comes, or no more is waited for.
 * Two answers are never joined: what cannot be told from one is rejected.
 */
export function verdictOf(known: Anchor, next: string, way: Way, final: boolean): Verdict {
  const lead = next.length - next.trimStart().length;
  const body = next.slice(lead);
  if (body === '') return final ? 'reject' : 'hold';
  if (way === 'prefill') return prefilled(known, lead, body, final);
  const found = matched(known, body) ?? (lead > 0 ? matched(known, next, 0) : undefined) ?? afterPreamble(known, next, body);
  if (typeof found === 'object')
    return found.exact ? { drop: found.drop, joint: found.joint } : { drop: lead + found.drop, joint: found.joint };
  if (found === 'maybe' && !final) return 'hold';
  // All that came had been shown: it has not gone on.
  if (found === 'maybe' || sharesStart(known, body, OVERLAP)) return 'reject';
  if (goesOn(known, next)) return final || body.length >= AHEAD ? { drop: 0, joint: 'open' } : 'hold';
  return !final && !body.includes('\n') && body.length <= PREAMBLE ? 'hold' : 'reject';
}

function prefilled(known: Anchor, lead: number, body: string, final: boolean): Verdict {
  const { quote } = known;
  if (body.startsWith(quote) && hasGraphemes(quote, PREFILL_OVERLAP)) return { drop: lead + quote.length, joint: 'restart' };
  const overlap = overlapOf(quote, body, PREFILL_OVERLAP);
  if (overlap > 0) return { drop: lead + overlap, joint: 'overlap' };
  if (!final && quote.includes(body)) return 'hold';
  return sharesStart(known, body, PREFILL_OVERLAP) ? 'reject' : { drop: 0, joint: 'prefill' };
}

type Match = (Found & { readonly exact?: boolean }) | 'maybe' | undefined;

/** (a), (b), (c); `maybe`: what comes next decides. With `from` the white space at the head of `body` is part of what is compared. */
function matched({ quote, anchor }: Anchor, body: string, from?: 0): Match {
  if (from === 0) {
    const exact = overlapOf(quote, body, OVERLAP);
    return exact > 0 ? { drop: exact, joint: 'overlap', exact: true } : undefined;
  }
  const bracket = body.startsWith('⟦') ? 1 : 0;
  const plain = body.slice(bracket);
  if (plain.startsWith(anchor)) return unbracketed(bracket + anchor.length, plain.slice(anchor.length), bracket > 0);
  if (body.startsWith(quote)) return { drop: quote.length, joint: 'restart' };
  if (anchor.startsWith(plain) || quote.startsWith(body)) return 'maybe';
  const overlap = overlapOf(quote, body, OVERLAP);
  if (overlap > 0) return { drop: overlap, joint: 'overlap' };
  return quote.includes(body) ? 'maybe' : undefined;
}

/** The brackets of the instruction are no part of the text, should they be repeated too. */
function unbracketed(drop: number, behind: string, bracket: boolean): Match {
  if (!bracket) return { drop, joint: 'anchor' };
  return behind === '' ? 'maybe' : { drop: drop + (behind.startsWith('⟧') ? 1 : 0), joint: 'anchor' };
}

/** (c): the longest end of `quote` that `body` begins with, if it is long enough and occurs once. */
function overlapOf(quote: string, body: string, least: number): number {
  for (let from = Math.max(0, quote.length - body.length); from <= quote.length - least; from++) {
    const end = quote.slice(from);
    if (body.startsWith(end)) return hasGraphemes(end, least) && quote.indexOf(end) === from ? end.length : 0;
  }
  return 0;
}

/** What stands between a comment and what it introduces, on one line. */
const INTRODUCES = /(?:[:：]\s*|\s)["'“«「⟦]?$/;

/** (d): a comment before what is repeated. Text that could go on from what was shown is never taken for one: it would be lost. */
function afterPreamble(known: Anchor, next: string, body: string): Match {
  if (goesOn(known, next)) return undefined;
  const said = body.indexOf(known.anchor);
  const before = body.slice(0, Math.max(0, said));
  if (said > 0 && said <= PREAMBLE && !before.trim().includes('\n') && hasGraphemes(known.anchor, OVERLAP)) {
    if (INTRODUCES.test(before) || before.endsWith('\n'))
      return unbracketed(said + known.anchor.length, body.slice(said + known.anchor.length), before.endsWith('⟦'));
  }
  const line = body.indexOf('\n');
  if (line < 0 || line > PREAMBLE || !looksLikeComment(body.slice(0, line))) return undefined;
  const rest = body.slice(line).trimStart();
  if (rest === '') return 'maybe';
  const found = matched(known, rest);
  return typeof found === 'object' ? { ...found, drop: body.length - rest.length + found.drop } : found;
}

/** It began as what was shown began, and went another way: another answer (b). */
function sharesStart({ quote }: Anchor, body: string, least: number): boolean {
  let same = 0;
  while (same < body.length && same < quote.length && body[same] === quote[same]) same++;
  return hasGraphemes(body.slice(0, same), least);
}

/** The end of a sentence or of a fence: nothing is owed after it. */
const CLOSED = /(?:[.!?。！？]["'”’»）)\]*_]*|(?:^|\n)```)$/;

export const isClosed = (quote: string): boolean => CLOSED.test(quote);

/** How a sentence goes on: white space, punctuation, a small letter, a letter of a script without capitals. A new fence or heading is a beginning. */
const GOES_ON = /^(?!```|#)(?:\s|\p{P}|[$+<=>^`|~]|\p{Ll}|\p{Lo}|\p{Lm})/u;
/** A paragraph that begins with a capital after an unfinished sentence is another answer's. */
const ANEW = /^\s*\n\s*(?:\p{Lu}|\p{Lt})/u;

/** (e) */
const goesOn = ({ quote }: Anchor, next: string): boolean =>
  attaches(next) || (!isClosed(quote) && GOES_ON.test(next) && !next.startsWith('⟦') && !ANEW.test(next) && !isComment(next));
