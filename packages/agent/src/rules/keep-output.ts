/**
 * What a model sees of an output that is too long for it: the beginning and the end, and between them where the whole is.
 *
 * K1. What comes out is at most `limit` bytes of UTF-8, the note included, unless the limit is smaller than the note.
 * K2. No character is split; what fits is left as it is.
 */
export const KEPT_BYTES = 50_000;

export function isTooLong(text: string, limit = KEPT_BYTES): boolean {
  if (text.length > limit) return true;
  // No UTF-16 unit takes more than three bytes.
  return text.length * 3 > limit && bytesIn(text) > limit;
}

/** `file`: where the whole output is; absent: nowhere. */
export function headAndTail(text: string, limit = KEPT_BYTES, file?: string): string {
  if (!isTooLong(text, limit)) return text;
  const whole = bytesIn(text);
  const room = Math.max(0, limit - bytesIn(note(whole, file)));
  const head = headOf(text, Math.ceil(room / 2));
  const tail = tailOf(text.slice(head.length), Math.floor(room / 2));
  return head + note(whole - bytesIn(head) - bytesIn(tail), file) + tail;
}

const note = (bytes: number, file: string | undefined): string =>
  `\n[… ${bytes} bytes left out here${file === undefined ? '' : `; the whole output is in ${file}`} …]\n`;

const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

/** As many bytes as this character takes; half of a pair that stands alone is sent as U+FFFD, which takes three. */
const bytesOf = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

function headOf(text: string, bytes: number): string {
  let [end, left] = [0, bytes];
  while (end < text.length) {
    const point = text.codePointAt(end)!;
    left -= bytesOf(point);
    if (left < 0) break;
    end += point > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

function tailOf(text: string, bytes: number): string {
  let [start, left] = [text.length, bytes];
  while (start > 0) {
    const pair = start > 1 && text.codePointAt(start - 2)! > 0xffff;
    const before = start - (pair ? 2 : 1);
    left -= bytesOf(text.codePointAt(before)!);
    if (left < 0) break;
    start = before;
  }
  return text.slice(start);
}
