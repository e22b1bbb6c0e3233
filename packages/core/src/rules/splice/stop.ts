/** Stop sequences across a joint: the provider sees only its own side of it (field note 25). */
export class StopAcross {
  readonly #stops: readonly string[];
  /** The end of what was shown, as long as a match across the joint can begin. */
  readonly #before: string;
  #after = '';
  #over: boolean;

  constructor(shown: string, stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop.length > 1);
    const most = this.#stops.reduce((longest, { length }) => Math.max(longest, length - 1), 0);
    this.#before = most === 0 ? '' : shown.slice(-most);
    this.#over = this.#before === '';
  }

  /** What may be shown, and whether a stop sequence ended it. */
  take(text: string): { readonly text: string; readonly stopped: boolean } {
    if (this.#over) return { text, stopped: false };
    this.#after += text;
    const at = this.#match();
    if (at !== undefined) return this.#end(this.#after.slice(0, Math.max(0, at - this.#before.length)), true);
    return this.#after.length < this.#before.length ? { text: '', stopped: false } : this.#end(this.#after, false);
  }

  /** No more comes: what was held may go. */
  rest(): string {
    return this.#over ? '' : this.#end(this.#after, false).text;
  }

  #end(text: string, stopped: boolean) {
    this.#over = true;
    return { text, stopped };
  }

  /** Where the first match begins that has a part on either side. */
  #match(): number | undefined {
    const both = this.#before + this.#after;
    const found = this.#stops.map((stop) => both.indexOf(stop)).filter((at) => at >= 0 && at < this.#before.length);
    return found.length === 0 ? undefined : Math.min(...found);
  }
}
