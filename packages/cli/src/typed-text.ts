import { tame } from './render/width.ts';

/** Stands for a line end in a line that is being typed. */
export const LINE_END = '␤';
/** More than this is no text to look at in a line: a word stands for it. */
const [LONGEST, MOST_LINES] = [1000, 10];

/**
 * What is pasted into a line, and what it means when the line is entered.
 * P1. A paste is part of one message, however many lines it has.
 * P2. What is long is held apart, and a word that cannot be mistaken stands for it.
 */
export class Pastes {
  readonly #texts = new Map<string, string>();

  /** What goes into the line. */
  take(pasted: string): string {
    const text = tame(pasted.replace(/\r\n?|[\u2028\u2029]/g, '\n')).replace(/\n+$/, '');
    const lines = text.split('\n').length;
    if (text.length <= LONGEST && lines <= MOST_LINES) return text.replaceAll('\n', LINE_END);
    const word = `[paste ${this.#texts.size + 1}: ${lines === 1 ? `${text.length} characters` : `${lines} lines`}]`;
    this.#texts.set(word, text);
    return word;
  }

  /** The message that a line stands for. What was pasted is used up. */
  whole(line: string): string {
    let text = line.replaceAll(LINE_END, '\n');
    for (const [word, pasted] of this.#texts) text = text.split(word).join(pasted);
    this.#texts.clear();
    return text;
  }
}

/** A line that ends in a backslash goes on with the next one; two of them are one, and the end. */
export const goesOn = (line: string): boolean => (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
