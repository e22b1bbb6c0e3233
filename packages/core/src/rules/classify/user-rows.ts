import { FAILURE_KINDS, type FailureKind } from '../failure.ts';
import type { UserRow } from './row.ts';

/** What is wrong with one row of a file's `classify:`; whoever read the file knows the position of `path`. */
export interface RowProblem {
  readonly index: number;
  readonly key?: string;
  readonly message: string;
  /** Names that would have been right. */
  readonly known?: readonly string[];
}

const KEYS = ['provider', 'protocol', 'status', 'code', 'match', 'kind'];
const PROTOCOLS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'google', 'other'];
/** A row cannot declare what only the call itself knows. */
export const USER_KINDS: readonly FailureKind[] = FAILURE_KINDS.filter((kind) => kind !== 'cancelled' && kind !== 'resting');

/** Reads the value of `classify:` as it stands in a file. Rows with problems are left out. */
export function readUserRows(value: unknown): { readonly rows: readonly UserRow[]; readonly problems: readonly RowProblem[] } {
  if (value === undefined || value === null) return { rows: [], problems: [] };
  if (!Array.isArray(value)) return { rows: [], problems: [{ index: -1, message: 'must be a list of rows' }] };
  const rows: UserRow[] = [];
  const problems: RowProblem[] = [];
  for (const [index, row] of value.entries()) {
    const wrong = problemsOf(row).map((problem) => ({ index, ...problem }));
    problems.push(...wrong);
    if (wrong.length > 0) continue;
    const read = row as UserRow;
    rows.push(read.code === undefined ? read : { ...read, code: String(read.code) });
  }
  return { rows, problems };
}

function problemsOf(row: unknown): Omit<RowProblem, 'index'>[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return [{ message: 'must be a mapping' }];
  const fields = row as Record<string, unknown>;
  const wrong: Omit<RowProblem, 'index'>[] = [];
  for (const key of Object.keys(fields)) if (!KEYS.includes(key)) wrong.push({ key, message: 'unknown key', known: KEYS });
  for (const key of ['provider', 'match']) {
    if (fields[key] !== undefined && (typeof fields[key] !== 'string' || fields[key] === ''))
      wrong.push({ key, message: 'must be a text' });
  }
  if (fields['protocol'] !== undefined && !PROTOCOLS.includes(fields['protocol'] as string)) {
    wrong.push({ key: 'protocol', message: 'unknown protocol', known: PROTOCOLS });
  }
  const status = fields['status'];
  if (status !== undefined && !(Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 599)) {
    wrong.push({ key: 'status', message: 'must be an HTTP status' });
  }
  // YAML reads a code of digits as a number.
  if (fields['code'] !== undefined && !['string', 'number'].includes(typeof fields['code']))
    wrong.push({ key: 'code', message: 'must be a text' });
  if (!USER_KINDS.includes(fields['kind'] as FailureKind)) wrong.push({ key: 'kind', message: 'unknown kind', known: USER_KINDS });
  if (typeof fields['match'] === 'string' && patternOf(fields['match']) === undefined) {
    wrong.push({ key: 'match', message: 'no valid regular expression' });
  }
  if (['status', 'code', 'match', 'provider', 'protocol'].every((key) => fields[key] === undefined)) {
    wrong.push({ message: 'would match every failure: give at least one of status, code, match, provider, protocol' });
  }
  return wrong;
}

/** A text is looked for as it stands, whatever its case; `/…/` or `/…/flags` is a regular expression, case-insensitive as well. */
export function patternOf(match: string): RegExp | undefined {
  const expression = /^\/(.+)\/([a-z]*)$/s.exec(match);
  try {
    if (!expression) return new RegExp(match.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i');
    const flags = new Set([...expression[2]!.replace(/[gy]/g, ''), 'i']);
    return new RegExp(expression[1]!, [...flags].join(''));
  } catch {
    return undefined;
  }
}
