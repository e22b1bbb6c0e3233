import { usualFirst, withTime } from './rules/hedge.ts';

/** How long each place of a chain took to show something, the last times it did. Belongs to the chain. */
export class FirstTimes {
  readonly #times = new Map<number, readonly number[]>();

  saw(place: number, ms: number): void {
    this.#times.set(place, withTime(this.#times.get(place) ?? [], ms));
  }

  /** Ms after which `place` is late for once; undefined while too little is known of it. */
  usual(place: number): number | undefined {
    return usualFirst(this.#times.get(place) ?? []);
  }
}
