import { isUtf8 } from 'node:buffer';
import { regularFile, withFile } from './files.ts';

/**
 * Text out of files of any size and any bytes.
 *
 * B1. Memory is bounded by what is shown, not by the file.
 * B2. What is no text is said, never guessed at; bytes that are not UTF-8 are shown as � and said.
 */
export interface TextWindow {
  readonly text: string;
  /** 1-based numbers of the lines shown; `last` is `first - 1` when none is. */
  readonly first: number;
  readonly last: number;
  /** Something follows the text shown. */
  readonly more: boolean;
  /** The last line shown is not shown whole. */
  readonly partial: boolean;
  /** Absent: the file is too large to have been counted. */
  readonly lines?: number;
  readonly bytes: number;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'broken';
}

/** Bytes looked at to tell text from the rest, as git and grep do. */
const SNIFF = 8192;
const CHUNK = 65_536;
/** Files up to here are counted to the end. */
const COUNTED = 8_000_000;
/** UTF-16 is decoded whole. */
const LARGEST_UTF16 = 20_000_000;

export interface Range {
  /** 1-based line. */
  readonly offset: number;
  readonly limit: number;
  /** Characters. */
  readonly cap: number;
}

export async function readWindow(path: string, shown: string, range: Range, signal: AbortSignal): Promise<TextWindow> {
  const { size } = await regularFile(path, shown);
  const head = await withFile(path, shown, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF), 0, SNIFF, 0);
    return buffer.subarray(0, bytesRead);
  });
  const encoding = encodingOf(head);
  if (encoding === 'binary') throw new Error(`${shown} is a binary file (${size} bytes): it cannot be shown as text.`);
  if (encoding !== 'utf-8') return windowOf(await readWide(path, shown, size, encoding), range, size, encoding);
  return readUtf8(path, shown, size, range, signal);
}

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'binary';

export function encodingOf(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return head.includes(0) ? 'binary' : 'utf-8';
}

async function readWide(path: string, shown: string, size: number, encoding: 'utf-16le' | 'utf-16be'): Promise<string> {
  if (size > LARGEST_UTF16)
    throw new Error(`${shown} is a UTF-16 file of ${size} bytes: too large to be shown. Convert it to UTF-8 first.`);
  return new TextDecoder(encoding).decode(await withFile(path, shown, (file) => file.readFile()));
}

/** Of a text that is there whole. */
function windowOf(text: string, { offset, limit, cap }: Range, bytes: number, encoding: TextWindow['encoding']): TextWindow {
  const all = text === '' ? [] : text.split(/(?<=\n)/);
  const wanted = all.slice(offset - 1, offset - 1 + limit).join('');
  return { ...shape(wanted, cap, offset, offset - 1 + limit < all.length), lines: all.length, bytes, encoding };
}

/** Cuts at a whole line, unless the first one alone is too long. */
function shape(
  wanted: string,
  cap: number,
  first: number,
  follows: boolean,
): Pick<TextWindow, 'text' | 'first' | 'last' | 'more' | 'partial'> {
  const cut = wanted.length > cap;
  const fitting = cut ? wanted.slice(0, cap).replace(/[\uD800-\uDBFF]$/, '') : wanted;
  const whole = cut && fitting.includes('\n') ? fitting.slice(0, fitting.lastIndexOf('\n') + 1) : fitting;
  const partial = cut && !whole.endsWith('\n');
  const lines = whole.split('\n').length - (whole === '' || whole.endsWith('\n') ? 1 : 0);
  return { text: whole, first, last: first + lines - 1, more: cut || follows, partial };
}

async function readUtf8(path: string, shown: string, size: number, range: Range, signal: AbortSignal): Promise<TextWindow> {
  const lines = new Lines(range);
  await withFile(path, shown, async (file) => {
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
      if (bytesRead === 0) return void (lines.ended = true);
      lines.add(buffer.subarray(0, bytesRead));
      if (size > COUNTED && lines.passed) return;
    }
  });
  const raw = Buffer.concat(lines.kept);
  const known = lines.kept.length > 0 && lines.passed ? raw.subarray(0, raw.lastIndexOf(10) + 1) : raw;
  const window = shape(new TextDecoder().decode(raw), range.cap, range.offset, lines.passed);
  const counted = lines.ended ? { lines: lines.newlines + (lines.open ? 1 : 0) } : {};
  return { ...window, ...counted, bytes: Math.max(size, lines.bytes), encoding: isUtf8(known) ? 'utf-8' : 'broken' };
}

/** Keeps the bytes of the wanted lines, up to what could be shown of them; counts the rest. */
class Lines {
  readonly kept: Buffer[] = [];
  newlines = 0;
  bytes = 0;
  /** The last line seen has not ended. */
  open = false;
  /** The end of the file was seen. */
  ended = false;
  /** Something stands behind what is kept. */
  passed = false;
  #room: number;
  readonly #start: number;
  readonly #end: number;

  constructor({ offset, limit, cap }: Range) {
    this.#start = offset - 1;
    this.#end = offset - 1 + limit;
    // A character takes up to four bytes; one more shows that there is more.
    this.#room = 4 * (cap + 1);
  }

  add(chunk: Buffer): void {
    let from = 0;
    while (from < chunk.length) {
      const newline = chunk.indexOf(10, from);
      if (this.newlines >= this.#end) {
        this.passed = true;
        for (let at = newline; at >= 0; at = chunk.indexOf(10, at + 1)) this.newlines++;
        break;
      }
      const to = newline < 0 ? chunk.length : newline + 1;
      if (this.newlines >= this.#start) this.#keep(chunk.subarray(from, to));
      if (newline >= 0) this.newlines++;
      from = to;
    }
    this.bytes += chunk.length;
    this.open = chunk.at(-1) !== 10;
  }

  #keep(part: Buffer): void {
    const taken = part.subarray(0, this.#room);
    this.#room -= taken.length;
    if (taken.length > 0) this.kept.push(Buffer.from(taken));
    if (taken.length < part.length) this.passed = true;
  }
}
