import { amount } from './fields.ts';
import { dateIn } from './moment.ts';

/** What a provider says is left of one limit. */
export interface ToldLimit {
  readonly of: 'requests' | 'tokens';
  /** The header's own word: `requests`, `input-tokens` … */
  readonly name: string;
  readonly limit?: number;
  readonly remaining: number;
  /** Epoch ms. */
  readonly resetAt: number;
}

/** The provider's clock, in whole seconds, is taken for another than ours only from here on; a day and more is nonsense. Ms. */
const SKEWED = 2000;
const DAY = 86_400_000;

const FORMS: readonly RegExp[] = [
  /^anthropic-ratelimit-(?<name>requests|tokens|input-tokens|output-tokens)-remaining$/,
  /^x-ratelimit-remaining-(?<name>requests|tokens|input-tokens|output-tokens)$/,
  /^x-ratelimit-remaining-(?<name>requests|tokens)-minute$/,
  /^(?:x-)?ratelimit-(?<name>)remaining$/,
];

/**
 * The limits that the head of an answer tells of, those with room left too. What has no reset says nothing of when, and is left out.
 * `fields`: header names in lower case.
 */
export function toldLimits(fields: Readonly<Record<string, string>>, now: number): readonly ToldLimit[] {
  const found: ToldLimit[] = [];
  const ahead = (dateIn(fields['date'] ?? '') ?? now) - now;
  const skew = Math.abs(ahead) >= SKEWED && Math.abs(ahead) < DAY ? ahead : 0;
  for (const field of Object.keys(fields)) {
    if (!field.includes('ratelimit') || !field.includes('remaining')) continue;
    const form = FORMS.map((one) => one.exec(field)).find((match) => match !== null);
    if (!form) continue;
    const name = form.groups!['name'] || 'requests';
    const remaining = Number(fields[field]);
    const reset = fields[field.replace('remaining', 'reset')];
    const resetAt = amount(reset, { fields, nodes: [], message: '', now, skew });
    const limit = Number(fields[field.replace('remaining', 'limit')]?.split(/[,;]/)[0]);
    if (!Number.isFinite(remaining) || fields[field]!.trim() === '' || resetAt === undefined || resetAt <= now) continue;
    found.push({ of: name.includes('token') ? 'tokens' : 'requests', name, remaining, resetAt, ...(limit > 0 && { limit }) });
  }
  return found;
}
