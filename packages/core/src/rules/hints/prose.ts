import { peek } from '../classify/peek.ts';
import { amount, type Reading } from './fields.ts';
import { dateIn, leadingDuration } from './moment.ts';

const SPANS: readonly RegExp[] = [
  /\b(?:try|trying|retry|retrying|wait|available|resets?|resetting|reset|regain|regained|restored|resume|cool(?:ing)?[ -]?down|back|expires?)\b[^\n]{0,40}?\b(?:in|after|for|within|another)\b\s*:?\s*(?=~|about|around|approximately|roughly|up to|an? |one |\d)/gi,
  /\b(?:wait|retry-after|retry_after|retry after)\b\s*:?\s*(?=~|\d)/gi,
  /(?:请(?:在)?|需等待|等待)\s*(?=\d)/g,
];
const DATES =
  /\b(?:regain|reset|resets|until|available|again|retry|try|resume|restored|renews?)\b[^\n]{0,40}?\b(?:on|at|after|until)\b\s*:?\s*|until\s*:?\s*|将在\s*|将于\s*/gi;

/** Epoch ms that a sentence names: a span to wait, or a date. */
export function inProse(reading: Reading): number | undefined {
  const text = reading.message.slice(0, 2000);
  for (const pattern of SPANS) {
    for (const match of text.matchAll(pattern)) {
      const rest = text.slice(match.index + match[0].length);
      const span = leadingDuration(rest) ?? bareSeconds(rest, match[0]);
      if (span !== undefined && span > 0) return reading.now + span;
    }
  }
  const epoch = /limit reached\|(\d{10,13})\b/i.exec(text)?.[1];
  if (epoch !== undefined) return amount(epoch, reading);
  // Beijing time goes without saying there.
  const zone = /[\u4e00-\u9fff]/.test(text) || reading.nodes.some((node) => /^13(?:08|10)$/.test(String(peek(node, 'code')))) ? 8 : 0;
  for (const match of text.matchAll(DATES)) {
    const date = dateIn(text.slice(match.index + match[0].length).slice(0, 48), zone);
    if (date !== undefined) return date - reading.skew;
  }
  return undefined;
}

/** "Retry after 30": a number with nothing after it is seconds. */
const bareSeconds = (rest: string, lead: string): number | undefined => {
  const found = /retry[- _]?after\W*$/i.test(lead) ? /^~?(\d+(?:\.\d+)?)\s*(?:$|[.,;)\]\n])/.exec(rest) : null;
  return found ? Number(found[1]) * 1000 : undefined;
};
