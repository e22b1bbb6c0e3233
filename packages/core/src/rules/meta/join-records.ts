import type { CallRecord } from '../record.ts';
import { addUsage } from '../usage.ts';

/** In the record of a meta call: the model was shown its mistake and asked again. */
const ASKED_AGAIN = 'asked-again';

/** One record of several calls that were made for one answer: every attempt, numbered anew, and all that was paid; the answer is the last one's. */
export function joinRecords(records: readonly CallRecord[]): CallRecord | undefined {
  const [first] = records;
  const last = records.at(-1);
  if (!first || !last || first === last) return first;
  const usd = records.flatMap((one) => one.usd ?? []);
  return {
    ...last,
    id: first.id,
    began: first.began,
    ms: last.began + last.ms - first.began,
    attempts: records.flatMap(({ attempts }) => attempts).map((one, index) => ({ ...one, attempt: index + 1 })),
    skips: records.flatMap(({ skips }) => skips),
    paid: records.reduce((sum, { paid }) => addUsage(sum, paid), {}),
    ...(usd.length > 0 && { usd: usd.reduce((sum, one) => sum + one, 0) }),
    ...(records.some(({ unpriced }) => unpriced) && { unpriced: true as const }),
    marks: [...new Set([...records.flatMap(({ marks }) => marks), ASKED_AGAIN])],
  };
}
