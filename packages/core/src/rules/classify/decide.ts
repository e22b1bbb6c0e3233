import type { FailureKind } from '../failure.ts';
import { CONDITIONS, type Seen } from './conditions.ts';
import type { Evidence } from './evidence.ts';
import { HEAD } from './peek.ts';
import { namesModel, statusInProse } from './prose.ts';
import { BUILT_IN } from './rows/index.ts';
import { BROKEN } from './rows/broken.data.ts';
import { FRAMES } from './rows/frames.data.ts';
import { STATUSES } from './rows/statuses.data.ts';
import { WORDS } from './rows/words.data.ts';
import type { ClassifyContext, Row, UserRow } from './row.ts';
import { fits, transportOf } from './transport.ts';
import { patternOf } from './user-rows.ts';
import { HOSTS } from './vendors.data.ts';

/** What a failure is, and which entry of which table says so. */
export interface Verdict {
  readonly kind: FailureKind;
  readonly row: string;
  readonly say?: string;
  readonly sent?: true;
  readonly perModel?: true;
  readonly repair?: string;
}

/**
 * E1, in its order: our own abort · transport · rows (the user's first) · structured codes · status · words. A limit of ours that is
 * a `ModelFailure` never comes here.
 */
export function decide(evidence: Evidence, context: ClassifyContext): Verdict {
  const seen = look(evidence, context);
  return (
    connection(seen, context) ??
    fromUserRows(seen, context) ??
    fromRows(BUILT_IN, seen, context) ??
    (inside200(seen) ? fromRows(BROKEN, seen, context) : undefined) ??
    fromRows(FRAMES, seen, context) ??
    fromRows(STATUSES, seen, context) ??
    (seen.status === undefined && seen.evidence.payload.codes.length === 0 ? fromRows(WORDS, seen, context) : undefined) ?? {
      kind: 'unknown',
      row: 'none',
    }
  );
}

function look(evidence: Evidence, context: ClassifyContext): Seen {
  const { payload, http } = evidence;
  const messages = payload.messages.length > 0 ? payload.messages : evidence.said;
  const message = messages.join('\n').slice(0, 4 * HEAD);
  const codes = [...headerCodes(evidence.headers), ...payload.codes, ...evidence.names, `body:${evidence.body}`];
  // E2: a status inside a body outranks a 200, and stands in where there is none.
  const structured = http !== undefined && http >= 300 ? http : (payload.status ?? undefined);
  const status = structured ?? (http === undefined && payload.codes.length === 0 ? statusInProse(message) : undefined);
  return { evidence, status, codes, messages, message, vendors: vendorsOf(evidence.url, context.provider) };
}

function headerCodes(headers: Readonly<Record<string, string>>): string[] {
  const codes: string[] = [];
  for (const name of ['x-amzn-errortype', 'x-ms-error-code', 'x-error-code']) {
    const value = headers[name];
    if (value !== undefined) codes.push(value.replace(/:.*$/, '').toLowerCase());
  }
  if (headers['anthropic-ratelimit-unified-status'] === 'rejected') {
    const shared = ['5h', '7d'].some((window) => headers[`anthropic-ratelimit-unified-${window}-status`] === 'rejected');
    // A rejection that neither shared window explains belongs to the model's own window; its name, where given, follows `7d_`.
    codes.push(shared ? 'unified:rejected' : 'unified:rejected:model');
  }
  return codes;
}

function vendorsOf(url: string | undefined, provider: string | undefined): string[] {
  const host = /^https?:\/\/(?:[^/@]*@)?([^/:?#]+)/i.exec(url ?? '')?.[1]?.toLowerCase();
  const vendor = host === undefined ? undefined : HOSTS.find(([match]) => match.test(host))?.[1];
  return [provider?.toLowerCase(), vendor].filter((name) => name !== undefined);
}

const ABORTS = /^(?:aborterror|responseaborted|messageabortederror|apiuseraborterror|cancelederror|cancellederror|requestabortederror)$/;
const LIMITS = /^(?:timeouterror|apiconnectiontimeouterror|headerstimeouterror|bodytimeouterror|connecttimeouterror)$/;

const ABORT_CODES: ReadonlySet<string> = new Set(['ABORT_ERR', 'ERR_CANCELED', 'UND_ERR_ABORTED']);

/** Evidence from this side of the wire. What the provider said outranks it; a break after the head is a cut. */
function connection(seen: Seen, context: ClassifyContext): Verdict | undefined {
  const { evidence } = seen;
  const spoke = seen.status !== undefined || evidence.payload.failed || evidence.payload.codes.length > 0;
  if (spoke) return undefined;
  const row = transportOf(evidence.faults);
  const ended = endedByUs(seen);
  // "fetch failed" around an abort says less than the abort.
  if (!row || (ended && !row.code && !row.first)) return ended;
  const after = (evidence.http !== undefined && evidence.http < 300) || context.phase === 'after';
  if (after && (row.kind === 'network' || row.kind === 'malformed')) return { kind: 'truncated', row: `after-head:${row.id}` };
  return { kind: row.kind, row: row.id, say: row.say, ...(row.sent && { sent: row.sent }) };
}

function endedByUs({ codes, evidence }: Seen): Verdict | undefined {
  if (codes.some((code) => LIMITS.test(code))) return { kind: 'timeout', row: 'abort/limit' };
  const aborted =
    codes.some((code) => ABORTS.test(code)) || evidence.faults.some(({ code }) => code !== undefined && ABORT_CODES.has(code));
  return aborted ? { kind: 'cancelled', row: 'abort/cancelled' } : undefined;
}

const inside200 = (seen: Seen): boolean =>
  seen.status === undefined && seen.evidence.http !== undefined && seen.evidence.http < 300 && !seen.evidence.payload.failed;

function fromRows(rows: readonly Row[], seen: Seen, context: ClassifyContext): Verdict | undefined {
  const row = rows.find((candidate) => matches(candidate, seen, context));
  if (!row) return undefined;
  const model = row.perModel ?? (row.window && namesOneModel(seen, context));
  return {
    kind: row.kind,
    row: row.id,
    ...(row.say !== undefined && { say: row.say }),
    ...(row.sent && { sent: row.sent }),
    ...(model === true && { perModel: true as const }),
    ...(row.repair !== undefined && { repair: row.repair }),
  };
}

const namesOneModel = (seen: Seen, context: ClassifyContext): boolean =>
  namesModel(seen.message, context.model) || /\b(?:for|on|of) (?:this|the|that) model\b|\bfor model\b/i.test(seen.message);

function matches(row: Row, seen: Seen, context: ClassifyContext): boolean {
  if (row.status && !row.status.includes(seen.status ?? 0)) return false;
  if (row.protocol && !row.protocol.includes(context.protocol)) return false;
  if (row.provider && !row.provider.some((name) => seen.vendors.includes(name))) return false;
  if (row.code && !row.code.some((want) => seen.codes.some((have) => fits(want, have)))) return false;
  if (row.match && !row.match.test(seen.message)) return false;
  if (row.unless?.test(seen.message)) return false;
  return row.when === undefined || CONDITIONS[row.when](seen, context);
}

function fromUserRows(seen: Seen, context: ClassifyContext): Verdict | undefined {
  const index = context.userRows?.findIndex((row) => userMatches(row, seen, context)) ?? -1;
  return index < 0 ? undefined : { kind: context.userRows![index]!.kind, row: `user/${index}` };
}

function userMatches(row: UserRow, seen: Seen, context: ClassifyContext): boolean {
  if (row.provider !== undefined && !seen.vendors.includes(row.provider.toLowerCase())) return false;
  if (row.protocol !== undefined && row.protocol !== context.protocol) return false;
  if (row.status !== undefined && row.status !== (seen.status ?? seen.evidence.http)) return false;
  if (row.code !== undefined && !seen.codes.includes(row.code.toLowerCase())) return false;
  if (row.match === undefined) return true;
  return patternOf(row.match)?.test(seen.message) ?? false;
}
