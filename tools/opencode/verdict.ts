import type { Case } from './cases.ts';
import type { Ran } from './opencode.ts';

export interface Judged {
  readonly id: string;
  readonly client: string;
  readonly conversation: string;
  readonly trouble: string;
  readonly faults: readonly string[];
  readonly line: string;
}

/** A case in words; what `--only` looks in. */
export const lineOf = ({ client, upstream, conversation, trouble }: Case): string =>
  `${client.padEnd(18)} over ${upstream.padEnd(18)} ${conversation.name.padEnd(20)} ${trouble}`;

/** The final text whole and once, exit 0, no error, no loop; of a hopeless case: an error, and an end. */
export function judge(one: Case, ran: Ran, asked: readonly number[]): Judged {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string) => void (holds || faults.push(fault));
  const { texts, title, requests, overflows = false } = one.conversation;
  const sum = asked.reduce((a, b) => a + b, 0);
  check(!ran.killed, `did not end within ${Math.round(ran.ms / 1000)} s`);
  if (one.hopeless) {
    check(ran.errors.length > 0 || (ran.code ?? 1) !== 0, 'took it for an answer');
    check(sum <= 30, `asked ${sum} times`);
  } else {
    check(ran.code === (overflows ? 1 : 0), `exit ${ran.code}: ${ran.err.trim().slice(-300)}`);
    const errors = overflows ? ran.errors.filter((error) => !error.startsWith('ContextOverflowError')) : ran.errors;
    check(errors.length === 0, `errors: ${errors.join('; ')}`);
    check(!overflows || ran.errors.length === 1, `told an overflow ${ran.errors.length} times`);
    check(JSON.stringify(ran.texts) === JSON.stringify(texts), `showed ${JSON.stringify(ran.texts)}`);
    if (title !== undefined) check(ran.title === title, `the title is ${JSON.stringify(ran.title)}`);
    // A fault costs at most two more tries of its target and the next target's.
    check(sum >= requests && sum <= requests + 6, `asked ${asked.join(' + ')} times where ${requests} are due`);
  }
  const mark = faults.length === 0 ? 'ok  ' : 'FAIL';
  const line = `${mark} ${lineOf(one).padEnd(88)} ${(ran.ms / 1000).toFixed(1).padStart(5)} s  asked ${asked.join('+')}`;
  return {
    id: one.id,
    client: `${one.client} over ${one.upstream}`,
    conversation: one.conversation.name,
    trouble: one.trouble,
    faults,
    line: [line, ...faults.map((fault) => `       ${fault}`)].join('\n'),
  };
}

/** Conversations down, troubles across: how many of the clients came through. */
export function summary(judged: readonly Judged[]): string {
  const unique = (of: (one: Judged) => string) => [...new Set(judged.map(of))];
  const troubles = unique(({ trouble }) => trouble);
  const rows = unique(({ conversation }) => conversation).map((name) => [
    name,
    ...troubles.map((trouble) => {
      const mine = judged.filter((one) => one.conversation === name && one.trouble === trouble);
      return mine.length === 0 ? '' : `${mine.filter(({ faults }) => faults.length === 0).length}/${mine.length}`;
    }),
  ]);
  const table = [['', ...troubles], ...rows];
  const widths = table[0]!.map((_, n) => Math.max(...table.map((row) => row[n]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n]!))
      .join('  ')
      .trimEnd(),
  );
  const well = judged.filter(({ faults }) => faults.length === 0).length;
  return ['', ...lines, '', `${well} of ${judged.length} cases came through`].join('\n');
}
