import { humanDuration } from './duration.ts';
import type { CallRecord } from './record.ts';

/** P7: one sentence that names every attempt and every target passed over. */
export function stopMessage(record: CallRecord): string {
  const tried = new Map<string, number>();
  for (const { target, failure } of record.attempts) {
    const what = `${target}: ${failure?.message ?? 'broke'}`;
    tried.set(what, (tried.get(what) ?? 0) + 1);
  }
  const now = record.began + record.ms;
  const attempts = [...tried].map(([what, times]) => (times === 1 ? what : `${what} (${times} times)`));
  const asked = new Set(record.attempts.map(({ place }) => place));
  const skips = new Map(record.skips.filter(({ place }) => !asked.has(place)).map((skip) => [skip.place, skip]));
  const passed = [...skips.values()].map(({ target, reason, until, why }) => {
    const because = why === undefined ? '' : ` (${why.kind}${why.status === undefined ? '' : ` ${why.status}`})`;
    return `${target}: ${reason}${because}${until === undefined || until <= now ? '' : ` for ${humanDuration(until - now)}`}`;
  });
  const why = [...attempts, ...passed].join('; ');
  const again = record.retryAt === undefined || record.retryAt <= now ? '' : `; try again in ${humanDuration(record.retryAt - now)}`;
  return `no model could answer${why === '' ? '' : `: ${why}`}${again}`;
}
