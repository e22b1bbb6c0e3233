import type { Problem } from './problem.ts';
import { hasErrors, problemLine } from './problem.ts';

/** One file as `config check` saw it. */
export interface Checked {
  readonly file: string;
  readonly problems: readonly Problem[];
}

export interface CheckReport {
  /** For people: a line a problem, and a line a file. */
  readonly lines: readonly string[];
  /** For scripts: one JSON object a line. */
  readonly json: readonly string[];
  /** 0: nothing worse than warnings. 2: a file is invalid. */
  readonly exitCode: 0 | 2;
}

export function checkReport(files: readonly Checked[]): CheckReport {
  return {
    lines: files.flatMap((one) => [...one.problems.map(problemLine), summary(one)]),
    json: files.flatMap((one) => [
      ...one.problems.map((problem) => JSON.stringify({ type: 'problem', ...problem })),
      JSON.stringify(totals(one)),
    ]),
    exitCode: files.some((one) => hasErrors(one.problems)) ? 2 : 0,
  };
}

const totals = ({ file, problems }: Checked) => {
  const errors = problems.filter((problem) => problem.level === 'error').length;
  return { type: 'file', file, ok: errors === 0, errors, warnings: problems.length - errors };
};

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

const summary = (one: Checked): string => {
  const { errors, warnings } = totals(one);
  if (errors + warnings === 0) return `${one.file}: ok`;
  return errors === 0
    ? `${one.file}: ok, ${count(warnings, 'warning')}`
    : `${one.file}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`;
};
