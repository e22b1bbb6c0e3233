import { eventsOf, type Heard, type Loose } from './heard.ts';
import { checkEnd, checkHead, Notes, type Told, type ToldCall } from './told.ts';

const DELTAS: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta', 'citations_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  redacted_thinking: [],
  tool_use: ['input_json_delta'],
  server_tool_use: ['input_json_delta'],
};

/** Reads a stream of Anthropic's messages as its strictest client would: one `message_start`, blocks one at a time, indexes without gaps. */
class MessagesReader {
  readonly notes = new Notes();
  text = '';
  reasoning = '';
  finish: string | undefined;
  error: Told['error'];
  output: number | undefined;
  done = false;
  readonly calls: ToldCall[] = [];
  readonly signatures: string[] = [];
  withdrawn = 0;
  #started = false;
  #blocks = 0;
  #open: Loose;
  #json = '';

  take(event: string | undefined, data: string): void {
    const { notes } = this;
    notes.check(!this.done && this.error === undefined, `an event after the end: ${data.slice(0, 80)}`);
    const said = notes.json(data, 'an event') as Loose;
    if (said === undefined) return;
    notes.check(event === said.type, `the event ${event} holds a ${said.type}`);
    if (said.type !== 'message_start' && said.type !== 'ping' && said.type !== 'error')
      notes.check(this.#started, `${said.type} before message_start`);
    switch (said.type) {
      case 'ping':
        return;
      case 'message_start':
        return this.#start(said.message);
      case 'content_block_start':
        return this.#begin(said);
      case 'content_block_delta':
        return this.#delta(said);
      case 'content_block_stop':
        return this.#stop(said);
      case 'message_delta':
        return this.#finish(said);
      case 'message_stop':
        notes.check(this.finish !== undefined, 'message_stop without a stop reason');
        this.done = true;
        return;
      case 'error':
        this.error = said.error;
        return;
      case 'holdfast.withdraw':
        return this.#withdraw();
      default:
        notes.check(false, `an event nobody knows: ${said.type}`);
    }
  }

  /** What was shown so far is void, its blocks are closed; a call that was handed out is never taken back. */
  #withdraw(): void {
    this.notes.check(this.#open === undefined, 'a block is open at a withdrawal');
    this.notes.check(this.calls.length === 0 && this.finish === undefined, 'a withdrawal after a call or a stop reason');
    this.withdrawn++;
    this.text = this.reasoning = '';
  }

  #start(message: Loose): void {
    const { notes } = this;
    notes.check(!this.#started, 'a second message_start');
    this.#started = true;
    notes.check(
      message.type === 'message' && message.role === 'assistant' && Boolean(message.id) && Boolean(message.model),
      'not the envelope of a message',
    );
    notes.check(
      Array.isArray(message.content) && message.content.length === 0 && message.stop_reason === null,
      'a message that begins with content',
    );
    notes.check(
      Number.isInteger(message.usage?.input_tokens) && Number.isInteger(message.usage?.output_tokens),
      'message_start without usage',
    );
  }

  #begin({ index, content_block: block }: Loose): void {
    this.notes.check(this.#open === undefined, `block ${index} begins while another is open`);
    this.notes.check(index === this.#blocks, `block ${index} where ${this.#blocks} was due`);
    this.notes.check(this.finish === undefined, 'a block after the stop reason');
    this.#open = block;
    this.#json = '';
    if (block.type === 'tool_use') this.notes.check(Boolean(block.id) && Boolean(block.name), 'a tool_use without id or name');
    this.text += block.text ?? '';
  }

  #delta({ index, delta }: Loose): void {
    const { notes } = this;
    if (this.#open === undefined || index !== this.#blocks) return notes.check(false, `a delta of block ${index}, which is not open`);
    notes.check(DELTAS[this.#open.type]?.includes(delta.type) ?? true, `a ${delta.type} in a ${this.#open.type}`);
    if (delta.type === 'text_delta') this.text += delta.text;
    if (delta.type === 'thinking_delta') this.reasoning += delta.thinking;
    if (delta.type === 'signature_delta') this.signatures.push(delta.signature);
    if (delta.type === 'input_json_delta') this.#json += delta.partial_json;
  }

  #stop({ index }: Loose): void {
    const open = this.#open;
    if (open === undefined || index !== this.#blocks) return this.notes.check(false, `the end of block ${index}, which is not open`);
    this.#open = undefined;
    this.#blocks++;
    if (open.type !== 'tool_use') return;
    const input = this.#json === '' ? open.input : this.notes.json(this.#json, 'input');
    this.notes.check(
      this.calls.every(({ id }) => id !== open.id),
      'two calls with one id',
    );
    this.calls.push({ id: open.id, name: open.name, input });
  }

  #finish({ delta, usage }: Loose): void {
    this.notes.check(this.finish === undefined, 'a second stop reason');
    this.notes.check(this.#open === undefined, 'a block is open at the stop reason');
    this.notes.check(Number.isInteger(usage?.output_tokens), 'message_delta without usage');
    this.finish = delta.stop_reason ?? undefined;
    this.output = usage?.output_tokens;
  }
}

export function readMessages(heard: Heard): Told & { readonly signatures: readonly string[] } {
  const reader = new MessagesReader();
  checkHead(reader.notes, heard);
  const { events, rest } = eventsOf(heard.text);
  for (const { event, data } of events) reader.take(event, data);
  const { notes, done, finish, error, text, reasoning, output, calls, signatures, withdrawn } = reader;
  checkEnd(notes, heard, { finished: done, failed: error !== undefined, rest });
  if (error) notes.check(finish === undefined, 'an error after the stop reason');
  return { text, reasoning, calls, finish, error, output, withdrawn, signatures, faults: notes.faults, status: heard.status };
}

/** A whole message. */
export function readMessagesWhole(heard: Heard): Told {
  const notes = new Notes();
  const json = notes.json(heard.text, 'the body') as Loose;
  const told = { text: '', reasoning: '', calls: [], finish: undefined, error: undefined, output: undefined, status: heard.status };
  if (json === undefined) return { ...told, faults: notes.faults };
  notes.check(heard.complete, 'a body that was cut');
  if (json.type === 'error') return { ...told, error: json.error, faults: notes.faults };
  notes.check(json.type === 'message' && json.role === 'assistant' && Boolean(json.id), 'not the envelope of a message');
  const blocks = json.content as Loose[];
  const join = (type: string, field: string) => blocks.flatMap((block) => (block.type === type ? [block[field]] : [])).join('');
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(({ id, name, input }) => ({ id, name, input }));
  notes.check(Number.isInteger(json.usage?.input_tokens) && Number.isInteger(json.usage?.output_tokens), 'a message without usage');
  return {
    ...told,
    text: join('text', 'text'),
    reasoning: join('thinking', 'thinking'),
    calls,
    finish: json.stop_reason,
    output: json.usage?.output_tokens,
    faults: notes.faults,
  };
}
