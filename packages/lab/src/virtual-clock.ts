import type { Clock } from '@holdfast/core';
import { quiet } from './io/quiet.ts';

interface Due {
  readonly at: number;
  readonly seq: number;
  /** A sleeper is work that goes on; a timer (`after`) is somebody's limit. */
  readonly kind: 'sleeper' | 'timer';
  readonly wake: () => void;
}

export interface VirtualClockOptions {
  /** Epoch ms at which it starts; `mono` starts at 0. */
  readonly start?: number;
  /** How many timers in a row may fire, nobody asleep and nothing settled, before `run` calls it a deadlock (V4). */
  readonly timersInARow?: number;
}

/**
 * A clock that only moves when told to, for everything that runs in this process. Work that waits for a socket, a file or a real
 * timer is not asleep here: give it the real clock.
 *
 * V1. Time never moves while a microtask is left to run.
 * V2. Sleepers and timers wake in order of due time; ties in the order they were set.
 * V3. `run` fails loudly when work is pending and nothing is due: that is a deadlock.
 * V4. Timers move time as sleepers do, since a stall that a limit ends is what a drill rehearses. But a timer is no evidence of
 *     progress: one that is armed anew each time it fires (a lease's renewal, a coarse stall timer) would hide a deadlock for ever, so
 *     `run` gives up after `timersInARow` of them with nobody asleep.
 *     A wait without end (`Infinity`) is never due.
 * V5. A wait that was cut or let go leaves nothing behind.
 */
export class VirtualClock implements Clock {
  readonly #timersInARow: number;
  #wall: number;
  #time = 0;
  #seq = 0;
  /** Sorted by (at, seq). */
  readonly #due: Due[] = [];

  constructor(options: VirtualClockOptions = {}) {
    this.#wall = options.start ?? 0;
    this.#timersInARow = options.timersInARow ?? 10_000;
  }

  now = (): number => this.#wall + this.#time;
  mono = (): number => this.#time;

  /** How many are asleep. A drill that ends with any left somebody waiting. */
  get asleep(): number {
    return this.#due.filter(({ kind }) => kind === 'sleeper').length;
  }

  /** How many timers are armed. A drill that ends with any left one behind. */
  get armed(): number {
    return this.#due.length - this.asleep;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const cut = () => {
        this.#drop(due);
        reject(signal.reason);
      };
      const due = this.#add(ms, 'sleeper', () => {
        signal.removeEventListener('abort', cut);
        resolve();
      });
      signal.addEventListener('abort', cut, { once: true });
    });
  }

  after(ms: number, wake: () => void): () => void {
    const due = this.#add(ms, 'timer', wake);
    return () => this.#drop(due);
  }

  /** Moves the wall clock alone, as a laptop's wake-up or a time server does; nobody wakes. */
  shiftWall(ms: number): void {
    this.#wall += ms;
  }

  /** Lets `ms` pass, waking everybody who is due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#time + ms;
    await quiet();
    while ((this.#due[0]?.at ?? Infinity) <= until) {
      this.#wakeFirst();
      await quiet();
    }
    this.#time = Math.max(this.#time, until);
  }

  /** Runs `work` to its end, jumping from one wake-up to the next. An hour costs no time. */
  async run<T>(work: PromiseLike<T>): Promise<T> {
    let settled = false;
    const mark = () => void (settled = true);
    work.then(mark, mark);
    for (let timers = 0; ;) {
      await quiet();
      if (settled) return work;
      if (!((this.#due[0]?.at ?? Infinity) < Infinity)) throw new Error(`deadlock at ${this.#time} ms: work is pending and nothing is due`);
      timers = this.asleep > 0 ? 0 : timers + 1;
      if (timers > this.#timersInARow)
        throw new Error(`deadlock at ${this.#time} ms: only timers fire, ${this.#timersInARow} in a row, and nobody is asleep`);
      this.#wakeFirst();
    }
  }

  #add(ms: number, kind: Due['kind'], wake: () => void): Due {
    // NaN and negative waits are due at once, as real timers have it
    const due = { at: this.#time + (ms > 0 ? ms : 0), seq: this.#seq++, kind, wake };
    const later = this.#due.findIndex((other) => other.at > due.at);
    this.#due.splice(later < 0 ? this.#due.length : later, 0, due);
    return due;
  }

  #drop(due: Due): void {
    const index = this.#due.indexOf(due);
    if (index >= 0) this.#due.splice(index, 1);
  }

  #wakeFirst(): void {
    const next = this.#due.shift()!;
    this.#time = Math.max(this.#time, next.at);
    next.wake();
  }
}
