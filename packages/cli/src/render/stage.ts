import type { Style } from './style.ts';
import { rowsDown, tame } from './width.ts';

export interface Screen {
  readonly style: Style;
  readonly columns: number;
  readonly rows: number;
}

/**
 * The end of what stands on a terminal: the answer in the making, and lines of ours. Every method answers what is to be written.
 *
 * T1. Text that is withdrawn is visibly struck where it stands; what has left the screen is said to be void.
 * T2. A line of its own never lands in the middle of streamed text.
 */
export class Stage {
  readonly #screen: Screen;
  /** What is on the screen of the answer in the making, since its last whole line of ours. */
  #fragment = '';
  #kind: 'text' | 'reasoning' | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Something of an answer stands here that can still be struck. */
  get holds(): boolean {
    return this.#fragment !== '';
  }

  /** `lead` stands before each line of it. */
  stream(kind: 'text' | 'reasoning', piece: string, lead = ''): string {
    const { style } = this.#screen;
    const gap = this.#kind !== undefined && this.#kind !== kind && !this.#fragment.endsWith('\n') ? '\n' : '';
    const fresh = gap !== '' || this.#fragment === '' || this.#fragment.endsWith('\n');
    const text = lead === '' ? tame(piece) : led(tame(piece), lead, fresh);
    this.#kind = kind;
    this.#fragment += gap + text;
    return gap + (kind === 'reasoning' || lead !== '' ? style.dim(text) : text);
  }

  /** Ends the answer in the making. `missed`: what of it did not come in pieces. */
  close(missed = '', lead = ''): string {
    const text = lead === '' || missed === '' ? missed : led(missed, lead, !this.holds || this.#fragment.endsWith('\n'));
    const whole = this.#fragment + text;
    this.#fragment = '';
    this.#kind = undefined;
    return text + (whole === '' || whole.endsWith('\n') ? '' : '\n');
  }

  /** Somebody else wrote, and ended the line. */
  part(): void {
    this.#fragment = '';
    this.#kind = undefined;
  }

  /** T2. What stood before a line of ours can no longer be struck in place. */
  line(text: string): string {
    return text === '' ? '' : `${this.close()}${text}\n`;
  }

  /** T1. */
  strike(): string {
    const { style, columns, rows } = this.#screen;
    const text = this.#fragment;
    this.#fragment = '';
    this.#kind = undefined;
    if (text.trim() === '') return text === '' || text.endsWith('\n') ? '' : '\n';
    const down = rowsDown(text, columns);
    const end = text.endsWith('\n') ? '' : '\n';
    if (style.plain || down >= rows - 1)
      return `${end}${style.dim(down === 0 ? '↑ the line above is void' : `↑ the ${down + (end === '' ? 0 : 1)} lines above are void`)}\n`;
    const struck = text.replace(/[^\n]+/g, (line) => style.struck(line));
    return `${down > 0 ? `\x1b[${down}A` : ''}\r\x1b[J${struck}${end}`;
  }
}

const led = (text: string, lead: string, fresh: boolean): string =>
  (fresh && text !== '' ? lead : '') + text.replace(/\n(?=[^])/g, `\n${lead}`);
