/** A measured figure beside what it is compared with. Without a target it is there to be read, not to be judged. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The bare thing, measured in the same run. */
  readonly beside?: string;
  readonly target?: { readonly value: number; readonly sense: 'at most' | 'at least' };
}

export const passes = ({ value, target }: Figure): boolean =>
  target === undefined || (target.sense === 'at most' ? value <= target.value : value >= target.value);

const digits = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

const rowOf = (figure: Figure): readonly string[] => {
  const { what, value, unit, beside, target } = figure;
  const wanted = target ? `${target.sense} ${digits(target.value)} ${unit}` : '';
  return [what, `${digits(value)} ${unit}`, wanted, target ? (passes(figure) ? 'pass' : 'MISS') : '', beside ?? ''];
};

export const cells = (figures: readonly Figure[]): readonly (readonly string[])[] => [
  ['figure', 'here', 'target', '', 'beside it'],
  ...figures.map(rowOf),
];

export function table(figures: readonly Figure[]): string {
  const rows = cells(figures);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Each script prints its own table; for `run.ts` one figure a line, as JSON. */
export const report = (figures: readonly Figure[]): void =>
  console.log(process.argv.includes('--json') ? figures.map((figure) => JSON.stringify(figure)).join('\n') : table(figures));
