import { ANYTHING } from './glob.ts';

/** Unquoted braces, until it is known whether they expand. */
export const BRACE: Readonly<Record<string, string>> = { '{': '\uE003', ',': '\uE004', '}': '\uE005' };

const PLAIN: Readonly<Record<string, string>> = { '\uE003': '{', '\uE004': ',', '\uE005': '}' };
const MOST_EXPANSIONS = 64;

/** The text between `$'` and `'`, as bash decodes it. */
export function ansi(body: string): string {
  const known: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', e: '\u001b', E: '\u001b', f: '\f', v: '\v' };
  return body.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([^])|([^]))/g,
    (_, hex, short, long, octal, control, other) => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return character(Number.parseInt(code, 16));
      if (octal !== undefined) return character(Number.parseInt(octal, 8) & 0xff);
      if (control !== undefined) return character(control.charCodeAt(0) & 0x1f);
      return known[other] ?? other;
    },
  );
}

const character = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '');

/** Where a substitution that begins at `from` ends; quotes inside are respected unless `flat`. Never closed: the end of the text. */
export function closing(text: string, from: number, close: string, flat: boolean): number {
  const opens = close === ')' ? '(' : close === '}' ? '{' : '';
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const here = text[at]!;
    if (here === '\\') at++;
    else if (!flat && close !== '`' && (here === "'" || here === '"')) at = quoteEnd(text, at);
    else if (here === opens) depth++;
    else if (here === close && --depth === 0) return at;
  }
  return text.length;
}

function quoteEnd(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

/** `{a,b}c` → `ac`, `bc`; what does not expand keeps its braces. Sequences and too many words are marked as anything. */
export function expandBraces(word: string): readonly string[] {
  let words = [word];
  for (let round = 0; round < 8; round++) {
    const next = words.flatMap(expandOne);
    if (next.length > MOST_EXPANSIONS) return [ANYTHING];
    if (next.length === words.length && next.every((text, at) => text === words[at])) break;
    words = next;
  }
  return words.map((text) => text.replace(/[\uE003-\uE005]/g, (mark) => PLAIN[mark]!));
}

function expandOne(word: string): readonly string[] {
  const innermost = /\uE003([^\uE003\uE005]*)\uE005/.exec(word);
  if (!innermost) return [word];
  const before = word.slice(0, innermost.index);
  const after = word.slice(innermost.index + innermost[0].length);
  const body = innermost[1]!;
  if (body.includes('\uE004')) return body.split('\uE004').map((part) => before + part + after);
  return [before + (body.includes('..') ? ANYTHING : `{${body}}`) + after];
}
