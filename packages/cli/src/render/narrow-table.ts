import { columns } from './call-words.ts';
import { widthText } from './width.ts';
import { fitted, wrapped } from './wrap.ts';

/** Of a last column that may be cut: less than that says nothing. */
const LEAST = 14;

/**
 * A table for a window of `width`: the last column is cut; where that is not enough columns are left out, `least` first, and it is said which.
 * `rows`: the heads first. Undefined: nobody has a window.
 */
export function narrowTable(rows: readonly (readonly string[])[], width: number | undefined, least: readonly string[]): readonly string[] {
  if (width === undefined) return columns(rows);
  const heads = rows[0] ?? [];
  const hidden: string[] = [];
  const without = (): readonly (readonly string[])[] => rows.map((row) => row.filter((_, at) => !hidden.includes(heads[at]!)));
  for (const name of least) {
    if (roomOf(without()) <= width) break;
    if (heads.includes(name)) hidden.push(name);
  }
  const lines = columns(without()).map((line) => fitted(line, width));
  return hidden.length === 0 ? lines : [...lines, ...wrapped(`(no room for ${hidden.join(', ')}; --json has all)`, width).split('\n')];
}

function roomOf(rows: readonly (readonly string[])[]): number {
  const heads = rows[0] ?? [];
  const widths = heads.map((_, at) => Math.max(...rows.map((row) => widthText(row[at] ?? ''))));
  const last = widths.length - 1;
  return widths.reduce((sum, width, at) => sum + (at === last ? Math.min(width, LEAST) : width + 2), 0);
}
