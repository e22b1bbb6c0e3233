import { ANYTHING, ONE } from './glob.ts';
import { ansi, BRACE, closing } from './shell-quotes.ts';
import { Segments, UNKNOWN, type Word } from './shell-segments.ts';

/**
 * Reads a command line as a shell would, far enough for permission rules: it must never take for simple what is not.
 *
 * W1. `simple` only if the text is one command of plain words: no operator, redirection, substitution, expansion, assignment, line
 *     break, and no glob in the place of the command.
 * W2. What is known only when it runs becomes a mark that may stand for anything.
 * W3. Substitutions are read too: their commands are segments of their own.
 */
export interface ShellText {
  readonly simple: boolean;
  readonly segments: readonly (readonly Word[])[];
}

const DEEPEST = 12;
export const ASSIGNMENT = /^[A-Za-z_]\w*(?:\[.*\])?\+?=/;

/** `flat` drops every quote and backslash and reads what was quoted as if it were not: the second look, for text handed to another shell. */
export function readShell(text: string, flat = false): ShellText {
  const reader = new Reader(text, flat, 0);
  reader.read();
  const { list, expanded } = reader.out;
  const first = list[0]?.[0];
  const simple = reader.plain && !expanded && list.length === 1 && first!.text === first!.wild && !ASSIGNMENT.test(first!.text);
  return { simple, segments: list };
}

class Reader {
  readonly out = new Segments();
  plain = true;
  readonly #text: string;
  readonly #flat: boolean;
  readonly #depth: number;
  #at = 0;

  constructor(text: string, flat: boolean, depth: number) {
    this.#text = text;
    this.#flat = flat;
    this.#depth = depth;
  }

  read(): void {
    while (this.#at < this.#text.length) this.#one(this.#text[this.#at]!);
    this.out.endCommand();
  }

  #one(character: string): void {
    if (character === '\\') return this.#escape();
    if (character === "'" || character === '"') return this.#quote(character);
    if (character === '$') return this.#dollar();
    if (character === '`' && !this.#flat) return this.#substitution('`', 1);
    if (character === '<' || character === '>') return this.#redirection();
    if (character === '#' && !this.out.inWord && !this.#flat) return this.#comment();
    if (character === '[') return this.#set();
    this.#at++;
    if (character === ' ' || character === '\t') return this.out.endWord();
    if (character < ' ' || ';&|()`\u007f'.includes(character)) this.plain = false;
    if (';&|()`\n\r'.includes(character)) return this.out.endCommand();
    if (character === '*' || character === '?') return this.out.put(character, character === '*' ? ANYTHING : ONE);
    this.out.put(BRACE[character] ?? character);
  }

  #set(): void {
    const set = /^\[[!^]?\]?[^\]\s'"\\$`]*\]/.exec(this.#text.slice(this.#at, this.#at + 100))?.[0] ?? '[';
    this.#at += set.length;
    this.out.put(set, set === '[' ? ANYTHING : ONE);
  }

  #unclear(to: number): void {
    this.plain = false;
    this.#at = to;
    this.out.put(ANYTHING);
  }

  #escape(): void {
    const next = this.#text[this.#at + 1] ?? '';
    if (next === '\n' || next === '') this.plain = false;
    else if (!this.#flat) this.out.putQuoted(next);
    this.#at += this.#flat && next !== '\n' ? 1 : 2;
  }

  #quote(character: string): void {
    this.out.put('');
    this.#at++;
    if (this.#flat) return;
    if (character === '"') return this.#double();
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) this.plain = false;
    this.out.putQuoted(this.#text.slice(this.#at, end < 0 ? undefined : end));
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #double(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) return void (this.plain = false);
      if (character === '"') return void this.#at++;
      if (character === '\\' && '$`"\\\n'.includes(this.#text[this.#at + 1] ?? ' ')) this.#escape();
      else if (character === '`') this.#substitution('`', 1);
      else if (character === '$' && !/['"]/.test(this.#text[this.#at + 1] ?? '')) this.#dollar();
      else {
        this.out.putQuoted(character);
        this.#at++;
      }
    }
  }

  #dollar(): void {
    const rest = this.#text.slice(this.#at + 1, this.#at + 200);
    if (rest.startsWith('(')) return this.#substitution(')', 2);
    if (rest.startsWith('{')) return this.#substitution('}', 2);
    if (rest.startsWith("'") && !this.#flat) return this.#ansi();
    const special = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-]|["'])/.exec(rest)?.[0];
    if (special !== undefined) return this.#unclear(this.#at + 1 + (/["']/.test(special) ? 0 : special.length));
    this.#at++;
    this.out.put('$');
  }

  #ansi(): void {
    this.plain = false;
    const body = /^\$'((?:[^'\\]|\\[^])*)'?/.exec(this.#text.slice(this.#at))!;
    this.#at += body[0].length;
    this.out.putQuoted(ansi(body[1]!));
  }

  #substitution(close: string, opened: number): void {
    const from = this.#at + opened;
    const end = closing(this.#text, from, close, this.#flat);
    this.#unclear(end + 1);
    if (this.#depth >= DEEPEST) return void this.out.list.push([UNKNOWN]);
    const nested = new Reader(this.#text.slice(from, end), this.#flat, this.#depth + 1);
    nested.read();
    this.out.list.push(...nested.out.list);
  }

  #redirection(): void {
    this.plain = false;
    if (/^[<>]\(/.test(this.#text.slice(this.#at, this.#at + 2))) return this.#substitution(')', 2);
    this.out.redirect();
    this.#at += /^[<>]+[&|-]*/.exec(this.#text.slice(this.#at, this.#at + 8))![0].length;
  }

  #comment(): void {
    this.plain = false;
    this.#at += /^[^\n]*/.exec(this.#text.slice(this.#at))![0].length;
  }
}
