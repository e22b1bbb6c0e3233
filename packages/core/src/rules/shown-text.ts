/** The text of an answer as it grows: what was handed on, and behind it what is held back. Joined only when asked for. */
export class ShownText {
  #pieces: string[] = [];
  #held: string[] = [];

  add(delta: string): void {
    if (this.#held.length > 0) this.release();
    this.#pieces.push(delta);
  }

  hold(delta: string): void {
    this.#held.push(delta);
  }

  /** What was held has gone out. */
  release(): void {
    if (this.#held.length === 0) return;
    this.#pieces.push(...this.#held);
    this.#held = [];
  }

  /** What was held will never go out. */
  forget(): void {
    this.#held = [];
  }

  get shown(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join('')];
    return this.#pieces[0] ?? '';
  }

  get all(): string {
    return this.#held.length === 0 ? this.shown : this.shown + this.#held.join('');
  }
}
