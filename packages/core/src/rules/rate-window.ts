interface Taken {
  readonly at: number;
  amount: number;
}

/** What may be taken at most in any `span` ms: requests or tokens of a minute. Times on any clock that only goes forward. */
export class RateWindow {
  readonly #span: number;
  /** Oldest first. */
  #taken: Taken[] = [];
  #from = 0;
  #sum = 0;
  limit: number;

  constructor(limit: number, span = 60_000) {
    this.limit = limit;
    this.#span = span;
  }

  /** When `amount` may be taken: `now`, or later. More than the limit itself is let in alone: it would wait for ever. */
  when(amount: number, now: number): number {
    this.#leave(now);
    let sum = this.#sum;
    for (let at = this.#from; at < this.#taken.length && sum > 0 && sum + amount > this.limit; at++) {
      const { at: taken, amount: had } = this.#taken[at]!;
      sum -= had;
      if (sum <= 0 || sum + amount <= this.limit) return taken + this.#span;
    }
    return now;
  }

  /** Answers what settles it: called with what was really taken. */
  take(amount: number, now: number): (amount: number) => void {
    const taken = { at: now, amount };
    this.#taken.push(taken);
    this.#sum += amount;
    return (real) => {
      // What has left the window is no longer in the sum.
      if (taken.at + this.#span > this.#last) this.#sum += real - taken.amount;
      taken.amount = real;
    };
  }

  #last = -Infinity;

  #leave(now: number): void {
    this.#last = now;
    while (this.#from < this.#taken.length && this.#taken[this.#from]!.at + this.#span <= now)
      this.#sum -= this.#taken[this.#from++]!.amount;
    if (this.#from < 1000 && this.#from < this.#taken.length) return;
    this.#taken = this.#taken.slice(this.#from);
    this.#from = 0;
    if (this.#taken.length === 0) this.#sum = 0;
  }
}
