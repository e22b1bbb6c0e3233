/** Which calls were made and are not answered: old clients answer by name, and some give no id. */
export class AnsweredCalls {
  readonly #names = new Map<string, string>();
  #open: { readonly id: string; readonly name: string }[] = [];
  #made = 0;

  called(id: string, name: string): string {
    const own = id === '' ? `call_made_${this.#made++}` : id;
    this.#names.set(own, name);
    this.#open.push({ id: own, name });
    return own;
  }

  /** Whom a result answers: by its id, else the first call of its name, else the first. */
  answered(id: string, name: string | undefined): { readonly toolCallId: string; readonly toolName: string } {
    const found = id === '' ? (this.#open.find((call) => call.name === name) ?? this.#open[0]) : undefined;
    const toolCallId = found?.id ?? id;
    this.#open = this.#open.filter((call) => call.id !== toolCallId);
    return { toolCallId, toolName: this.#names.get(toolCallId) ?? name ?? 'unknown' };
  }
}
