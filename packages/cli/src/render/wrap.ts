import { widthText } from './width.ts';

/** Columns below which a wrapped line would be harder to read than a broken one. */
const LEAST = 24;
const HANG = '  ';

/**
 * Plain text for a window of `columns`: whole words, what goes on hangs two columns deeper than its line began. A word longer than a row
 * is left to the terminal. Undefined columns: nobody has a window.
 */
export function wrapped(text: string, columns: number | undefined, hang = HANG): string {
  if (columns === undefined || columns < LEAST) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns, hang))
    .join('\n');
}

function wrapLine(line: string, columns: number, hang: string): string {
  if (line.length < columns / 2 || widthText(line) <= columns) return line;
  const lead = /^ */.exec(line)![0];
  const next = lead + hang;
  const rows: string[] = [];
  let row = '';
  for (const [piece] of line.slice(lead.length).matchAll(/\S+ */g)) {
    const start = rows.length === 0 ? lead : next;
    if (row !== '' && widthText(start + row + piece.trimEnd()) > columns) {
      rows.push((start + row).trimEnd());
      row = piece;
    } else row += piece;
  }
  rows.push(((rows.length === 0 ? lead : next) + row).trimEnd());
  return rows.join('\n');
}

/** The beginning of a line that fits into so many columns, with an ellipsis where something is missing. */
export function fitted(text: string, columns: number): string {
  if (widthText(text) <= columns) return text;
  let cut = '';
  for (const character of text) {
    if (widthText(`${cut}${character}…`) > columns) break;
    cut += character;
  }
  return `${cut.trimEnd()}…`;
}
