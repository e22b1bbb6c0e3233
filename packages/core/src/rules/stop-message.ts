import { humanDuration } from './duration.ts';
import type { FailureKind } from './failure.ts';
import type { CallRecord, SkipRecord } from './record.ts';

/** Characters of a provider's own words in one sentence. */
const MOST_SAID = 200;
const OFFLINE = 'this machine is offline';
/** What no waiting mends: a key, a right or a name must be changed. */
export const NEEDS_MENDING: ReadonlySet<string> = new Set(['auth', 'access-denied', 'model-missing']);
/** Why something rests, where the kind alone is no word for people. */
const REST_WORDS: Readonly<Partial<Record<FailureKind, string>>> = {
  auth: 'its key was refused',
  'access-denied': 'access denied',
  'model-missing': 'model not found',
  quota: 'quota used up',
  'rate-limit': 'rate limited',
  overload: 'overloaded',
  server: 'server error',
  network: 'no connection',
  timeout: 'timed out',
  truncated: 'broke in mid-answer',
  empty: 'answered with nothing',
};

/** Why a target rests, for people. */
export const restWords = (kind: FailureKind): string => REST_WORDS[kind] ?? kind;

/** What the provider said, cut and quoted; undefined when it said nothing that the sentence does not say. */
export function quoted(message: string, detail: string | undefined): string | undefined {
  const text = detail?.replace(/\s+/g, ' ').trim() ?? '';
  if (text === '' || message.toLowerCase().includes(text.toLowerCase())) return undefined;
  return `"${text.length <= MOST_SAID ? text : `${text.slice(0, MOST_SAID - 1).replace(/[\uD800-\uDBFF]$/, '')}…`}"`;
}

/** P7: one sentence that names every attempt and every target passed over. */
export function stopMessage(record: CallRecord): string {
  const tried = new Map<string, { readonly times: number; readonly said: string | undefined }>();
  for (const { target, failure } of record.attempts) {
    const message = failure?.message ?? 'broke';
    const what = `${target}: ${message}`;
    const before = tried.get(what);
    tried.set(what, { times: (before?.times ?? 0) + 1, said: quoted(message, failure?.facts.detail) ?? before?.said });
  }
  const now = record.began + record.ms;
  const attempts = [...tried].map(
    ([what, { times, said }]) => `${what}${times === 1 ? '' : ` (${times} times)`}${said === undefined ? '' : ` (${said})`}`,
  );
  const passed = passedOver(record).map(({ target, reason, until, why }) => {
    const because = why === undefined ? '' : ` (${restWords(why.kind)}${why.status === undefined ? '' : `, ${why.status}`})`;
    return `${target}: ${reason}${because}${until === undefined || until <= now ? '' : ` for ${humanDuration(until - now)}`}`;
  });
  const why = [...attempts, ...passed].join('; ');
  const soon = record.retryAt !== undefined && record.retryAt > now && !needsMending(record);
  const again = soon ? `; try again in ${humanDuration(record.retryAt! - now)}` : '';
  return `${localLead(record)}no model could answer${why === '' ? '' : `: ${why}`}${again}`;
}

/** What is wrong with this machine comes first: no model is to blame. */
function localLead({ outcome, attempts }: CallRecord): string {
  if (outcome !== 'local') return '';
  const said = attempts.findLast(({ failure }) => failure?.kind === 'local')?.failure?.message;
  return said === undefined ? '' : `${said.startsWith(OFFLINE) ? OFFLINE : said}: `;
}

/** Targets that were never asked, each once. */
function passedOver({ attempts, skips }: CallRecord): readonly SkipRecord[] {
  const asked = new Set(attempts.map(({ place }) => place));
  return [...new Map(skips.filter(({ place }) => !asked.has(place)).map((skip) => [skip.place, skip])).values()];
}

/** What each target of a call that failed came to: its last failure, or why it rests. */
export function blamed(record: CallRecord): readonly { readonly target: string; readonly kind: FailureKind }[] {
  const last = new Map(
    record.attempts.flatMap((one) => (one.failure ? [[one.place, { target: one.target, kind: one.failure.kind }]] : [])),
  );
  const rests = passedOver(record).flatMap(({ target, why }) => (why ? [{ target, kind: why.kind }] : []));
  return [...last.values(), ...rests];
}

/** Everything that failed or rests does so for a key, a right or a name. */
export function needsMending(record: CallRecord): boolean {
  const all = blamed(record);
  return all.length > 0 && all.every(({ kind }) => NEEDS_MENDING.has(kind));
}
