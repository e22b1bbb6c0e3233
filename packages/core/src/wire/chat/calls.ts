import { hash53 } from '../../rules/hash.ts';
import type { Wire, WireFrame, WirePart } from '../wire-part.ts';
import type { CallDelta } from './delta.ts';
import { withCalls } from './frames.ts';

/** One tool call as it comes. */
interface Call {
  readonly index: number | undefined;
  readonly place: number;
  readonly custom: boolean;
  id: string | undefined;
  name: string | undefined;
  signature: string | undefined;
  text: string;
  /** Its name and id are known and were told. */
  told: boolean;
  closed: boolean;
  /** Frames that came before its id did. */
  waiting: WireFrame[];
}

/** The tool calls of one answer as parts (C7). */
export class Calls {
  readonly #attempt: number;
  readonly #none: Wire;
  readonly #all: Call[] = [];
  /** The answer's id. */
  answer = '';

  constructor(attempt: number) {
    this.#attempt = attempt;
    this.#none = { attempt, frames: [] };
  }

  take(delta: CallDelta, frame: WireFrame): readonly WirePart[] {
    const call = this.#of(delta);
    if (call.closed) return [this.#alone(frame)];
    const done = this.#all
      .filter((before) => !before.closed && before.place < call.place && isWhole(before))
      .flatMap((before) => this.#close(before));
    call.id ??= delta.id ?? (delta.old && madeId(this.answer, call.place));
    call.name ??= delta.name;
    call.signature ??= delta.signature;
    call.text += delta.text;
    if (call.told) return [...done, { type: 'tool-input-delta', id: call.id!, delta: delta.text, wire: this.#wire([frame]) }];
    call.waiting.push(frame);
    return call.id === undefined || call.name === undefined ? done : [...done, ...this.#tell(call, call.id, call.name)];
  }

  /** `cut`: the answer was, by a limit or a filter; half a call is none then. */
  end(cut: boolean): readonly WirePart[] {
    return this.#all.flatMap((call) => this.#close(call, cut));
  }

  #of(delta: CallDelta): Call {
    const known = this.#known(delta);
    if (known && !isOther(delta, known)) return known;
    const { index, custom } = delta;
    const place = this.#all.length;
    const unknown = { id: undefined, name: undefined, signature: undefined };
    const call: Call = { index, place, custom, ...unknown, text: '', told: false, closed: false, waiting: [] };
    this.#all.push(call);
    return call;
  }

  #known({ index, id, name }: CallDelta): Call | undefined {
    if (index !== undefined) return this.#all.findLast((call) => call.index === index);
    if (id !== undefined) return this.#all.findLast((call) => call.id === id);
    return name === undefined ? this.#all.at(-1) : undefined;
  }

  #wire(frames: readonly WireFrame[]): Wire {
    return { attempt: this.#attempt, frames };
  }

  #alone(frame: WireFrame): WirePart {
    return { type: 'raw', rawValue: frame.json, wire: this.#wire([frame]) };
  }

  #tell(call: Call, id: string, toolName: string): readonly WirePart[] {
    const frames = this.#wire(call.waiting);
    call.waiting = [];
    call.told = true;
    if (call.text === '') return [{ type: 'tool-input-start', id, toolName, wire: frames }];
    return [
      { type: 'tool-input-start', id, toolName, wire: this.#none },
      { type: 'tool-input-delta', id, delta: call.text, wire: frames },
    ];
  }

  #close(call: Call, cut = false): readonly WirePart[] {
    const { name: toolName } = call;
    if (call.closed) return [];
    call.closed = true;
    if (toolName === undefined) return call.waiting.map((frame) => this.#alone(frame));
    const toolCallId = (call.id ??= this.#named(call));
    const parts: WirePart[] = call.told ? [] : [...this.#tell(call, toolCallId, toolName)];
    parts.push({ type: 'tool-input-end', id: toolCallId, wire: this.#none });
    const made = { type: 'tool-call', toolCallId, toolName, input: inputOf(call), ...signed(call), wire: this.#none } as const;
    if (!cut || isWhole(call)) parts.push(made);
    return parts;
  }

  /** A call that got no id could not be answered: it gets one in the frame that names it. */
  #named(call: Call): string {
    const id = madeId(this.answer, call.place);
    call.waiting = call.waiting.map((frame, at) => (at === 0 ? withCalls(frame, (entry) => ({ ...entry, id })) : frame));
    return id;
  }
}

/** Some servers give every call the index 0: another id with a name is another call. */
const isOther = ({ id, name }: CallDelta, known: Call): boolean =>
  id !== undefined && name !== undefined && known.id !== undefined && known.id !== id;

const ENDS = /[}\]]\s*$/;

/** A call whose input can be read is complete when another begins; some servers send the pieces of several calls in turns. */
function isWhole({ text }: Call): boolean {
  // Asked at every piece: a long input is not read again and again to see that its end is missing.
  if (!ENDS.test(text.slice(-8))) return false;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null;
  } catch {
    return false;
  }
}

const signed = ({ signature }: Call) => (signature === undefined ? {} : { providerMetadata: { google: { thoughtSignature: signature } } });

/** The input of a call as JSON: a tool without parameters is called with nothing, a custom tool with a text. */
const inputOf = ({ custom, text }: Call): string => (custom ? JSON.stringify(text) : text.trim() === '' ? '{}' : text);

/** The same whenever this answer is read, another in every answer. */
const madeId = (answer: string, place: number): string => `call_${hash53(answer)}_${place}`;
