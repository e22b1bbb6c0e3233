import type { EventRow, ToolCall } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';
import { callLine } from './call-words.ts';
import { RunTotals } from './run-totals.ts';
import { resultWords, toolWords } from './tool-words.ts';
import { tameLine } from './width.ts';

/** A run where nobody watches a terminal: one line on stderr for each thing that happens; the answer alone goes to stdout. */
export class PlainView {
  readonly #totals = new RunTotals();
  readonly #calls = new Map<string, ToolCall>();

  call(event: CallEvent): readonly string[] {
    if (event.type === 'call-end') this.#totals.add(event.record);
    const line = callLine(event);
    return line === undefined ? [] : [tameLine(line)];
  }

  row({ event }: EventRow): readonly string[] {
    switch (event.type) {
      case 'model-reply':
        for (const block of event.blocks) if (block.type === 'tool-call') this.#calls.set(block.id, block);
        return [];
      case 'tool-start':
        return [`tool ${tameLine(toolWords(this.#calls.get(event.id) ?? { name: event.name, input: '' }))}`];
      case 'tool-result':
        return [tameLine(`tool ${event.name} ${event.failed ? 'failed' : 'done'}: ${resultWords(event.output, event.failed)}`)];
      case 'notice':
        return [tameLine(event.text)];
      case 'run-end': {
        const totals = this.#totals.line();
        const why =
          event.why === 'failed'
            ? [`failed: ${tameLine(event.failure?.message ?? 'no reason given')}`]
            : event.why === 'done'
              ? []
              : [`stopped: ${event.why}`];
        return [...why, ...(totals === undefined ? [] : [totals])];
      }
      default:
        return [];
    }
  }
}
