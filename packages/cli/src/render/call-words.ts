import { quoted, restWords } from '@holdfast/core/engine';
import type { CallRecord, Usage } from '@holdfast/core/engine';

export const usd = (amount: number): string =>
  amount >= 0.01 || amount === 0 ? `$${amount.toFixed(2)}` : `$${amount.toFixed(5).replace(/0+$/, '')}`;

const count = (n: number): string => n.toLocaleString('en-US');

export function usageWords(usage: Usage, cost?: number): string {
  if (usage.input === undefined && usage.output === undefined) return 'no tokens';
  const parts = [
    `${count(usage.input ?? 0)} token${usage.input === 1 ? '' : 's'} in`,
    ...(usage.cacheRead ? [`${count(usage.cacheRead)} from cache`] : []),
    `${count(usage.output ?? 0)} out`,
  ];
  return `${parts.join(', ')}${usage.estimated ? ' (estimated)' : ''}${cost === undefined ? '' : `, ${usd(cost)}`}`;
}

/** The record of a call, for people: who was asked, what came of it, who was passed over, what it cost. */
export function recordLines(record: CallRecord): readonly string[] {
  const rows = record.attempts.map((one) => [`${one.attempt}`, one.target, `${Math.round(one.ms)} ms`, attemptWords(one)]);
  const skips = record.skips.map(({ target, why, reason }) => ['-', target, '', `passed over: ${why ? restWords(why.kind) : reason}`]);
  const total = `${record.outcome === 'done' ? 'done' : record.outcome} in ${Math.round(record.ms)} ms; paid ${usageWords(record.paid, record.usd)}${record.unpriced ? ', unpriced' : ''}`;
  return [
    `call ${record.id}`,
    ...columns([...rows, ...skips]).map((line) => `  ${line}`),
    `  ${total}${record.marks.length > 0 ? ` [${record.marks.join(', ')}]` : ''}`,
  ];
}

const FATES = { withdrawn: ', withdrawn', continued: ', gone on with' } as const;

/** What came of one attempt. */
export function attemptWords({ failure, fate, usage, usd: cost }: CallRecord['attempts'][number]): string {
  const tokens = usage ? `, ${usageWords(usage, cost)}` : '';
  if (!failure) return `answered${tokens}`;
  const said = quoted(failure.message, failure.facts.detail);
  const status = failure.facts.status ? ` (${failure.facts.status})` : '';
  return `${failure.message}${status}${fate ? FATES[fate] : ''}${said === undefined ? '' : `: ${said}`}${tokens}`;
}

/** Rows as lines, columns aligned. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
