import type { Evidence } from './evidence.ts';
import { isBare, namesModel, sizesIn } from './prose.ts';
import type { ClassifyContext, Condition } from './row.ts';

/** The evidence as the tables ask for it. */
export interface Seen {
  readonly evidence: Evidence;
  /** The effective status; undefined is in-band (E2). */
  readonly status: number | undefined;
  readonly codes: readonly string[];
  /** The provider's messages, a line each. */
  readonly message: string;
  readonly messages: readonly string[];
  readonly vendors: readonly string[];
}

const nothingLeft = (headers: Readonly<Record<string, string>>): boolean =>
  Object.entries(headers).some(([name, value]) => /rate-?limit.*remaining/.test(name) && /^-?0+(?:\.0+)?$|^-\d/.test(value.trim()));

const TIMED = /(?:again|retry|retrying|wait|resets?)\b[^\n]{0,30}?\b(?:in|after|for)?\s*~?\d/i;

export const CONDITIONS: Readonly<Record<Condition, (seen: Seen, context: ClassifyContext) => boolean>> = {
  'names-model': (seen, context) => namesModel(seen.message, context.model),
  html: (seen) => seen.evidence.payload.html || seen.evidence.headers['cf-mitigated'] !== undefined,
  bare: (seen) => seen.evidence.payload.html || isBare(seen.messages),
  'over-limit': (seen) => {
    const sizes = sizesIn(seen.message);
    return sizes?.requested !== undefined && sizes.limit !== undefined && sizes.requested > sizes.limit;
  },
  spent: (seen) => nothingLeft(seen.evidence.headers),
  silent: (seen) => !seen.evidence.payload.failed,
  timed: (seen) => TIMED.test(seen.message),
};
