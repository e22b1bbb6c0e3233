/** Where something stands in a file: both count from 1. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a file. `line` 0: the file as a whole, nothing of it was read. */
export interface Problem extends Mark {
  readonly level: 'error' | 'warning';
  readonly file: string;
  /** `agents.root.toolsets[0].type`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** The nearest valid name. */
  readonly nearest?: string;
  /** What to do about it. */
  readonly wayOut?: string;
}

/** `FILE:LINE:COLUMN: error: …`, one line whatever the file's own words hold. */
export const problemLine = (problem: Problem): string => {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const subject = problem.path === '' ? '' : `${problem.path}: `;
  const nearest = problem.nearest === undefined ? '' : `; did you mean "${problem.nearest}"?`;
  const wayOut = problem.wayOut === undefined ? '' : `; ${problem.wayOut}`;
  return printable(`${place}: ${problem.level}: ${subject}${problem.message}${nearest}${wayOut}`);
};

export const hasErrors = (problems: readonly Problem[]): boolean => problems.some((problem) => problem.level === 'error');

/** What a file says is shown on a terminal: no escape sequence or line break of it gets there. */
const printable = (text: string): string => text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ');
