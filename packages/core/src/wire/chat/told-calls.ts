import type { JsonObject } from '../json.ts';
import { plainText } from '../plain-tools.ts';

interface Told {
  readonly index: number;
  /** Its input is plain text: there are no pieces of that in JSON. */
  readonly plain: boolean;
  /** Its arguments need no more words: they stand in frames, or were written. */
  said: boolean;
}

/** The tool calls that a client was told of, counted without a gap; each is told once (C7). `undefined`: nothing is to be said. */
export class ToldCalls {
  /** The client declared its tools in the old way and is answered in it. */
  readonly #old: boolean;
  readonly #plain: ReadonlySet<string>;
  readonly #all = new Map<string, Told>();

  /** `plain`: names of tools whose input is plain text. */
  constructor(old: boolean, plain: ReadonlySet<string>) {
    this.#old = old;
    this.#plain = plain;
  }

  get some(): boolean {
    return this.#all.size > 0;
  }

  /** Of a call whose head stands in a frame. */
  framed(id: string): void {
    this.#call(id, true, false);
  }

  indexOf(id: string): number | undefined {
    return this.#all.get(id)?.index;
  }

  /** `extra`: what its vendor wants back with it. */
  head(id: string, name: string, extra: JsonObject): JsonObject | undefined {
    if (this.#all.has(id)) return undefined;
    const { index, plain } = this.#call(id, false, this.#plain.has(name));
    if (plain) return { tool_calls: [{ index, id, type: 'custom', custom: { name, input: '' }, ...extra }] };
    const said = { name, arguments: '' };
    return this.#old ? { function_call: said } : { tool_calls: [{ index, id, type: 'function', function: said, ...extra }] };
  }

  rest(id: string, text: string): JsonObject | undefined {
    const call = this.#all.get(id);
    if (!call || call.plain || text === '') return undefined;
    call.said = true;
    const said = { arguments: text };
    return this.#old ? { function_call: said } : { tool_calls: [{ index: call.index, function: said }] };
  }

  /** The complete call: what its pieces have not said. */
  whole(id: string, name: string, input: string, extra: JsonObject): readonly (JsonObject | undefined)[] {
    const head = this.head(id, name, extra);
    const call = this.#all.get(id)!;
    if (call.said) return [head];
    if (!call.plain) return [head, this.rest(id, input)];
    call.said = true;
    return [head, { tool_calls: [{ index: call.index, custom: { input: plainText(input) } }] }];
  }

  #call(id: string, said: boolean, plain: boolean): Told {
    const known = this.#all.get(id);
    if (known) return known;
    const call = { index: this.#all.size, plain, said };
    this.#all.set(id, call);
    return call;
  }
}
