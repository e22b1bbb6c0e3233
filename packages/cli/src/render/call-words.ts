import { humanDuration } from '@holdfast/core/engine';
import type { CallEvent, CallRecord, Usage } from '@holdfast/core/engine';

/** One line for a failure, a pause, a switch; undefined for what needs no line. */
export function callLine(event: CallEvent): string | undefined {
  switch (event.type) {
    case 'pause':
      return `${event.target} ${event.failure.message}; trying again ${event.ms < 50 ? 'at once' : `in ${humanDuration(event.ms)}`} (${event.tries} of ${event.of})`;
    case 'switch': {
      const rest = event.restsUntil === undefined ? '' : `resting ${humanDuration(event.restsUntil - event.at)}; `;
      return `${event.from} ${event.failure.message}; ${rest}asking ${event.to}`;
    }
    case 'skip':
      return `${event.target} passed over: ${event.why ? `${event.why.kind}, ` : ''}${event.reason}${restOf(event.until, event.at)}`;
    case 'wait':
      return `everything rests; waiting ${humanDuration(event.ms)} for ${event.target}`;
    case 'withdrawn':
      return `${event.target} broke in mid-answer (${event.failure.message}); what it said is withdrawn`;
    case 'call-end':
      return ownWords(event.record);
    default:
      return undefined;
  }
}

/** What the providers of a call that failed said of it themselves: often the only way to know why. */
function ownWords({ outcome, attempts }: CallRecord): string | undefined {
  if (outcome === 'done' || outcome === 'cancelled') return undefined;
  const said = new Map(attempts.flatMap(({ target, failure }) => (failure?.facts.detail ? [[target, failure.facts.detail] as const] : [])));
  if (said.size === 0) return undefined;
  return [...said].map(([target, detail]) => `${target} said: ${detail.replace(/\s+/g, ' ').trim()}`).join('; ');
}

/** What only who looks closely wants to know. */
export function attemptLine(event: CallEvent): string | undefined {
  switch (event.type) {
    case 'attempt-start':
      return `attempt ${event.attempt}: asking ${event.target}${event.probe ? ' (probe)' : ''}`;
    case 'attempt-commit':
      return `attempt ${event.attempt}: first content after ${humanDuration(event.ms)}`;
    case 'attempt-end':
      return `attempt ${event.attempt}: ${event.failure ? `${event.failure.kind}, ${event.failure.message}` : 'whole'} after ${humanDuration(event.ms)}`;
    default:
      return undefined;
  }
}

const restOf = (until: number | undefined, now: number): string =>
  until === undefined || until <= now ? '' : ` for another ${humanDuration(until - now)}`;

const usd = (amount: number): string =>
  amount >= 0.01 || amount === 0 ? `$${amount.toFixed(2)}` : `$${amount.toFixed(5).replace(/0+$/, '')}`;

const count = (n: number): string => n.toLocaleString('en-US');

export function usageWords(usage: Usage, cost?: number): string {
  if (usage.input === undefined && usage.output === undefined) return 'no tokens';
  const parts = [
    `${count(usage.input ?? 0)} tokens in`,
    ...(usage.cacheRead ? [`${count(usage.cacheRead)} from cache`] : []),
    `${count(usage.output ?? 0)} out`,
  ];
  return `${parts.join(', ')}${usage.estimated ? ' (estimated)' : ''}${cost === undefined ? '' : `, ${usd(cost)}`}`;
}

/** The record of a call, for people: who was asked, what came of it, who was passed over, what it cost. */
export function recordLines(record: CallRecord): readonly string[] {
  const rows = record.attempts.map((one) => {
    const shown = one.failure && one.shown === 'hard' ? ', withdrawn' : '';
    const what = one.failure
      ? `${one.failure.message}${one.failure.facts.status ? ` (${one.failure.facts.status})` : ''}${shown}`
      : 'answered';
    return [`${one.attempt}`, one.target, `${Math.round(one.ms)} ms`, what, one.usage ? usageWords(one.usage, one.usd) : ''];
  });
  const skips = record.skips.map((skip) => ['-', skip.target, '', `passed over: ${skip.why?.kind ?? skip.reason}`, '']);
  const total = `${record.outcome === 'done' ? 'done' : record.outcome} in ${Math.round(record.ms)} ms; paid ${usageWords(record.paid, record.usd)}`;
  return [
    `call ${record.id}`,
    ...columns([...rows, ...skips]).map((line) => `  ${line}`),
    `  ${total}${record.marks.length > 0 ? ` [${record.marks.join(', ')}]` : ''}`,
  ];
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
