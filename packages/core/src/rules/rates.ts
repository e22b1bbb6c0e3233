import { RateWindow } from './rate-window.ts';

/** Configured limits of a lane, of starts and of tokens a minute. */
export class Rates {
  readonly #starts = new RateWindow(Infinity);
  readonly #tokens = new RateWindow(Infinity);

  configure({ rpm, tpm }: { readonly rpm: number; readonly tpm: number }): void {
    this.#starts.limit = rpm;
    this.#tokens.limit = tpm;
  }

  /** When a job of so many tokens may start: `now`, or later. */
  when(tokens: number, now: number): number {
    const starts = this.#starts.limit === Infinity ? now : this.#starts.when(1, now);
    return this.#tokens.limit === Infinity ? starts : Math.max(starts, this.#tokens.when(tokens, now));
  }

  /** Answers what settles the tokens, where they are counted. */
  take(tokens: number, now: number): ((tokens: number) => void) | undefined {
    if (this.#starts.limit !== Infinity) this.#starts.take(1, now);
    return this.#tokens.limit === Infinity ? undefined : this.#tokens.take(tokens, now);
  }
}
