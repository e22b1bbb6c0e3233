/** Columns a text takes on a terminal: wide for East Asian and emoji, none for combining marks. Escape sequences must be gone before. */
const SEGMENTS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F/u;
const ASCII = /^[\x20-\x7e]*$/;

function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of SEGMENTS.segment(text)) {
    if (/^[\p{M}\p{Cc}\p{Cf}]+$/u.test(segment)) continue;
    width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

/** Where the cursor is after `text` was written at column 0: rows further down, and the column. */
export function cursorAfter(text: string, columns: number): { readonly rows: number; readonly column: number } {
  let rows = 0;
  let column = 0;
  text.split('\n').forEach((line, index) => {
    if (index > 0) rows += 1;
    const width = widthOf(line.replaceAll('\t', '        '));
    const over = Math.max(0, Math.ceil(width / columns) - 1);
    rows += over;
    column = width - over * columns;
  });
  return { rows, column };
}

/** Text that comes from elsewhere must not steer the terminal: control characters but line ends and tabs are dropped. */
// oxlint-disable-next-line no-control-regex
export const tame = (text: string): string => text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
