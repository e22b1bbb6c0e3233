/** Outcomes as a table for the terminal or for a document. */
import { lined } from '../faults/table.ts';
import { HOWS, type How, type Outcomes } from './cells.ts';
import type { Outcome } from './outcome.ts';

const WORDS: Readonly<Record<Outcome, string>> = {
  complete: 'complete',
  error: 'error',
  cut: '**cut**',
  doubled: '**doubled**',
  empty: '**empty**',
  broken: '**broken**',
  hang: '**hangs**',
};

const SUMS: readonly (readonly [title: string, ...outcomes: Outcome[]])[] = [
  ['complete, once', 'complete'],
  ['an error', 'error'],
  ['cut, doubled or empty, and not said', 'cut', 'doubled', 'empty'],
  ['broken protocol', 'broken'],
  ['hangs', 'hang'],
];

const HEADS: Readonly<Record<How, string>> = { stream: '', whole: ', not streaming' };

export function tableOf(faults: readonly string[], by: Readonly<Record<string, Outcomes>>, md: boolean): string {
  const columns = HOWS.flatMap((how) => Object.entries(by).map(([name, outcomes]) => ({ name, how, outcomes })));
  const sum = ([title, ...wanted]: (typeof SUMS)[number]) => [
    title,
    ...columns.map(({ how, outcomes }) => `${faults.filter((fault) => wanted.includes(outcomes[fault]![how])).length} of ${faults.length}`),
  ];
  return lined(
    [
      ['fault', ...columns.map(({ name, how }) => name + HEADS[how])],
      ...faults.map((fault) => [fault, ...columns.map(({ how, outcomes }) => WORDS[outcomes[fault]![how]])]),
      ...SUMS.map(sum),
    ],
    md,
  );
}
