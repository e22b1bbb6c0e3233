import type { EventRow, ToolCall } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import { attemptLine, CallLines, cutWords, laneLine } from './call-lines.ts';
import { endWords } from './end-words.ts';
import { RunTotals } from './run-totals.ts';
import { resultWords, toolWords } from './tool-words.ts';
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

  call(event: CallEvent): readonly Line[] {
    if (event.type === 'call-end') this.#totals.add(event.record);
    return [...line('warn', this.#lines.line(event)), ...line('info', laneLine(event)), ...line('debug', attemptLine(event))];
  }

  /** A row that was recorded before this run: its calls may be run now. */
  known({ event }: EventRow): void {
    if (event.type !== 'model-reply') return;
    for (const block of event.blocks) if (block.type === 'tool-call') this.#calls.set(block.id, block);
  }

  row(row: EventRow): readonly Line[] {
    const { event } = row;
    switch (event.type) {
      case 'model-reply':
        this.known(row);
        return line('error', cutWords(event.finish));
      case 'tool-start':
        return line('info', `tool ${toolWords(this.#calls.get(event.id) ?? { name: event.name, input: '' })}`);
      case 'tool-result':
        return line('info', `tool ${event.name} ${event.failed ? 'failed' : 'done'}: ${resultWords(event.output, event.failed)}`);
      case 'notice':
        return line('warn', event.text);
      case 'run-end':
        return [...line('error', endWords(event)), ...line('info', this.#totals.line())];
      default:
        return [];
    }
  }
}

const line = (weight: Weight, text: string | undefined): readonly Line[] => (text === undefined ? [] : [{ weight, text: tameLine(text) }]);
