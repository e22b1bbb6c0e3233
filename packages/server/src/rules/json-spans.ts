/**
 * Where the members of a JSON object's top level stand, found in one pass. It judges nothing: of bytes that are not JSON the spans mean nothing, the
 * depth is still no less than what a reader would go down to.
 */
export interface JsonSpans {
  readonly depth: number;
  /** Five numbers a member: where it begins (behind `{` or `,`), its key's two quotes (the second one past), its value (behind `:`), its end. */
  readonly members: readonly number[];
  /** Just behind the first `{`, and at its `}`. */
  readonly open: number;
  readonly close: number;
}

export const STRIDE = 5;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACKET_END = 93;
const BRACE = 123;
const BRACE_END = 125;

/** Bytes of a string that are looked at one by one, before a search is worth its call. */
const SHORT = 24;

/** Past the quote that ends a string whose inside begins at `from`. */
function pastString(bytes: Uint8Array, latin1: string, from: number): number {
  for (let at = from; ;) {
    for (const end = Math.min(at + SHORT, bytes.length); at < end; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at++;
    }
    const quote = latin1.indexOf('"', at);
    if (quote === -1) return bytes.length;
    let back = quote - 1;
    while (back >= at && bytes[back] === BACKSLASH) back--;
    // an even run of backslashes escapes itself
    if ((quote - back) % 2 === 1) return quote + 1;
    at = quote + 1;
  }
}

/**
 * `latin1`: the same bytes as text, one character each; no byte of a longer UTF-8 character looks like a quote. All of the state is in plain locals: a
 * closure over them makes this loop several times slower.
 */
export function jsonSpans(bytes: Uint8Array, latin1: string): JsonSpans {
  const members: number[] = [];
  let depth = 0;
  let deepest = 0;
  let open = 0;
  let close = 0;
  let start = 0;
  let key = -1;
  let keyEnd = -1;
  let value = -1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const end = pastString(bytes, latin1, at + 1);
      if (depth === 1 && value < 0) {
        key = at;
        keyEnd = end;
      }
      at = end - 1;
    } else if (byte === BRACE || byte === BRACKET) {
      if (++depth > deepest) deepest = depth;
      if (depth === 1) open = start = at + 1;
    } else if (byte === BRACE_END || byte === BRACKET_END) {
      if (--depth !== 0) continue;
      close = at;
      if (key >= 0) members.push(start, key, keyEnd, value, at);
      key = value = -1;
    } else if (depth === 1 && byte === COLON) value = at + 1;
    else if (depth === 1 && byte === COMMA) {
      if (key >= 0) members.push(start, key, keyEnd, value, at);
      key = value = -1;
      start = at + 1;
    }
  }
  return { depth: deepest, members, open, close };
}
