import { eventsOf, type Heard, type Loose } from './heard.ts';
import { checkEnd, checkHead, Notes, type Told, type ToldCall } from './told.ts';

interface Piece {
  id: string;
  name: string;
  args: string;
}

/** Reads a stream of chat completions as its strictest client would: one envelope, one role, one finish, indexes without gaps, `[DONE]`. */
class ChatReader {
  readonly notes = new Notes();
  text = '';
  reasoning = '';
  finish: string | undefined;
  error: Told['error'];
  output: number | undefined;
  done = false;
  withdrawn = 0;
  readonly pieces: Piece[] = [];
  #roles = 0;
  #usages = 0;

  take(data: string): void {
    const { notes } = this;
    notes.check(!this.done && this.error === undefined, `an event after the end: ${data.slice(0, 80)}`);
    if (data === '[DONE]') {
      this.done = true;
      return;
    }
    const chunk = notes.json(data, 'a chunk') as Loose;
    if (chunk === undefined) return;
    if (chunk.error) {
      this.error = chunk.error;
      return;
    }
    notes.check(chunk.object === 'chat.completion.chunk', `object ${chunk.object}`);
    notes.check(typeof chunk.id === 'string' && chunk.id !== '' && Number.isInteger(chunk.created), 'an envelope without id or time');
    for (const name of ['id', 'created', 'model', 'system_fingerprint']) notes.same(name, chunk[name]);
    if (!Array.isArray(chunk.choices)) return notes.check(false, 'a chunk without choices');
    if (chunk.usage) this.#usage(chunk);
    if (chunk.holdfast) return this.#withdraw(chunk);
    if (chunk.choices.length > 0) this.#choice(chunk.choices);
    else notes.check(Boolean(chunk.usage), 'a chunk without a choice and without usage');
  }

  /** What was shown so far is void; a call that was handed out never is. */
  #withdraw({ choices, holdfast }: Loose): void {
    this.notes.check(choices.length === 0 && holdfast.withdraw === true, `a withdrawal that says ${JSON.stringify(holdfast)}`);
    this.notes.check(this.pieces.length === 0 && this.finish === undefined, 'a withdrawal after a call or a finish');
    this.withdrawn++;
    this.text = this.reasoning = '';
  }

  #usage(chunk: Loose): void {
    this.#usages++;
    this.notes.check(this.#usages === 1, 'usage is told twice');
    this.notes.check(this.finish !== undefined || Boolean(chunk.choices[0]?.finish_reason), 'usage before the finish');
    this.output = chunk.usage.completion_tokens;
    this.notes.check(
      chunk.usage.total_tokens === chunk.usage.prompt_tokens + chunk.usage.completion_tokens,
      'the total of the usage is wrong',
    );
  }

  #choice(choices: Loose[]): void {
    const [{ index, delta, finish_reason: finish }] = choices as [Loose];
    this.notes.check(choices.length === 1 && index === 0, 'another choice than the one');
    this.notes.check(this.finish === undefined, 'a choice after its finish');
    if (delta.role !== undefined) {
      this.#roles++;
      this.notes.check(this.#roles === 1 && delta.role === 'assistant', `role ${delta.role}, told ${this.#roles} times`);
    }
    this.notes.check(this.#roles === 1, 'content before the role');
    this.text += delta.content ?? '';
    this.reasoning += delta.reasoning_content ?? '';
    for (const call of delta.tool_calls ?? []) this.#call(call);
    if (finish) this.finish = finish;
  }

  #call({ index, id, type, function: { name, arguments: args } }: Loose): void {
    const { notes, pieces } = this;
    if (index === pieces.length) {
      notes.check(typeof id === 'string' && id !== '' && type === 'function' && Boolean(name), 'a call begins without id, type or name');
      notes.check(
        pieces.every((piece) => piece.id !== id),
        'two calls with one id',
      );
      pieces.push({ id, name, args: args ?? '' });
      return;
    }
    notes.check(index === pieces.length - 1, `a piece of call ${index} after call ${pieces.length - 1}`);
    notes.check(name === undefined && (id === undefined || id === pieces.at(-1)?.id), 'a call begins twice');
    if (pieces.length > 0) pieces.at(-1)!.args += args ?? '';
  }

  get calls(): readonly ToldCall[] {
    return this.pieces.map(({ id, name, args }) => ({ id, name, input: this.notes.json(args, 'arguments') }));
  }
}

/** `usage`: the client asked for it. */
export function readChat(heard: Heard, { usage = true } = {}): Told {
  const reader = new ChatReader();
  checkHead(reader.notes, heard);
  const { events, rest } = eventsOf(heard.text);
  for (const { event, data } of events) {
    reader.notes.check(event === undefined, `an event with the name ${event}`);
    reader.take(data);
  }
  const { notes, done, finish, error, text, reasoning, output, withdrawn } = reader;
  checkEnd(notes, heard, { finished: done, failed: error !== undefined, rest });
  // What failed keeps its calls to itself where they are not complete.
  const calls = done ? reader.calls : [];
  if (done) notes.check(finish !== undefined, '[DONE] without a finish reason');
  if (error) notes.check(finish === undefined, 'an error after the finish reason');
  if (done) notes.check((output !== undefined) === usage, usage ? 'usage was asked for and not told' : 'usage was told and not asked for');
  return { text, reasoning, calls, finish, error, output, withdrawn, faults: notes.faults, status: heard.status };
}

/** A whole completion. */
export function readChatWhole(heard: Heard): Told {
  const notes = new Notes();
  const json = notes.json(heard.text, 'the body') as Loose;
  const told = { text: '', reasoning: '', calls: [], finish: undefined, error: undefined, output: undefined, status: heard.status };
  if (json === undefined) return { ...told, faults: notes.faults };
  notes.check(heard.complete, 'a body that was cut');
  if (json.error) return { ...told, error: json.error, faults: notes.faults };
  notes.check(json.object === 'chat.completion' && Boolean(json.id) && Number.isInteger(json.created), 'not the envelope of a completion');
  notes.check(json.choices.length === 1 && json.choices[0].index === 0, 'not one choice');
  const { message, finish_reason: finish } = json.choices[0];
  notes.check(message.role === 'assistant', `role ${message.role}`);
  notes.check(json.usage?.total_tokens === json.usage?.prompt_tokens + json.usage?.completion_tokens, 'the total of the usage is wrong');
  const calls = (message.tool_calls ?? []).map((call: Loose) => {
    notes.check(call.type === 'function' && Boolean(call.id), 'a call without type or id');
    return { id: call.id, name: call.function.name, input: notes.json(call.function.arguments, 'arguments') };
  });
  const reasoning = message.reasoning_content ?? '';
  return { ...told, text: message.content ?? '', reasoning, calls, finish, output: json.usage?.completion_tokens, faults: notes.faults };
}
