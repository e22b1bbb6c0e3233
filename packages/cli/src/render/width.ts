let segmenter: Intl.Segmenter | undefined;
/** Made when it is first needed: it takes longer than all else a command does to begin. */
const segmentsOf = (text: string): Intl.Segments =>
  (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })).segment(text);

const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F/u;
const NO_WIDTH = /^[\p{M}\p{Cc}\p{Cf}]+$/u;
const TAB = 8;

/** Columns one character takes: two for East Asian and emoji, none for what only marks another. */
const widthOf = (grapheme: string): number => (NO_WIDTH.test(grapheme) ? 0 : WIDE.test(grapheme) ? 2 : 1);

/** Columns that a line takes; tabs and line ends are not for it. */
export function widthText(text: string): number {
  let width = 0;
  for (const { segment } of segmentsOf(text)) width += widthOf(segment);
  return width;
}

/**
 * Rows the cursor goes down while `text` is written from column 0. A full row wraps only when the next character comes, and a wide
 * one that does not fit wraps early. Escape sequences must be gone before.
 */
export function rowsDown(text: string, columns: number): number {
  let [row, column] = [0, 0];
  for (const { segment } of segmentsOf(text)) {
    if (segment === '\n') [row, column] = [row + 1, 0];
    else if (segment === '\t') column = Math.max(column, Math.min(columns - 1, (Math.floor(column / TAB) + 1) * TAB));
    else {
      const width = widthOf(segment);
      if (column + width > columns) [row, column] = [row + 1, 0];
      column += width;
    }
  }
  return row;
}

/**
 * Text that comes from elsewhere must not steer the terminal: control characters but line ends and tabs are dropped, and so are marks
 * that turn the direction of writing, which can show one command and mean another.
 */
export const tame = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '');

/** The same on one line: a name with a line end in it must not look like a line of ours. */
export const tameLine = (text: string): string => tame(text).replace(/\s*\n\s*/g, ' ');
