import type { Clock } from '@holdfast/core';
import type { SessionStore } from './ports.ts';
import type { Answer, RunEvent } from './rules/events.ts';
import { itemOf } from './rules/inbox-item.ts';
import { answerIn } from './rules/loop-inbox.ts';
import type { InboxItem } from './rules/world.ts';

/** Ms after which the writes of other processes are looked for. */
const LOOK = 100;

/**
 * What waits to be said to one session.
 * I1. The table is read only when somebody wrote: here, or in another process (`version`).
 * I2. An item is there until an event names it, however often it was pulled.
 * I3. An answer is kept until its question claims it, and no other question can.
 */
export class Inbox {
  readonly #store: SessionStore;
  readonly #session: string;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #items: readonly InboxItem[] = [];
  #version: number | undefined;
  #stirred = true;
  /** Reads of the table: those begun, and the newest one that has come back. */
  #begun = 0;
  #newest = 0;
  /** Consumed while the table was being read. */
  readonly #gone = new Set<string>();

  constructor(store: SessionStore, session: string, clock: Clock) {
    this.#store = store;
    this.#session = session;
    this.#clock = clock;
  }

  stir(): void {
    this.#stirred = true;
    for (const wake of this.#waiting) wake();
  }

  async pull(): Promise<readonly InboxItem[]> {
    const version = this.#store.version();
    if (!this.#stirred && version === this.#version) return this.#items;
    this.#stirred = false;
    this.#version = version;
    const own = ++this.#begun;
    try {
      const items = await this.#store.inbox(this.#session);
      // A read that was overtaken knows less than there is by now.
      if (own > this.#newest) this.#items = items.filter(({ id }) => !this.#gone.has(id));
    } catch (error) {
      this.#stirred = true;
      throw error;
    } finally {
      this.#newest = Math.max(this.#newest, own);
      if (this.#newest === this.#begun) this.#gone.clear();
    }
    return this.#items;
  }

  /** Waits until somebody has answered a question: in this process, in another, or before it was asked. Rejects when the signal fires. */
  async answerTo(question: string, signal: AbortSignal): Promise<Answer & { readonly item: string }> {
    for (;;) {
      signal.throwIfAborted();
      const woken = this.#woken(signal);
      for (const item of await this.pull()) {
        const answer = answerIn(item, question);
        if (answer) {
          woken.letGo();
          return answer;
        }
      }
      await woken.promise;
    }
  }

  consumed(events: readonly RunEvent[]): void {
    for (const event of events) {
      const item = itemOf(event);
      if (item === undefined) continue;
      this.#items = this.#items.filter(({ id }) => id !== item);
      if (this.#newest < this.#begun) this.#gone.add(item);
    }
  }

  /** Before the table is read: nothing that is written meanwhile is slept through. */
  #woken(signal: AbortSignal): { readonly promise: Promise<void>; readonly letGo: () => void } {
    let wake = (): void => {};
    const promise = new Promise<void>((resolve) => (wake = resolve));
    const letGoTimer = this.#clock.after(LOOK, () => wake());
    const letGo = (): void => {
      letGoTimer();
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      wake();
    };
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake);
    return { promise: promise.then(letGo), letGo };
  }
}
