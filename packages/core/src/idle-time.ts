import type { Clock } from './ports.ts';

/** The time of a call without progress (C4 `total`): pauses, waits and attempts before their first content; a progressing stream does not count. */
export class IdleTime {
  readonly #clock: Clock;
  #before = 0;
  #since: number | undefined;

  constructor(clock: Clock, began: number) {
    this.#clock = clock;
    this.#since = began;
  }

  get ms(): number {
    return this.#before + (this.#since === undefined ? 0 : this.#clock.mono() - this.#since);
  }

  progressed(): void {
    this.#before = this.ms;
    this.#since = undefined;
  }

  /** Ms that an answer under way stood still. */
  stood(ms: number): void {
    if (this.#since === undefined) this.#before += ms;
  }

  /** `slept`: ms of the wait in which this machine did not run. Nobody waited then (field note 20). */
  stopped(slept = 0): void {
    if (this.#since !== undefined) this.#before -= slept;
    this.#since ??= this.#clock.mono();
  }
}
