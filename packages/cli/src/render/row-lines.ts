import type { EventRow, LiveEvent, RunEvent, ToolCall } from '@holdfast/agent';
import { endWords } from './end-words.ts';
import { LiveOutput } from './live-output.ts';
import { besideWords, childEnd, childStart, saidWords, speakerOf } from './row-words.ts';
import type { Screen } from './stage.ts';
import { resultWords, toolWords, wholeIn } from './tool-words.ts';
import { Typed } from './typed.ts';
import { tame, tameLine } from './width.ts';
import { fitted, wrapped } from './wrap.ts';

type Path = EventRow['path'];

/** What rows are on a terminal: painted, wrapped, and named where somebody works for another. Empty: nothing is to be said. */
export class RowLines {
  readonly #screen: Screen;
  readonly #outputs = new LiveOutput();
  readonly #calls = new Map<string, ToolCall>();
  readonly #typed = new Typed();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  typed(text: string): void {
    this.#typed.add(text);
  }

  knownCalls(calls: readonly ToolCall[]): void {
    for (const call of calls) this.#calls.set(call.id, call);
  }

  warning(path: Path, text: string): string {
    return this.#screen.style.yellow(this.#wrap(`${nameOf(path)}! ${text}`));
  }

  aside(path: Path, text: string): string {
    return this.#screen.style.dim(this.#wrap(`${nameOf(path)}${text}`));
  }

  output({ path, call, text }: LiveEvent & { readonly type: 'tool-output' }): string {
    const lines = this.#outputs.take(call, text, this.#screen.columns - nameOf(path).length - 2);
    return lines.map((line) => this.aside(path, `  ${line}`)).join('\n');
  }

  of(row: EventRow): string {
    const { event, path } = row;
    const { style, columns } = this.#screen;
    const starts = childStart(row);
    if (starts !== undefined) return style.dim(fitted(`${indent(path)}⤷ ${tameLine(starts)}`, columns));
    switch (event.type) {
      case 'input':
        return event.hidden || event.system || this.#typed.take(event.text) ? '' : style.dim(this.#wrap(`» ${tame(saidWords(event))}`));
      case 'tool-start':
        return this.#started(path, this.#calls.get(event.id) ?? { name: event.name, input: event.input ?? '' });
      case 'tool-result':
        this.#outputs.over(event.id);
        return this.#result(path, event);
      default: {
        const beside = besideWords(event);
        if (beside === undefined) return '';
        return beside.mark === '!' ? this.warning(path, tame(beside.text)) : this.aside(path, `· ${tameLine(beside.text)}`);
      }
    }
  }

  /** `totals`: of the run, where it was the root's. */
  end(row: EventRow & { readonly event: { readonly type: 'run-end' } }, totals: string | undefined): string {
    const { style, columns } = this.#screen;
    const { event, path } = row;
    const child = childEnd(row);
    if (child !== undefined) return style.dim(wrapped(`${indent(path)}⤶ ${tameLine(child)}`, columns));
    const paint = event.why === 'failed' ? style.red : style.yellow;
    const why = endWords(event);
    const lines = [
      ...(why === undefined ? [] : [paint(this.#wrap(tame(why)))]),
      ...(totals === undefined ? [] : [style.dim(this.#wrap(totals))]),
    ];
    return lines.join('\n');
  }

  #started(path: Path, call: Pick<ToolCall, 'name' | 'input'>): string {
    const { style } = this.#screen;
    const text = this.#wrap(`${nameOf(path)}→ ${tameLine(toolWords(call))}`);
    return path.length === 0 ? style.cyan(text) : style.dim(text);
  }

  #result(path: Path, { name, output, failed, file }: RunEvent & { readonly type: 'tool-result' }): string {
    const { style } = this.#screen;
    const lead = nameOf(path);
    const words = this.#wrap(`${lead}- ${tameLine(`${name}: ${resultWords(output, failed)}${wholeIn({ file })}`)}`);
    return `${style.dim(lead)}${failed ? style.red('✗') : style.green('✓')}${style.dim(words.slice(lead.length + 1))}`;
  }

  #wrap(text: string): string {
    return wrapped(text, this.#screen.columns);
  }
}

const indent = (path: Path): string => '  '.repeat(path.length);
const nameOf = (path: Path): string => (path.length === 0 ? '' : `${indent(path)}${tameLine(speakerOf(path))} `);

/** What stands before each line of an answer. */
export const leadOf = (path: Path): string => (path.length === 0 ? '' : `${nameOf(path)}│ `);
