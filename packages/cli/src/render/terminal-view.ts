import type { EventRow, LiveEvent, RunEvent, ToolCall } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import { CallLines, cutWords } from './call-lines.ts';
import { endWords } from './end-words.ts';
import { RunTotals } from './run-totals.ts';
import type { Style } from './style.ts';
import { resultWords, toolWords } from './tool-words.ts';
import { rowsDown, tame, tameLine } from './width.ts';
import { wrapped } from './wrap.ts';

export interface Screen {
  readonly style: Style;
  readonly columns: number;
  readonly rows: number;
}

/**
 * A run on a terminal, live. Every method answers what is to be written; nothing is written here.
 *
 * T1. Text that is withdrawn is visibly struck where it stands; what has left the screen is said to be void.
 * T2. A line of its own never lands in the middle of streamed text.
 * T3. Text from models and tools cannot steer the terminal.
 */
export class TerminalView {
  readonly #screen: Screen;
  readonly #totals = new RunTotals();
  readonly #lines = new CallLines();
  readonly #calls = new Map<string, ToolCall>();
  /** What is on the screen of the answer in the making, since its last whole line of ours. */
  #fragment = '';
  #streamed = '';
  #kind: 'text' | 'reasoning' | undefined;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  live(event: LiveEvent): string {
    if (event.type === 'withdrawn') {
      this.#streamed = '';
      return '';
    }
    const text = tame(event.text);
    const gap = this.#kind !== undefined && this.#kind !== event.type && !this.#fragment.endsWith('\n') ? '\n' : '';
    this.#kind = event.type;
    this.#fragment += gap + text;
    if (event.type === 'text') this.#streamed += event.text;
    return gap + (event.type === 'reasoning' ? this.#screen.style.dim(text) : text);
  }

  call(event: CallEvent): string {
    if (event.type === 'call-end') this.#totals.add(event.record);
    const struck = event.type === 'withdrawn' ? this.#strike() : '';
    const line = this.#lines.line(event);
    return line === undefined ? struck : struck + this.notice(tameLine(line));
  }

  /** Something that is not of the run but happened meanwhile. */
  notice(text: string): string {
    return this.#line(this.#screen.style.yellow(this.#wrap(`! ${tame(text)}`)));
  }

  row(row: EventRow): string {
    const { style } = this.#screen;
    const { event } = row;
    switch (event.type) {
      case 'model-reply':
        this.known(row);
        return this.#reply(event);
      case 'tool-start': {
        const call = this.#calls.get(event.id);
        return this.#line(style.cyan(this.#wrap(`→ ${tameLine(toolWords(call ?? { name: event.name, input: '' }))}`)));
      }
      case 'tool-result': {
        const mark = event.failed ? style.red('✗') : style.green('✓');
        const words = this.#wrap(`- ${tameLine(`${event.name}: ${resultWords(event.output, event.failed)}`)}`);
        return this.#line(`${mark}${style.dim(words.slice(1))}`);
      }
      case 'notice':
        return this.notice(event.text);
      case 'run-end':
        return this.#end(event);
      default:
        return '';
    }
  }

  /** A row that was recorded before this run: its calls may be run now. */
  known({ event }: EventRow): void {
    if (event.type !== 'model-reply') return;
    for (const block of event.blocks) if (block.type === 'tool-call') this.#calls.set(block.id, block);
  }

  #wrap(text: string): string {
    return wrapped(text, this.#screen.columns);
  }

  #reply(event: RunEvent & { readonly type: 'model-reply' }): string {
    const text = event.blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
    const missed = this.#streamed === '' && text !== '' ? tame(text) : '';
    const end = this.#closeLine(missed);
    this.#fragment = this.#streamed = '';
    this.#kind = undefined;
    const cut = cutWords(event.finish);
    return missed + end + (cut === undefined ? '' : this.notice(cut));
  }

  #end(event: RunEvent & { readonly type: 'run-end' }): string {
    const { style } = this.#screen;
    const paint = event.why === 'failed' ? style.red : style.yellow;
    const why = endWords(event);
    const totals = this.#totals.line();
    const lines = [
      ...(why === undefined ? [] : [paint(this.#wrap(tame(why)))]),
      ...(totals === undefined ? [] : [style.dim(this.#wrap(totals))]),
    ];
    return this.#line(lines.join('\n'));
  }

  #closeLine(more = ''): string {
    const text = this.#fragment + more;
    return text === '' || text.endsWith('\n') ? '' : '\n';
  }

  /** T2. What stood before a line of ours can no longer be struck in place. */
  #line(text: string): string {
    if (text === '') return '';
    const before = this.#closeLine();
    this.#fragment = '';
    this.#kind = undefined;
    return `${before}${text}\n`;
  }

  /** T1. */
  #strike(): string {
    const { style, columns, rows } = this.#screen;
    const text = this.#fragment;
    this.#fragment = this.#streamed = '';
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
