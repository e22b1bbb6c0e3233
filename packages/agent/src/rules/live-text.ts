import type { Scrub } from './cap.ts';

/** Characters of one call that are shown while it runs: eyes read no more, and its result has the rest. */
const LIVE_BOUND = 1_000_000;

export interface LiveTextPorts {
  readonly scrub: Scrub;
  /** How many characters at the end of a text may be the beginning of a secret; absent: those of the last line. */
  readonly unsettled?: (text: string) => number;
  readonly show: (text: string) => void;
  readonly bound?: number;
}

/**
 * Output shown as it comes.
 *
 * S1. What may be the beginning of a secret waits for the piece that decides, or for the end.
 * S2. Beyond its bound nothing more is shown but one note of it.
 */
export class LiveText {
  readonly #ports: LiveTextPorts;
  #held = '';
  #room: number;

  constructor(ports: LiveTextPorts) {
    this.#ports = ports;
    this.#room = ports.bound ?? LIVE_BOUND;
  }

  add(text: string): void {
    if (this.#room <= 0) return;
    const { scrub, unsettled = lastLine } = this.#ports;
    const whole = scrub(this.#held + text);
    const split = whole.length - Math.min(unsettled(whole), whole.length);
    this.#held = whole.slice(split);
    this.#show(whole.slice(0, split));
  }

  /** What was held back is no secret. */
  end(): void {
    const held = this.#held;
    this.#held = '';
    this.#show(this.#ports.scrub(held));
  }

  #show(text: string): void {
    if (text === '' || this.#room <= 0) return;
    const fits = text.length <= this.#room;
    this.#ports.show(
      fits ? text : `${text.slice(0, this.#room).replace(/[\uD800-\uDBFF]$/, '')}\n[… the rest is not shown while it runs]\n`,
    );
    this.#room -= fits ? text.length : this.#room;
  }
}

const lastLine = (text: string): number => text.length - 1 - text.lastIndexOf('\n');
