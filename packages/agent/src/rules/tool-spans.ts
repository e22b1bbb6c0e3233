import type { EventRow, RunEvent } from './events.ts';
import { resultFacts, spanOf, spent, toolFacts, type Growing } from './run-span.ts';
import type { Open, SpanOut } from './span-out.ts';

/** Spans of what happens within a turn: questions, tools, summaries. */

type Of<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

const below = ({ run, turn }: Open, row: EventRow, name: string, kind: string): Growing =>
  spanOf(`${run.id}.${kind}.${row.seq}`, name, row, kind, turn ?? run);

export function asked(own: Open, row: EventRow, event: Of<'question'>, out: SpanOut): void {
  const about = event.about === 'limit' ? event.limit : event.call.name;
  const span = below(own, row, `holdfast.${event.about} ${about}`, 'approval');
  if (event.about !== 'limit') span.attributes['gen_ai.tool.call.id'] = event.call.id;
  const before = own.questions.get(event.id);
  if (before) out.close(before, row.at, 'unfinished');
  own.questions.set(event.id, span);
  out.start(span);
}

export function answered(own: Open, row: EventRow, { id, decision }: Of<'answer'>, out: SpanOut): void {
  const span = own.questions.get(id);
  if (!span) return;
  span.attributes['holdfast.decision'] = decision;
  own.questions.delete(id);
  out.close(span, row.at);
}

export function toolBegan(
  own: Open,
  row: EventRow,
  { id, name, input }: Pick<Of<'tool-start'>, 'id' | 'name' | 'input'>,
  out: SpanOut,
): Growing {
  const span = below(own, row, `execute_tool ${name}`, 'tool');
  toolFacts(span, id, name, input ?? own.calls.get(id));
  const before = own.tools.get(id);
  if (before) out.close(before, row.at, 'unfinished');
  own.tools.set(id, span);
  out.start(span);
  return span;
}

/** True: it was the last of its turn. A call that was refused never began: its span has no length. */
export function toolEnded(own: Open, row: EventRow, event: Of<'tool-result'>, out: SpanOut): boolean {
  const span = own.tools.get(event.id) ?? toolBegan(own, row, { id: event.id, name: event.name }, out);
  resultFacts(span, event);
  own.tools.delete(event.id);
  out.close(span, row.at);
  return own.calls.delete(event.id) && own.calls.size === 0;
}

/** It began when the row before it was stored, as near as the log knows. */
export function summarised(own: Open, row: EventRow, { why, usage, usd, call }: Of<'compaction'>, out: SpanOut): void {
  const span = below(own, { ...row, at: own.last }, 'holdfast.compaction', 'compaction');
  Object.assign(span.attributes, { 'holdfast.compaction.why': why, ...(call !== undefined && { 'holdfast.call': call }) });
  spent(span, usage, usd);
  out.start(span);
  out.close(span, row.at);
}
