import { ANYTHING, ONE } from './glob.ts';
import { expandBraces } from './shell-quotes.ts';

export interface Word {
  /** De-quoted; globs as written. */
  readonly text: string;
  /** The same with globs as marks, for where the word names a command. */
  readonly wild: string;
}

/** White space inside a word, so that joined words still show where each ends. */
export const BLANK = '\uE002';

/** Collects characters into words and words into commands. The target of a redirection is a segment of its own: the command goes on behind it. */
export class Segments {
  readonly list: (readonly Word[])[] = [];
  expanded = false;
  #words: Word[] = [];
  #word: { text: string; wild: string } | undefined;
  #command: Word[] | undefined;

  get inWord(): boolean {
    return this.#word !== undefined;
  }

  put(text: string, wild = text): void {
    this.#word ??= { text: '', wild: '' };
    this.#word.text += text;
    this.#word.wild += wild;
  }

  putQuoted(text: string): void {
    this.put(text.replace(/\s/g, BLANK));
  }

  endWord(): void {
    if (this.#word === undefined) return;
    const texts = expandBraces(this.#word.text);
    const wilds = expandBraces(this.#word.wild);
    this.expanded ||=
      texts.length > 1 || texts[0] !== this.#word.text.replace(/[\uE003-\uE005]/g, (mark) => '{,}'[mark.charCodeAt(0) - 0xe003]!);
    this.#words.push(...texts.map((text, at) => ({ text, wild: wilds[at] ?? ANYTHING })));
    this.#word = undefined;
    if (this.#command === undefined) return;
    this.list.push(this.#words);
    this.#words = this.#command;
    this.#command = undefined;
  }

  redirect(): void {
    // `2>` and `{fd}>`: the number belongs to the redirection, not to the command.
    if (this.#word && /^(\d+|\uE003\w+\uE005)$/.test(this.#word.text)) this.#word = undefined;
    this.endWord();
    if (this.#command === undefined) this.#command = this.#words;
    this.#words = [];
  }

  endCommand(): void {
    this.endWord();
    if (this.#command !== undefined) this.#words = this.#command;
    this.#command = undefined;
    if (this.#words.length > 0) this.list.push(this.#words);
    this.#words = [];
  }
}

export const UNKNOWN: Word = { text: ANYTHING, wild: ANYTHING };

/** Known only when it runs. */
export const isUnclear = (text: string): boolean => text.includes(ANYTHING) || text.includes(ONE);
