import type { JsonObject } from '../json.ts';

interface Told {
  readonly index: number;
  /** Its arguments need no more words: they stand in frames, or were written. */
  said: boolean;
}

/** The tool calls that a client was told of, counted without a gap; each is told once (C7). `undefined`: nothing is to be said. */
export class ToldCalls {
  /** The client declared its tools in the old way and is answered in it. */
  readonly #old: boolean;
  readonly #all = new Map<string, Told>();

  constructor(old: boolean) {
    this.#old = old;
  }

  get some(): boolean {
    return this.#all.size > 0;
  }

  /** Of a call whose head stands in a frame. */
  framed(id: string): void {
    this.#call(id, true);
  }

  indexOf(id: string): number | undefined {
    return this.#all.get(id)?.index;
  }

  head(id: string, name: string): JsonObject | undefined {
    if (this.#all.has(id)) return undefined;
    const { index } = this.#call(id, false);
    const said = { name, arguments: '' };
    return this.#old ? { function_call: said } : { tool_calls: [{ index, id, type: 'function', function: said }] };
  }

  rest(id: string, text: string): JsonObject | undefined {
    const call = this.#all.get(id);
    if (!call || text === '') return undefined;
    call.said = true;
    const said = { arguments: text };
    return this.#old ? { function_call: said } : { tool_calls: [{ index: call.index, function: said }] };
  }

  /** The complete call: what its pieces have not said. */
  whole(id: string, name: string, input: string): readonly (JsonObject | undefined)[] {
    const head = this.head(id, name);
    return [head, this.#all.get(id)!.said ? undefined : this.rest(id, input)];
  }

  #call(id: string, said: boolean): Told {
    const known = this.#all.get(id);
    if (known) return known;
    const call = { index: this.#all.size, said };
    this.#all.set(id, call);
    return call;
  }
}
