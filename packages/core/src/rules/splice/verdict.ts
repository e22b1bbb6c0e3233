import type { Anchor } from './anchor.ts';
import { attaches, hasGraphemes } from './graphemes.ts';

/** How the next target was asked to go on: from the shown text as its own beginning, or by an instruction. */
export type Way = 'prefill' | 'instruction';

/** How the two were found to belong together; `open`: by the look of the joint alone, `call`: the turn goes on with a tool call. */
export type Joint = 'anchor' | 'restart' | 'overlap' | 'prefill' | 'open' | 'call';

/** What a continuation is, as far as it has come: `drop` code units of it were shown before. */
export type Verdict = 'hold' | 'reject' | { readonly drop: number; readonly joint: Joint };

/** Graphemes: a shorter overlap may be chance. */
const OVERLAP = 8;
/** After a prefill nothing is to be repeated: what is must be long to be no chance (C6). */
const PREFILL_OVERLAP = 40;
/** Graphemes held beside twice the anchor until it is clear what they are. */
const SLACK = 400;
/** Code units beyond the anchor's length that are looked at before a joint is called open: the anchor may come after a comment. */
const AHEAD = 40;
/** Code units of a line before the anchor that is taken for a preamble. */
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
  const exact = lead > 0 ? matched(known, next, OVERLAP) : undefined;
  if (typeof exact === 'object') return exact;
  const found = matched(known, body, OVERLAP) ?? afterPreamble(known, body);
  if (typeof found === 'object') return { ...found, drop: lead + found.drop };
  if (found === 'maybe' && !final) return 'hold';
  if (final && (known.anchor.startsWith(body) || known.quote.startsWith(body))) return 'reject';
  if (sharesStart(known, body, OVERLAP)) return 'reject';
  if (goesOn(known, next)) return final || body.length >= known.anchor.length + AHEAD ? { drop: 0, joint: 'open' } : 'hold';
  const line = body.indexOf('\n');
  return !final && line < 0 && body.length <= PREAMBLE ? 'hold' : 'reject';
}

function prefilled(known: Anchor, lead: number, body: string, final: boolean): Verdict {
  const { quote } = known;
  if (body.startsWith(quote) && hasGraphemes(quote, PREFILL_OVERLAP)) return { drop: lead + quote.length, joint: 'restart' };
  const overlap = overlapOf(quote, body, PREFILL_OVERLAP);
  if (overlap > 0) return { drop: lead + overlap, joint: 'overlap' };
  if (!final && quote.includes(body)) return 'hold';
  return sharesStart(known, body, PREFILL_OVERLAP) ? 'reject' : { drop: 0, joint: 'prefill' };
}

/** (a), (b), (c); `maybe`: what comes next decides. */
function matched({ quote, anchor }: Anchor, body: string, least: number): Exclude<Verdict, 'hold' | 'reject'> | 'maybe' | undefined {
  const bracket = body.startsWith('⟦') ? 1 : 0;
  const plain = body.slice(bracket);
  if (plain.startsWith(anchor)) {
    const behind = plain.slice(anchor.length);
    if (bracket > 0 && behind === '') return 'maybe';
    return { drop: bracket + anchor.length + (bracket > 0 && behind.startsWith('⟧') ? 1 : 0), joint: 'anchor' };
  }
  if (body.startsWith(quote)) return { drop: quote.length, joint: 'restart' };
  if (anchor.startsWith(plain) || quote.startsWith(body)) return 'maybe';
  const overlap = overlapOf(quote, body, least);
  if (overlap > 0) return { drop: overlap, joint: 'overlap' };
  return quote.includes(body) ? 'maybe' : undefined;
}

/** (c): the longest end of `quote` that `body` begins with, if it is long enough and occurs once. */
function overlapOf(quote: string, body: string, least: number): number {
  for (let from = Math.max(0, quote.length - body.length); from <= quote.length - least; from++) {
    const end = quote.slice(from);
    if (body.startsWith(end)) return hasGraphemes(end, least) && quote.indexOf(end) === from ? end.length : 0;
  }
  return 0;
}

/** (d): one line before what is repeated. */
function afterPreamble(known: Anchor, body: string): Exclude<Verdict, 'hold' | 'reject'> | 'maybe' | undefined {
  const said = body.indexOf(known.anchor);
  if (said > 0 && said <= PREAMBLE && body.slice(0, said).trim().split('\n').length === 1)
    return { drop: said + known.anchor.length, joint: 'anchor' };
  const line = body.indexOf('\n');
  if (line < 0 || line > PREAMBLE) return undefined;
  const rest = body.slice(line).trimStart();
  if (rest === '') return 'maybe';
  const found = matched(known, rest, OVERLAP);
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
const COMMENT =
  /^\s*(?:sure|certainly|of course|okay|ok\b|absolutely|got it|here is|here are|here's|here goes|continuing|continued|continuation|to continue|let me continue|i['’]?ll (?:go on|continue)|(?:i['’]?m )?sorry|apologies|i apologi|unfortunately|i can(?:no|['’])t|voici|bien sûr|désolé|claro|por supuesto|aquí|lo siento|hier ist|natürlich|weiter geht|gerne|leider|entschuldigung|继续|接着|好的|当然|以下是|抱歉|对不起|続き|もちろん|はい|申し訳|계속|물론|네,|конечно|продолж|вот |извините)/iu;

/** (e) */
const goesOn = ({ quote }: Anchor, next: string): boolean =>
  attaches(next) || (!isClosed(quote) && GOES_ON.test(next) && !ANEW.test(next) && !COMMENT.test(next));
