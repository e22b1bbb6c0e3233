import type { EventRow, RunEvent } from './events.ts';
import { agentFacts, conversationOf, failed, noteOf, replyFacts, spanOf, spent } from './run-span.ts';
import { SpanOut, type Open, type SpanStep } from './span-out.ts';
import { answered, asked, summarised, toolBegan, toolEnded } from './tool-spans.ts';

type Of<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/**
 * Rows as spans: a run of each path, its turns, their tools, questions and summaries. A fold: the same rows give the same spans.
 * Z1. Every span that began ends once or is dropped, at the latest with its run.
 * Z2. A child stands below the tool call that began it, else below the run of its parent.
 */
export class RunSpans {
  readonly #open = new Map<string, Open>();
  #out = new SpanOut();

  take(row: EventRow): readonly SpanStep[] {
    this.#out = new SpanOut();
    const { event } = row;
    if (event.type === 'run-start') this.#begin(row, event);
    const own = this.#open.get(conversationOf(row));
    // Rows from before we watched.
    if (!own) return this.#out.steps;
    this.#event(own, row, event);
    own.last = row.at;
    return this.#out.steps;
  }

  #event(own: Open, row: EventRow, event: RunEvent): void {
    if (event.type === 'input') this.#input(own, row, event);
    else if (event.type === 'model-reply') this.#reply(own, row, event);
    else if (event.type === 'model-failed') this.#failed(own, row, event);
    else if (event.type === 'question') asked(own, row, event, this.#out);
    else if (event.type === 'answer') answered(own, row, event, this.#out);
    else if (event.type === 'tool-start') toolBegan(own, row, event, this.#out);
    else if (event.type === 'tool-result') this.#result(own, row, event);
    else if (event.type === 'compaction') summarised(own, row, event, this.#out);
    else if (event.type === 'run-end') this.#end(own, row, event.why, event.failure);
    else {
      const text = noteOf(event);
      if (text !== undefined) (own.turn ?? own.run).events.push({ at: row.at, name: event.type, text });
    }
  }

  #begin(row: EventRow, event: Of<'run-start'>): void {
    const key = conversationOf(row);
    const before = this.#open.get(key);
    if (before) this.#end(before, row, 'unfinished');
    const above = row.path.length === 0 ? undefined : this.#open.get(conversationOf({ ...row, path: row.path.slice(0, -1) }));
    const parent = above && ((event.task && above.tools.get(event.task.call)) ?? above.run);
    const run = spanOf(`${key}#${row.seq}`, `invoke_agent ${event.agent}`, row, row.path.length === 0 ? 'run' : 'child', parent);
    agentFacts(run, event);
    this.#open.set(key, { run, answered: false, calls: new Map(), tools: new Map(), questions: new Map(), last: row.at });
    this.#out.start(run);
    this.#turn(this.#open.get(key)!, row);
  }

  #result(own: Open, row: EventRow, event: Of<'tool-result'>): void {
    if (!toolEnded(own, row, event, this.#out)) return;
    this.#endTurn(own, row);
    this.#turn(own, row);
  }

  #input(own: Open, row: EventRow, { text, hidden }: Of<'input'>): void {
    if (!own.turn) this.#turn(own, row);
    if (!hidden)
      own.turn!.words['holdfast.input'] = [own.turn!.words['holdfast.input'], text].filter((one) => one !== undefined).join('\n');
  }

  #turn(own: Open, row: EventRow): void {
    own.answered = false;
    own.turn = { ...spanOf(`${own.run.id}.turn.${row.seq}`, 'holdfast.turn', row, 'turn', own.run), holds: conversationOf(row) };
    this.#out.start(own.turn);
  }

  #reply(own: Open, row: EventRow, event: Of<'model-reply'>): void {
    if (!own.turn) this.#turn(own, row);
    own.answered = true;
    replyFacts(own.turn!, event);
    for (const block of event.blocks) if (block.type === 'tool-call') own.calls.set(block.id, block.input);
    if (own.calls.size === 0) this.#endTurn(own, row);
  }

  #failed(own: Open, row: EventRow, { failure, usage, usd, call }: Of<'model-failed'>): void {
    if (!own.turn) return;
    own.answered = true;
    failed(own.turn, failure);
    spent(own.turn, usage, usd);
    if (call !== undefined) own.turn.attributes['holdfast.call'] = call;
    this.#endTurn(own, row);
  }

  #endTurn(own: Open, row: EventRow): void {
    if (own.turn) this.#out.close(own.turn, row.at);
    delete own.turn;
    own.calls.clear();
  }

  #end(own: Open, row: EventRow, why: string, failure?: Of<'run-end'>['failure']): void {
    for (const span of [...own.tools.values(), ...own.questions.values()]) this.#out.close(span, row.at, 'unfinished');
    if (own.turn && !own.answered) this.#out.drop(own.turn);
    else if (own.turn) this.#out.close(own.turn, row.at, 'unfinished');
    if (failure) failed(own.run, failure);
    this.#out.close(own.run, row.at, why);
    this.#open.delete(conversationOf(row));
  }
}
