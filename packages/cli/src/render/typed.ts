/** What was typed at this terminal and will come back as an event of the run. */
export class Typed {
  readonly #texts: string[] = [];

  add(text: string): void {
    this.#texts.push(text.trim());
  }

  /** Whether it was typed here; then once. */
  take(text: string): boolean {
    const at = this.#texts.indexOf(text.trim());
    if (at >= 0) this.#texts.splice(at, 1);
    return at >= 0;
  }
}
