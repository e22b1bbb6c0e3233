/** Outcomes as a table for the terminal or for a document. */
import type { Row } from './cells.ts';
import type { Outcome } from './outcome.ts';

const WORDS: Readonly<Record<Outcome, string>> = {
  complete: 'complete',
  error: 'error',
  cut: '**cut**',
  doubled: '**doubled**',
  empty: '**empty**',
  hang: '**hangs**',
};

/** One word where all protocols agree, else one each, in their order. */
const cellOf = (outcomes: readonly Outcome[]): string =>
  new Set(outcomes).size === 1 ? WORDS[outcomes[0]!] : outcomes.map((outcome) => WORDS[outcome]).join(' / ');

const count = (rows: readonly Row[], name: string, wanted: (outcome: Outcome) => boolean): number =>
  rows.reduce((sum, { outcomes }) => sum + outcomes[name]!.filter(wanted).length, 0);

/** Lines of cells, widened to their column. */
export function lined(rows: readonly (readonly string[])[], md: boolean): string {
  const plain = md ? rows : rows.map((row) => row.map((cell) => cell.replaceAll('**', '')));
  const widths = plain[0]!.map((_, column) => Math.max(...plain.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
    return md ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd();
  };
  const [first, ...others] = plain.map(line);
  return [first, ...(md ? [`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`] : []), ...others].join('\n');
}

export function tableOf(rows: readonly Row[], names: readonly string[], md: boolean): string {
  const asked = rows.reduce((sum, { outcomes }) => sum + outcomes[names[0]!]!.length, 0);
  const summed = (title: string, wanted: (outcome: Outcome) => boolean) => [
    title,
    ...names.map((name) => `${count(rows, name, wanted)} of ${asked}`),
  ];
  return lined(
    [
      ['fault', ...names],
      ...rows.map(({ fault, outcomes }) => [fault, ...names.map((name) => cellOf(outcomes[name]!))]),
      summed('complete, once', (outcome) => outcome === 'complete'),
      summed('cut, doubled or empty, and not said', (outcome) => ['cut', 'doubled', 'empty'].includes(outcome)),
    ],
    md,
  );
}
