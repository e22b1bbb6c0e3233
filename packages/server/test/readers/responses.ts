import { eventsOf, type Heard, type Loose } from './heard.ts';
import { checkEnd, checkHead, Notes, type Told, type ToldCall } from './told.ts';

const ENDS = new Set(['response.completed', 'response.incomplete', 'response.failed']);
const quote = (value: unknown): string => JSON.stringify(value).slice(0, 120);

/** Reads a stream of Responses as its strictest client would: numbers without gaps, items that open and close, one end that says it all again. */
class ResponsesReader {
  readonly notes = new Notes();
  reasoning = '';
  end: Loose;
  error: Told['error'];
  readonly items: Loose[] = [];
  #next = 0;
  #started = false;
  #open: Loose;
  /** What the deltas of the open item came to. */
  #deltas = '';
  #part: Loose;

  take(event: string | undefined, data: string): void {
    const { notes } = this;
    notes.check(this.end === undefined && this.error === undefined, `an event after the end: ${data.slice(0, 80)}`);
    const said = notes.json(data, 'an event') as Loose;
    if (said === undefined) return;
    notes.check(event === said.type, `the event ${event} holds a ${said.type}`);
    notes.check(said.sequence_number === this.#next, `number ${said.sequence_number} where ${this.#next} was due`);
    this.#next++;
    if (said.response?.id !== undefined) notes.same('response.id', said.response.id);
    if (said.type !== 'response.created') notes.check(this.#started, `${said.type} before response.created`);
    if (ENDS.has(said.type)) return this.#finish(said);
    switch (said.type) {
      case 'response.created':
        notes.check(!this.#started, 'a second response.created');
        notes.check(said.response.status === 'in_progress', `created as ${said.response.status}`);
        this.#started = true;
        return;
      case 'response.in_progress':
      case 'keepalive':
        return;
      case 'error':
        this.error = said.error ?? said;
        return;
      default:
        this.#within(said);
    }
  }

  #within(said: Loose): void {
    const { notes } = this;
    if (said.type === 'response.output_item.added') return this.#begin(said);
    notes.check(this.#open !== undefined, `${said.type} while no item is open`);
    notes.check(said.output_index === this.items.length, `${said.type} of item ${said.output_index} in item ${this.items.length}`);
    if (said.item_id !== undefined) notes.check(said.item_id === this.#open?.id, `${said.type} of ${said.item_id} in ${this.#open?.id}`);
    if (said.type === 'response.output_item.done') return this.#close(said.item);
    if (said.type.endsWith('_part.added')) {
      notes.check(this.#part === undefined, 'a part begins while another is open');
      this.#part = said.part;
      this.#deltas = '';
    } else if (said.type.endsWith('_part.done')) {
      notes.check(
        this.#part !== undefined && said.part.text === this.#deltas,
        `the part's end says ${quote(said.part.text)}, its deltas ${quote(this.#deltas)}`,
      );
      this.#part = undefined;
    } else this.#piece(said);
  }

  #begin({ output_index: index, item }: Loose): void {
    this.notes.check(this.#open === undefined, `item ${index} begins while another is open`);
    this.notes.check(index === this.items.length, `item ${index} where ${this.items.length} was due`);
    this.#open = item;
    this.#deltas = '';
  }

  #piece(said: Loose): void {
    if (said.type.endsWith('.delta')) {
      if (said.type !== 'response.function_call_arguments.delta')
        this.notes.check(this.#part !== undefined, 'a delta while no part is open');
      this.#deltas += said.delta;
      if (said.type === 'response.reasoning_summary_text.delta') this.reasoning += said.delta;
      return;
    }
    const whole = said.text ?? said.arguments ?? said.refusal;
    if (said.type.endsWith('.done'))
      this.notes.check(whole === this.#deltas, `${said.type} says ${quote(whole)}, the deltas ${quote(this.#deltas)}`);
  }

  #close(item: Loose): void {
    const { notes } = this;
    notes.check(this.#part === undefined, 'an item ends while a part is open');
    notes.check(item.id === this.#open?.id && item.type === this.#open?.type, 'an item ends as another');
    if (item.type === 'message')
      notes.check(textOf(item) === this.#deltas, `the item's end says ${quote(textOf(item))}, its deltas ${quote(this.#deltas)}`);
    if (item.type === 'function_call')
      notes.check(item.arguments === this.#deltas, `the call's end says ${item.arguments}, its deltas ${this.#deltas}`);
    this.items.push(item);
    this.#open = undefined;
  }

  #finish({ type, response }: Loose): void {
    const { notes } = this;
    this.end = response;
    notes.check(type === `response.${response.status}`, `${type} with status ${response.status}`);
    if (type === 'response.failed') {
      this.error = response.error;
      return;
    }
    notes.check(this.#open === undefined, 'an item is open at the end');
    notes.check(Number.isInteger(response.usage?.output_tokens), 'an end without usage');
    const said = JSON.stringify(response.output);
    notes.check(said === JSON.stringify(this.items), `the end says other items than were sent: ${said} and ${JSON.stringify(this.items)}`);
  }
}

const textOf = (item: Loose): string => item.content.flatMap((part: Loose) => (part.type === 'output_text' ? [part.text] : [])).join('');

/** `completed`, or why it is incomplete. */
const finishOf = (response: Loose): string | undefined =>
  response === undefined || response.status === 'failed' ? undefined : (response.incomplete_details?.reason ?? response.status);

function callsOf(items: readonly Loose[], notes: Notes): readonly ToldCall[] {
  return items.flatMap((item) =>
    item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: notes.json(item.arguments, 'arguments') }] : [],
  );
}

export function readResponses(heard: Heard): Told {
  const reader = new ResponsesReader();
  checkHead(reader.notes, heard);
  const { events, rest } = eventsOf(heard.text);
  for (const { event, data } of events) {
    reader.notes.check(data !== '[DONE]', 'a terminator of another protocol');
    reader.take(event, data);
  }
  const { notes, end, error, reasoning, items } = reader;
  checkEnd(notes, heard, { finished: finishOf(end) !== undefined, failed: error !== undefined, rest });
  const shown = items.filter(({ type }) => type === 'message').map(textOf);
  const text = end === undefined || error ? deltasOf(events) : shown.join('');
  return {
    text,
    reasoning,
    calls: callsOf(items, notes),
    finish: finishOf(end),
    error,
    output: end?.usage?.output_tokens,
    faults: notes.faults,
    status: heard.status,
  };
}

/** Of an answer that broke: what was shown. */
const deltasOf = (events: readonly { readonly event: string | undefined; readonly data: string }[]): string =>
  events.map(({ event, data }) => (event === 'response.output_text.delta' ? (JSON.parse(data) as Loose).delta : '')).join('');

/** A whole response. */
export function readResponsesWhole(heard: Heard): Told {
  const notes = new Notes();
  const json = notes.json(heard.text, 'the body') as Loose;
  const told = { text: '', reasoning: '', calls: [], finish: undefined, error: undefined, output: undefined, status: heard.status };
  if (json === undefined) return { ...told, faults: notes.faults };
  notes.check(heard.complete, 'a body that was cut');
  if (json.error) return { ...told, error: json.error, faults: notes.faults };
  notes.check(json.object === 'response' && Boolean(json.id) && Number.isInteger(json.created_at), 'not the envelope of a response');
  const items = json.output as Loose[];
  const thoughts = items.filter(({ type }) => type === 'reasoning').flatMap(({ summary }) => summary.map(({ text }: Loose) => text));
  notes.check(Number.isInteger(json.usage?.output_tokens), 'a response without usage');
  return {
    ...told,
    text: items
      .filter(({ type }) => type === 'message')
      .map(textOf)
      .join(''),
    reasoning: thoughts.join(''),
    calls: callsOf(items, notes),
    finish: finishOf(json),
    output: json.usage?.output_tokens,
    faults: notes.faults,
  };
}
