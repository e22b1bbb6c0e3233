import { createInterface, type Interface } from 'node:readline';
import { LINE_END } from '../typed-text.ts';
import { KeyStream } from './raw-keys.ts';

export interface PromptLineOptions {
  /** Messages, the newest first. */
  readonly history: readonly string[];
  complete(line: string): [string[], string];
  /** A line was entered; it is off the screen's last row. */
  line(text: string): void;
}

/** What readline has and does not show. */
interface Inside {
  line: string;
  cursor: number;
  prevRows: number;
  history: string[];
}

/** One line that is typed behind a prompt, with readline's keys. It is on the screen or not. */
export class PromptLine implements Disposable {
  readonly #keys = new KeyStream();
  readonly #lines: Interface & Inside;
  readonly #dumb: boolean;
  #history: readonly string[];
  #shown = false;

  constructor(dumb: boolean, options: PromptLineOptions) {
    this.#dumb = dumb;
    this.#history = options.history.map(oneLine);
    this.#lines = createInterface({
      input: this.#keys as unknown as NodeJS.ReadableStream,
      output: process.stderr,
      terminal: true,
      historySize: 1000,
      history: [...this.#history],
      completer: (line: string) => options.complete(line),
      escapeCodeTimeout: 50,
    }) as Interface & Inside;
    this.#lines.on('line', (line) => {
      this.#shown = false;
      // What readline takes may be a part of a message, or an answer.
      this.#lines.history = [...this.#history];
      options.line(line);
    });
    this.#lines.on('SIGCONT', () => void this.#lines.resume());
  }

  get shown(): boolean {
    return this.#shown;
  }

  get text(): string {
    return this.#lines.line;
  }

  show(prompt: string): void {
    this.#lines.setPrompt(prompt);
    this.#lines.prompt(true);
    this.#shown = true;
  }

  /** The prompt gives way; nothing is typed behind it. */
  hide(): void {
    if (this.#shown) process.stderr.write(this.#dumb ? '\n' : '\r\x1b[J');
    this.#shown = false;
  }

  /** What comes next has a line of its own. */
  leave(): void {
    if (this.#shown) process.stderr.write('\n');
    this.#shown = false;
  }

  /** What was typed is given up. */
  drop(): void {
    this.leave();
    this.#lines.line = '';
    this.#lines.cursor = this.#lines.prevRows = 0;
  }

  keys(text: string): void {
    // oxlint-disable-next-line no-control-regex
    for (const piece of this.#dumb ? text.split(/([\x7f\b])/) : [text]) {
      // On a dumb terminal readline takes nothing back.
      if (this.#dumb && (piece === '\x7f' || piece === '\b')) this.#rubOut();
      else if (piece !== '') this.#keys.emit('data', piece);
    }
  }

  insert(text: string): void {
    this.#lines.write(text);
  }

  /** Answers whether it is new. */
  remember(message: string): boolean {
    const line = oneLine(message);
    if (line.trim() === '' || line === this.#history[0]) return false;
    this.#history = [line, ...this.#history];
    this.#lines.history = [...this.#history];
    return true;
  }

  [Symbol.dispose](): void {
    this.leave();
    this.#lines.removeAllListeners('line');
    this.#lines.close();
  }

  #rubOut(): void {
    const last = [...this.#lines.line].at(-1);
    if (last === undefined) return;
    this.#lines.line = this.#lines.line.slice(0, -last.length);
    this.#lines.cursor = this.#lines.line.length;
    process.stderr.write('\b \b');
  }
}

const oneLine = (text: string): string => text.replaceAll('\n', LINE_END);
