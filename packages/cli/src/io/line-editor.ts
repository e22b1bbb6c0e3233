import type { Keyboard, KeyboardOptions } from '../context.ts';
import type { Typing } from '../keys.ts';
import { goesOn, Pastes } from '../typed-text.ts';
import { PagedOutput } from './paged-output.ts';
import { PromptLine } from './prompt-line.ts';
import { rawKeys } from './raw-keys.ts';

/** What stands before a line that is typed while a run works, and before one that goes on. */
const [ASIDE, MORE] = ['» ', '… '];

interface Question {
  readonly above: string;
  readonly prompt: string;
  readonly settle: (line: string | undefined) => void;
}

/**
 * The keyboard of a session, for as long as it lasts: a prompt, questions, and lines typed while a run works.
 *
 * E1. Output and typing never mix: while something is typed or asked output waits, and the line it came after is whole.
 * E2. The cursor is never moved but within the line that is typed, and to its beginning: windows may change, terminals may be dumb.
 * E3. What was typed before a question was there is no answer to it.
 */
export class LineEditor implements Keyboard {
  readonly #options: KeyboardOptions;
  readonly #output = new PagedOutput();
  readonly #line: PromptLine;
  readonly #raw: Disposable;
  readonly #questions: Question[] = [];
  readonly #pastes = new Pastes();
  /** Undefined: a run works, and there is a prompt only while something is typed. */
  #prompt: string | undefined;
  #asked: Question | undefined;
  #more: string[] = [];

  constructor(options: KeyboardOptions) {
    const dumb = process.env['TERM'] === 'dumb';
    this.#options = options;
    this.#line = new PromptLine(dumb, {
      history: options.history,
      complete: (line) => (this.#asked ? [[], line] : options.complete(line)),
      line: (text) => this.#entered(text),
    });
    this.#raw = rawKeys(dumb, (typing) => this.#typed(typing));
  }

  /** As if it came from the keyboard. */
  type(text: string): void {
    this.#typed({ type: 'keys', text });
  }

  wait(prompt: string | undefined): void {
    this.#prompt = prompt;
    this.#settle();
  }

  /** The last line of `text` is the prompt; the rest stands above it. Rejects when the signal fires. */
  ask(text: string, signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    const at = text.lastIndexOf('\n') + 1;
    return new Promise((resolve, reject) => {
      const letGo = (): void => signal.removeEventListener('abort', cut);
      const question: Question = {
        above: text.slice(0, at),
        prompt: text.slice(at),
        settle: (line) => {
          letGo();
          resolve(line);
        },
      };
      const cut = (): void => {
        letGo();
        this.#cut(question);
        reject(signal.reason);
      };
      signal.addEventListener('abort', cut);
      this.#questions.push(question);
      this.#settle();
    });
  }

  write(stream: NodeJS.WriteStream, text: string): void {
    if (this.#asked || (this.#line.shown && this.#typing)) return this.#output.hold(stream, text);
    this.#line.hide();
    this.#output.write(stream, text);
    this.#settle();
  }

  [Symbol.dispose](): void {
    this.#raw[Symbol.dispose]();
    this.#line[Symbol.dispose]();
    this.#output.flush();
    for (const question of [...(this.#asked ? [this.#asked] : []), ...this.#questions.splice(0)]) question.settle(undefined);
  }

  get #typing(): boolean {
    return this.#line.text !== '' || this.#more.length > 0;
  }

  #typed(typing: Typing): void {
    if (typing.type === 'interrupt') return this.#interrupt();
    if (typing.type === 'end' && this.#line.text === '') return this.#end();
    const pieces = typing.type === 'keys' ? typing.text.split(/(?<=\r(?!\n)|\n)/) : [typing.type === 'end' ? '\x04' : typing.text];
    for (const piece of pieces) {
      // Nothing was typed, and nothing is asked.
      if (!this.#line.shown && this.#prompt === undefined && !this.#asked && /^[\r\n]+$/.test(piece)) continue;
      this.#show();
      if (typing.type === 'paste') this.#line.insert(this.#pastes.take(piece));
      else this.#line.keys(piece);
      this.#settle();
    }
  }

  /** At a prompt it drops what was typed; anywhere else, and where nothing was, it is the process's to act on. */
  #interrupt(): void {
    if (this.#prompt === undefined || this.#asked || !this.#typing) return void process.kill(process.pid, 'SIGINT');
    this.#drop();
    this.#settle();
  }

  #end(): void {
    const asked = this.#asked;
    if (!asked) return this.#options.end();
    this.#asked = undefined;
    this.#line.leave();
    asked.settle(undefined);
    this.#settle();
  }

  #entered(line: string): void {
    this.#output.newLine();
    const asked = this.#asked;
    if (asked) {
      this.#asked = undefined;
      this.#output.flush();
      return asked.settle(line);
    }
    if (goesOn(line)) return void this.#more.push(line.slice(0, -1));
    const text = this.#pastes.whole([...this.#more, line].join('\n'));
    this.#more = [];
    this.#prompt = undefined;
    if (this.#line.remember(text)) this.#options.remember(text);
    this.#output.flush();
    this.#options.line(text);
  }

  /** Shows what has to stand there now, and lets out what waited. */
  #settle(): void {
    if (this.#asked || this.#typing) return this.#show();
    const next = this.#questions.shift();
    if (next) {
      this.#line.hide();
      this.#output.flush();
      this.#output.fresh();
      this.#output.write(process.stderr, next.above);
      this.#asked = next;
      return this.#show();
    }
    if (this.#output.waits || this.#prompt === undefined) this.#line.hide();
    this.#output.flush();
    if (this.#prompt !== undefined && this.#output.atStart) this.#show();
  }

  #show(): void {
    if (this.#line.shown) return;
    this.#output.fresh();
    this.#options.parted();
    this.#line.show(this.#asked?.prompt ?? (this.#more.length > 0 ? MORE : (this.#prompt ?? ASIDE)));
  }

  #drop(): void {
    this.#more = [];
    this.#line.drop();
  }

  #cut(question: Question): void {
    const at = this.#questions.indexOf(question);
    if (at >= 0) this.#questions.splice(at, 1);
    if (this.#asked !== question) return;
    this.#asked = undefined;
    this.#drop();
    this.#settle();
  }
}
