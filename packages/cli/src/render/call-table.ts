import { humanDuration, restWords, type AttemptRecord, type CallRecord, type SkipRecord, type StoredCall } from '@holdfast/core/engine';
import { attemptWords, usageWords, usd } from './call-words.ts';
import { shortIds } from './session-table.ts';
import { tame, tameLine } from './width.ts';
import { narrowTable } from './narrow-table.ts';
import { wrapped } from './wrap.ts';

/** Milliseconds matter here. */
const took = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : humanDuration(ms));

/** One line a call, newest first. `width`: of the window, where there is one. */
export function callLines(calls: readonly StoredCall[], clockOf: (at: number) => string, width?: number): readonly string[] {
  if (calls.length === 0) return ['no calls'];
  const refs = shortIds(calls.map(({ id }) => id));
  const rows = calls.map((call, index) => [
    refs[index]!,
    clockOf(call.began),
    call.state,
    call.record ? took(call.record.ms) : '',
    call.record ? costOf(call.record) : '',
    call.record ? String(call.record.attempts.length) : '',
    tameLine(call.chain),
    tameLine(pathOf(call)),
    tameLine(call.caller ?? ''),
  ]);
  const heads = ['REF', 'BEGAN', 'STATE', 'TOOK', 'COST', 'TRIES', 'TIER', 'ASKED', 'CALLER'];
  const said = heads.map((_, column) => rows.some((row) => row[column] !== ''));
  const table = [heads, ...rows].map((row) => row.filter((_, column) => said[column]));
  return narrowTable(table, width, ['CALLER', 'TIER', 'TRIES', 'BEGAN', 'TOOK', 'COST']);
}

/** Who was asked, in order; the same again is said once. */
function pathOf({ target, record }: StoredCall): string {
  const asked = (record?.attempts ?? []).map((one) => one.target);
  const path = asked.filter((one, at) => one !== asked[at - 1]);
  return path.length === 0 ? (record ? 'nobody' : target) : path.join(' → ');
}

/** What is known of the cost: an unknown price is said, never 0. */
function costOf({ usd: cost, unpriced }: Pick<CallRecord, 'usd' | 'unpriced'>): string {
  if (cost === undefined) return unpriced ? 'unpriced' : '-';
  return `${usd(cost)}${unpriced ? ' + unpriced' : ''}`;
}

/** One call as it went: who was tried, who was passed over, why, how long it took and what it cost. */
export function callPage(
  call: StoredCall,
  messages: readonly unknown[] | undefined,
  clockOf: (at: number) => string,
  width?: number,
): readonly string[] {
  const { id, chain, began, state, record } = call;
  const by = record?.target === undefined ? '' : ` by ${record.target}`;
  const top = `call ${id} · ${chain} · ${state}${by} · ${clockOf(began)}${record ? ` · ${took(record.ms)}` : ''}`;
  const labels = (['caller', 'user', 'session', 'run', 'tool', 'trace'] as const).flatMap((name) =>
    call[name] ? [`${name} ${call[name]}`] : [],
  );
  const lines = [
    top,
    ...(labels.length > 0 ? [`  ${labels.join(' · ')}`] : []),
    ...(record ? bodyOf(record) : [openWords(call)]),
    ...(messages ? ['', ...messages.flatMap(messageLines)] : []),
  ];
  return lines.map((line) => wrapped(tame(line), width, '      '));
}

const openWords = ({ state, target }: StoredCall): string =>
  state === 'lost'
    ? `  the process that made it died while it went on; ${target} was asked first`
    : `  it goes on; ${target} was asked first`;

function bodyOf(record: CallRecord): readonly string[] {
  const paid = `${usageWords(record.paid)}, ${costOf(record)}`;
  const answer = record.usage && record.attempts.length > 1 ? [`  answer: ${usageWords(record.usage)}`] : [];
  return [
    ...skipLines(record),
    ...record.attempts.flatMap(attemptLines),
    ...(record.attempts.length === 0 ? ['  nobody was asked'] : []),
    ...answer,
    `  paid: ${paid}`,
    ...(record.marks.length > 0 ? [`  marks: ${record.marks.join(', ')}`] : []),
    ...(record.retryAt === undefined
      ? []
      : [`  trying again made sense ${humanDuration(Math.max(0, record.retryAt - record.began))} after it began`]),
  ];
}

/** One model with several keys is passed over once for each: alike, they are one line. */
function skipLines({ skips, began }: CallRecord): readonly string[] {
  const places = new Map<string, Set<number>>();
  for (const skip of skips) {
    const line = `${skip.target}: passed over, ${skipWords(skip, began)}`;
    places.set(line, (places.get(line) ?? new Set()).add(skip.place));
  }
  return [...places].map(([line, { size }]) => `  -  ${line}${size > 1 ? ` (${size} keys)` : ''}`);
}

function attemptLines(one: AttemptRecord): readonly string[] {
  const times = [
    took(one.ms),
    ...(one.laneWaitMs ? [`${took(one.laneWaitMs)} of it in a lane`] : []),
    ...(one.firstMs === undefined ? [] : [`first content after ${took(one.firstMs)}`]),
    ...(one.probe ? ['probe'] : []),
  ];
  const cost = one.unpriced ? ', unpriced' : '';
  return [`  ${one.attempt}  ${one.target}: ${tameLine(attemptWords(one))}${cost} (${times.join(', ')})`];
}

function skipWords({ reason, until, why }: SkipRecord, began: number): string {
  const rest = until === undefined || until <= began ? '' : ` for another ${humanDuration(until - began)}`;
  return `${why ? `${restWords(why.kind)}, ` : ''}${reason}${rest}`;
}

function messageLines(message: unknown): readonly string[] {
  const { role, content } = message as { readonly role?: unknown; readonly content?: unknown };
  const texts = Array.isArray(content) ? content.map(partText) : [String(content)];
  return texts.flatMap((text) => text.split('\n').map((line, at) => (at === 0 ? `${String(role)}: ${line}` : `  ${line}`)));
}

function partText(part: unknown): string {
  const { type, text } = part as { readonly type?: unknown; readonly text?: unknown };
  return typeof text === 'string' ? text : `[${String(type)}]`;
}
