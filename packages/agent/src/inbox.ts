import type { SessionStore } from './ports.ts';
import type { RunEvent } from './rules/events.ts';
import type { InboxItem } from './rules/world.ts';

/**
 * What waits to be said to one session.
 * I1. The table is read only when somebody wrote: here, or in another process (`version`).
 * I2. An item is there until an `input` event names it, however often it was pulled.
 */
export class Inbox {
  readonly #store: SessionStore;
  readonly #session: string;
  #items: readonly InboxItem[] = [];
  #version: number | undefined;
  #stirred = true;

  constructor(store: SessionStore, session: string) {
    this.#store = store;
    this.#session = session;
  }

  stir(): void {
    this.#stirred = true;
  }

  async pull(): Promise<readonly InboxItem[]> {
    const version = this.#store.version();
    if (!this.#stirred && version === this.#version) return this.#items;
    this.#stirred = false;
    this.#version = version;
    this.#items = await this.#store.inbox(this.#session);
    return this.#items;
  }

  consumed(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === 'input' && event.item !== undefined) this.#items = this.#items.filter(({ id }) => id !== event.item);
    }
  }
}
