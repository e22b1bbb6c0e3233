const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** A call that a model wrote as text. `input` is JSON. */
export interface TextCall {
  readonly name: string;
  readonly input: string;
}

export interface TextCalls {
  /** What stands before the calls. */
  readonly text: string;
  readonly calls: readonly TextCall[];
}

/**
 * The calls at the end of a text, as models write them that know no other way: `<tool_call>{"name": …, "arguments": …}</tool_call>`.
 * X1. Each names an offered tool, and nothing but white space follows them: what goes on behind them was quoted, not called.
 */
export function textCalls(text: string, isTool: (name: string) => boolean): TextCalls | undefined {
  for (let from = text.indexOf(OPEN); from >= 0; from = text.indexOf(OPEN, from + 1)) {
    const calls = callsFrom(text, from, isTool);
    if (calls) return { text: text.slice(0, from).trimEnd(), calls };
  }
  return undefined;
}

function callsFrom(text: string, from: number, isTool: (name: string) => boolean): readonly TextCall[] | undefined {
  const calls: TextCall[] = [];
  let at = from;
  while (text.startsWith(OPEN, at)) {
    const end = text.indexOf(CLOSE, at);
    const call = end < 0 ? undefined : callIn(text.slice(at + OPEN.length, end), isTool);
    if (!call) return undefined;
    calls.push(call);
    at = pastSpace(text, end + CLOSE.length);
  }
  return at === text.length ? calls : undefined;
}

function callIn(body: string, isTool: (name: string) => boolean): TextCall | undefined {
  try {
    const value = JSON.parse(body) as { readonly name?: unknown; readonly arguments?: unknown } | null;
    const { name, arguments: given = {} } = value ?? {};
    if (typeof name !== 'string' || !isTool(name)) return undefined;
    const input = typeof given === 'string' ? (JSON.parse(given) as unknown) : given;
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? { name, input: JSON.stringify(input) } : undefined;
  } catch {
    return undefined;
  }
}

function pastSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at]?.trim() === '') at++;
  return at;
}

/**
 * What of a text may be shown while it arrives: from the tag on nothing, until it is clear that it is none.
 * X2. The pieces that come out, and what `end` gives back, are the text: nothing is lost, doubled or reordered; calls at its end stay hidden.
 * X3. A tag split over pieces is seen; of what could become one only as much is held back as could.
 */
export class CallsHidden {
  readonly #isTool: (name: string) => boolean;
  #held = '';
  /** Inside a call that is not closed: what came since, looked at for its close only. Arguments can be long. */
  #inside: string[] | undefined;
  #tail = '';

  constructor(isTool: (name: string) => boolean) {
    this.#isTool = isTool;
  }

  /** What can be shown now. */
  take(piece: string): string {
    if (!this.#inside) return this.#look(piece);
    this.#inside.push(piece);
    const end = this.#tail + piece;
    this.#tail = end.slice(1 - CLOSE.length);
    return end.includes(CLOSE) ? this.#look(this.#gathered()) : '';
  }

  /** The text is over: what was held back, unless it is calls. */
  end(): string {
    const held = this.#held + this.#gathered();
    this.#held = '';
    return textCalls(held, this.#isTool) ? '' : held;
  }

  #gathered(): string {
    const text = (this.#inside ?? []).join('');
    this.#inside = undefined;
    return text;
  }

  #look(piece: string): string {
    this.#held += piece;
    let shown = '';
    for (;;) {
      const at = this.#held.indexOf(OPEN);
      const upto = at < 0 ? this.#held.length - overlap(this.#held) : at;
      shown += this.#held.slice(0, upto);
      this.#held = this.#held.slice(upto);
      if (at < 0 || this.#mayBeCalls()) return shown;
      // It is none: the tag is text, and another may follow.
      shown += OPEN;
      this.#held = this.#held.slice(OPEN.length);
    }
  }

  /** What is held, from a tag on, is calls so far or can become some. */
  #mayBeCalls(): boolean {
    let at = 0;
    for (;;) {
      const rest = this.#held.slice(at);
      if (OPEN.startsWith(rest)) return true;
      if (!rest.startsWith(OPEN)) return false;
      const end = rest.indexOf(CLOSE);
      if (end < 0) {
        this.#inside = [];
        this.#tail = rest.slice(1 - CLOSE.length);
        return true;
      }
      if (!callIn(rest.slice(OPEN.length, end), this.#isTool)) return false;
      at = pastSpace(this.#held, at + end + CLOSE.length);
    }
  }
}

/** Characters at the end that a tag could begin with. */
function overlap(text: string): number {
  for (let length = Math.min(OPEN.length - 1, text.length); length > 0; length--) if (text.endsWith(OPEN.slice(0, length))) return length;
  return 0;
}
