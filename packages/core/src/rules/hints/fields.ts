import { keys, peek } from '../classify/peek.ts';
import { dateIn, duration } from './moment.ts';

/** A provider's answer, opened for reading. */
export interface Reading {
  /** Headers, lower case; an upstream's, told in the body, included. */
  readonly fields: Readonly<Record<string, string>>;
  /** The objects of the body that speak of the error. */
  readonly nodes: readonly object[];
  readonly message: string;
  /** Epoch ms. */
  readonly now: number;
  /** Ms by which the provider's clock is ahead of ours. */
  readonly skew: number;
}

export type Found = { readonly at: number | undefined; readonly from: string };

/** A number (epoch ms, epoch s, or a count of `unit` ms), a duration, or a date. */
export function amount(value: unknown, reading: Reading, unit = 1000): number | undefined {
  const { now, skew } = reading;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  if (/^[+]?\d+(?:\.\d+)?(?:e\+?\d+)?$/i.test(text)) {
    const number = Number(text);
    if (number >= 1e12) return number - skew;
    // A count of ms may be that large: 11 days and more.
    if (number >= 1e9 && unit !== 1) return number * 1000 - skew;
    return number > 0 ? now + number * unit : undefined;
  }
  const span = duration(text);
  if (span !== undefined) return span > 0 ? now + span : undefined;
  const date = dateIn(text);
  return date === undefined ? undefined : date - skew;
}

const FIELDS: Readonly<Record<string, number>> = {
  retrydelay: 1000,
  retry_delay: 1000,
  retry_after_ms: 1,
  retryafterms: 1,
  retry_after: 1000,
  retryafter: 1000,
  retry_after_seconds: 1000,
  retryafterseconds: 1000,
  resets_at: 1000,
  reset_at: 1000,
  resetsat: 1000,
  resetat: 1000,
  reset_time: 1000,
  resets_in_seconds: 1000,
  reset_in_seconds: 1000,
  resetsinseconds: 1000,
  reset_seconds: 1000,
  resets_in: 1000,
  reset_in: 1000,
  quotaresetdelay: 1000,
  quotaresettimestamp: 1000,
  next_flush_time: 1000,
  estimated_time: 1000,
  cooldown_until: 1000,
};

export function inNode(node: object, reading: Reading): (number | undefined)[] {
  const found: (number | undefined)[] = [];
  for (const holder of [node, peek(node, 'metadata')]) {
    for (const key of keys(holder)) {
      const unit = FIELDS[key.toLowerCase()];
      if (unit === undefined) continue;
      const value = peek(holder, key);
      const seconds = peek(value, 'seconds');
      found.push(amount(seconds ?? value, reading, unit));
    }
  }
  return found;
}

/** Subscription windows: the rejected one's reset, else the common one. */
export function unified(reading: Reading): Found {
  const { fields } = reading;
  const prefix = 'anthropic-ratelimit-unified';
  if (fields[`${prefix}-status`] !== 'rejected') return { at: undefined, from: prefix };
  const resets = Object.keys(fields)
    .filter((name) => name.startsWith(`${prefix}-`) && name.endsWith('-status') && fields[name] === 'rejected' && !name.includes('overage'))
    .map((name) => name.replace(/-status$/, '-reset'));
  const windows = resets.filter((name) => name !== `${prefix}-reset` && fields[name] !== undefined);
  const named = windows.length > 0 ? windows : [`${prefix}-reset`];
  return latest(named, (name) => amount(fields[name], reading));
}

/** The latest reset among the dimensions of which nothing is left; of the others it says when they are full, not free. */
export function spent(reading: Reading): Found {
  const { fields } = reading;
  const names = Object.keys(fields).filter((name) => /rate-?limit/.test(name) && name.includes('remaining'));
  const empty = names.filter((name) => /^(?:-\d.*|-?0+(?:\.0+)?)$/.test(fields[name]!.trim()));
  const found = latest(
    empty.map((name) => name.replace('remaining', 'reset')),
    (name) => amount(fields[name], reading),
  );
  if (found.at !== undefined) return found;
  // The draft standard's form: `"default";r=0;t=30`.
  const waits = [...(fields['ratelimit'] ?? '').matchAll(/\br=0\b[^,]*\bt=(\d+)/g)].map((match) => Number(match[1]));
  return { at: waits.length > 0 ? reading.now + Math.max(...waits) * 1000 : undefined, from: 'ratelimit' };
}

function latest(names: readonly string[], at: (name: string) => number | undefined): Found {
  const found = names.map((name) => ({ at: at(name), from: name })).filter((one) => one.at !== undefined);
  return found.toSorted((a, b) => b.at! - a.at!)[0] ?? { at: undefined, from: names[0] ?? '' };
}
