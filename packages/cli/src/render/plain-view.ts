import type { EventRow, ToolCall } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import { attemptLine, CallLines, cutWords, laneLine } from './call-lines.ts';
import { endWords } from './end-words.ts';
import { besideWords, childEnd, childStart, saidWords, speakerOf } from './row-words.ts';
import { RunTotals } from './run-totals.ts';
import { resultWords, toolWords, wholeIn } from './tool-words.ts';
import { Typed } from './typed.ts';
import { tameLine } from './width.ts';

export type Weight = 'error' | 'warn' | 'info' | 'debug';
export interface Line {
  readonly weight: Weight;
  readonly text: string;
}

/** A run where nobody watches a terminal: one line on stderr for each thing that happens; the answer alone goes to stdout. */
export class PlainView {
  readonly #totals = new RunTotals();
  readonly #lines = new CallLines();
  readonly #calls = new Map<string, ToolCall>();
  readonly #typed = new Typed();

  /** It was said with the command: nobody has to be told. */
  typed(text: string): void {
    this.#typed.add(text);
  }

  call(event: CallEvent): readonly Line[] {
    if (event.type === 'call-end') this.#totals.add(event.record);
    return [...line('warn', this.#lines.line(event)), ...line('info', laneLine(event)), ...line('debug', attemptLine(event))];
  }

  /** A row that was recorded before this run: its calls may be run now. */
  known({ event }: EventRow): void {
    if (event.type !== 'model-reply') return;
    this.knownCalls(event.blocks.flatMap((block) => (block.type === 'tool-call' ? [block] : [])));
  }

  knownCalls(calls: readonly ToolCall[]): void {
    for (const call of calls) this.#calls.set(call.id, call);
  }

  row(row: EventRow): readonly Line[] {
    const name = speakerOf(row.path);
    const lines = this.#linesOf(row);
    const named = row.event.type === 'run-start' || row.event.type === 'run-end';
    return name === '' || named ? lines : lines.map(({ weight, text }) => ({ weight, text: `${tameLine(name)}: ${text}` }));
  }

  #linesOf(row: EventRow): readonly Line[] {
    const { event } = row;
    switch (event.type) {
      case 'run-start':
        return line('info', childStart(row));
      case 'input':
        return event.hidden || event.system || this.#typed.take(event.text) ? [] : line('info', `said: ${saidWords(event)}`);
      case 'model-reply':
        this.known(row);
        return line('error', cutWords(event.finish));
      case 'tool-start':
        return line('info', `tool ${toolWords(this.#calls.get(event.id) ?? { name: event.name, input: event.input ?? '' })}`);
      case 'tool-result':
        return line(
          'info',
          `tool ${event.name} ${event.failed ? 'failed' : 'done'}: ${resultWords(event.output, event.failed)}${wholeIn(event)}`,
        );
      case 'run-end':
        return row.path.length > 0
          ? line('info', childEnd(row))
          : [...line('error', endWords(event)), ...line('info', this.#totals.line())];
      default: {
        const beside = besideWords(event);
        return line(beside?.mark === '!' ? 'warn' : 'info', beside?.text);
      }
    }
  }
}

const line = (weight: Weight, text: string | undefined): readonly Line[] => (text === undefined ? [] : [{ weight, text: tameLine(text) }]);
