import { ModelFailure } from '../failure.ts';
import type { Protocol } from '../target.ts';
import { FINISHES, type FinishRow } from './finish.data.ts';
import { SENTENCES } from './sentence.data.ts';

const FAILING: ReadonlySet<string> = new Set(FINISHES.flatMap(({ raw }) => raw));

/** Words that were looked at and stand for no failure: a process hears few, again and again. */
const whole = new Set<string>();
const MOST = 100;

export const finishRow = (protocol: Protocol, raw: string, seen: { readonly sawText: boolean }): FinishRow | undefined => {
  if (whole.has(raw)) return undefined;
  // A blocked prompt has no candidate and so no finish reason; it is told as `blockReason:SAFETY`.
  const [head, tail] = raw.trim().toLowerCase().split(':', 2) as [string, string | undefined];
  if (!FAILING.has(head) && (tail === undefined || !FAILING.has(tail.trim()))) {
    if (whole.size < MOST) whole.add(raw);
    return undefined;
  }
  const row = FINISHES.find(
    (candidate) =>
      (candidate.raw.includes(head) || (tail !== undefined && candidate.raw.includes(tail.trim()))) &&
      (candidate.protocol === undefined || candidate.protocol.includes(protocol)),
  );
  return row?.beforeText && seen.sawText ? undefined : row;
};

/**
 * The failure that a finish reason, as the provider sent it, stands for; undefined when it ends a whole answer (C2). A refusal or a
 * filter after visible text is passed on, not retried.
 */
export function finishFailure(protocol: Protocol, raw: string | undefined, seen: { readonly sawText: boolean }): ModelFailure | undefined {
  const row = raw === undefined ? undefined : finishRow(protocol, raw, seen);
  if (!row) return undefined;
  return new ModelFailure(row.kind, row.say ?? SENTENCES[row.kind], {
    code: raw!.slice(0, 80),
    ...(row.repair !== undefined && { repair: row.repair }),
  });
}
