import type { FailureKind } from './failure.ts';
import type { Protocol } from './target.ts';
import { readPayload } from './classify/payload.ts';
import { headersOf, peek } from './classify/peek.ts';
import { amount, inNode, spent, unified, type Found, type Reading } from './hints/fields.ts';
import { dateIn, pacificMidnight } from './hints/moment.ts';
import { inProse } from './hints/prose.ts';

/**
 * Every way a provider says "come back at", read by one parser (section 3).
 *
 * I1. A hint is in the future and not beyond its bound; anything else is none. It never throws.
 * I2. The order of section 3; a reset counts only for a dimension that is spent.
 * I3. Moments of the provider's clock are corrected by `date`, unless that is off by a day or more.
 * The spread against a herd is added where a rest is made, not here.
 */
export interface HintSource {
  readonly headers?: unknown;
  /** The parsed body, its text, or the objects already found in it. */
  readonly body?: unknown;
  /** The provider's message. */
  readonly message?: string;
  /** Epoch ms. */
  readonly now: number;
  readonly protocol?: Protocol;
  /** Bounds the hint; without it the widest bound holds. */
  readonly kind?: FailureKind;
}

export interface Hint {
  /** Epoch ms. */
  readonly retryAt: number;
  /** A header's name, `body`, `prose`, or `quota-day`. */
  readonly from: string;
}

const DAY = 86_400_000;
const WINDOWED: ReadonlySet<FailureKind> = new Set<FailureKind>(['quota', 'rate-limit']);
/** Beyond this a hint is absurd. */
export const longestHint = (kind?: FailureKind): number => (kind === undefined || WINDOWED.has(kind) ? 31 * DAY : DAY);

export function hint(source: HintSource): Hint | undefined {
  try {
    const reading = read(source);
    const bound = source.now + longestHint(source.kind);
    for (const { at, from } of candidates(reading)) {
      if (at !== undefined && at > source.now && at <= bound) return { retryAt: Math.ceil(at), from };
    }
  } catch {
    // Garbage is no hint.
  }
  return undefined;
}

function read(source: HintSource): Reading {
  const fields = headersOf(source.headers);
  const theirs = dateIn(fields['date'] ?? '');
  const skew = theirs !== undefined && Math.abs(theirs - source.now) < DAY ? theirs - source.now : 0;
  const payload = readPayload(source.body);
  const message = source.message ?? payload.messages.join('\n');
  return { fields: { ...payload.headers, ...fields }, nodes: payload.nodes, message, now: source.now, skew };
}

function* candidates(reading: Reading): Generator<Found> {
  const { fields, now } = reading;
  // Both come with shorter hints beside them that are not true.
  yield unified(reading);
  if (reading.nodes.some((node) => /PerDay/i.test(String(peek(node, 'quotaId'))))) yield { at: pacificMidnight(now), from: 'quota-day' };
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) yield { at: amount(fields[name], reading, 1), from: name };
  yield { at: amount(fields['retry-after'], reading), from: 'retry-after' };
  for (const node of reading.nodes) for (const at of inNode(node, reading)) yield { at, from: 'body' };
  yield spent(reading);
  yield { at: inProse(reading), from: 'prose' };
}
