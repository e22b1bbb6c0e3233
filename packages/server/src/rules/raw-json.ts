import { isObject, type JsonObject } from '@holdfast/core/wire';
import { jsonFlaw } from './json-flaw.ts';
import { jsonSpans, STRIDE, type JsonSpans } from './json-spans.ts';
import { calm, refusal } from './refusal.ts';
import { utf8Flaw } from './utf8-flaw.ts';

/**
 * A JSON body as bytes and as data.
 *
 * J1. What `with` returns reads as the object with those fields changed; of a key that stands there several times, all go (the last one counts).
 * J2. Members that are not named in the changes keep every byte.
 * J3. Nothing is parsed that is nested deeper than the limit: memory and stacks of every later reader are bounded.
 */
export interface RawJson {
  readonly bytes: Buffer;
  readonly json: JsonObject;
  /** The bytes with some fields of the top level replaced, added, or (`undefined`) left out; everything else is as it came, byte for byte. */
  with(changes: Readonly<Record<string, unknown>>): Buffer;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const invalid = (message: string) => refusal(400, 'invalid-request', message);

const placed = (unit: string, count: number): string => `${calm(count) === String(count) ? 'at' : 'after'} ${unit} ${calm(count)}`;

function textOf(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalid(`The body is not UTF-8: no character begins ${placed('byte', utf8Flaw(bytes))}.`);
  }
}

function parsed(text: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const flaw = jsonFlaw(text);
    throw invalid(
      flaw
        ? `The body is not JSON: ${placed('line', flaw.line)}, ${placed('column', flaw.column)}, ${flaw.what}.`
        : 'The body is not JSON.',
    );
  }
  if (!isObject(json)) throw invalid('The body must be a JSON object.');
  return json;
}

const withoutBom = (bytes: Buffer): Buffer => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes);

/** Throws a `Refusal`. */
export function rawJson(sent: Buffer, deepest: number): RawJson {
  const bytes = withoutBom(sent);
  if (bytes.length === 0) throw invalid('The body is empty: a JSON object was expected.');
  const text = textOf(bytes);
  const spans = jsonSpans(bytes, text.length === bytes.length ? text : bytes.toString('latin1'));
  if (spans.depth > deepest) throw invalid(`The body is nested deeper than ${calm(deepest)} levels.`);
  const json = parsed(text);
  return { bytes, json, with: (changes) => changed(bytes, spans, changes) };
}

/** The names of the members, escapes read. */
function keyOf(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from + 1, to - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

const written = (changes: Readonly<Record<string, unknown>>): Map<string, string | undefined> =>
  new Map(Object.keys(changes).map((key) => [key, JSON.stringify(changes[key]) as string | undefined]));

/** Slices of the old body and new text, put together at once and without reading what is kept. */
class Pieces {
  readonly #bytes: Buffer;
  readonly #pieces: (string | readonly [from: number, to: number])[] = [];
  #size = 0;
  #from: number;
  #to: number;
  #empty = true;

  constructor(bytes: Buffer, open: number) {
    this.#bytes = bytes;
    this.#from = 0;
    this.#to = open;
  }

  /** A member, or what is new of one, that follows others but for the first. */
  add(text: string): void {
    this.#flush();
    this.#put(this.#empty ? text : `,${text}`);
    this.#empty = false;
  }

  keep(from: number, to: number): void {
    // neighbours, and the comma between them, stay one slice
    if (from !== this.#to + (this.#empty ? 0 : 1)) {
      this.#flush();
      if (!this.#empty) this.#put(',');
      this.#from = from;
    }
    this.#to = to;
    this.#empty = false;
  }

  end(close: number): Buffer {
    this.#flush();
    this.#slice(close, this.#bytes.length);
    const out = Buffer.allocUnsafe(this.#size);
    let at = 0;
    for (const piece of this.#pieces)
      at += typeof piece === 'string' ? out.write(piece, at) : this.#bytes.copy(out, at, piece[0], piece[1]);
    return out;
  }

  #flush(): void {
    if (this.#to > this.#from) this.#slice(this.#from, this.#to);
    this.#from = this.#to = -2;
  }

  #put(text: string): void {
    this.#pieces.push(text);
    this.#size += Buffer.byteLength(text);
  }

  #slice(from: number, to: number): void {
    this.#pieces.push([from, to]);
    this.#size += to - from;
  }
}

function changed(bytes: Buffer, { members, open, close }: JsonSpans, changes: Readonly<Record<string, unknown>>): Buffer {
  const news = written(changes);
  if (news.size === 0) return bytes;
  const placed = new Set<string>();
  const out = new Pieces(bytes, open);
  for (let at = 0; at < members.length; at += STRIDE) {
    const start = members[at]!;
    const name = keyOf(bytes, members[at + 1]!, members[at + 2]!);
    if (!news.has(name)) out.keep(start, members[at + 4]!);
    else if (news.get(name) !== undefined && !placed.has(name)) {
      placed.add(name);
      out.add(bytes.toString('utf8', start, members[at + 3]) + news.get(name));
    }
  }
  for (const [name, text] of news) if (text !== undefined && !placed.has(name)) out.add(`${JSON.stringify(name)}:${text}`);
  return out.end(close);
}
