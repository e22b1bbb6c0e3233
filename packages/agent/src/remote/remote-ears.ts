import type { Live, LiveEvent } from '../live.ts';
import type { EventRow } from '../rules/events.ts';
import { Heard } from './heard.ts';

/** One stream's right to be heard. */
export interface Voice extends Disposable {
  piece(data: unknown): void;
  row(row: EventRow): void;
}

const TYPES: ReadonlySet<unknown> = new Set<LiveEvent['type']>(['text', 'reasoning', 'tool-input', 'withdrawn', 'tool-output']);

/** Pieces of what is under way, out of several streams. Of those that show one session the first is heard: nothing is said twice. */
export class RemoteEars {
  readonly #live: Live;
  readonly #heard = new Heard();
  readonly #voices = new Map<string, Set<object>>();

  constructor(live: Live) {
    this.#live = live;
  }

  listen(session: string): Voice {
    const voices = this.#voices.get(session) ?? new Set();
    const own = {};
    this.#voices.set(session, voices.add(own));
    const speaks = (): boolean => voices.values().next().value === own;
    return {
      piece: (data) => {
        const event = data as LiveEvent;
        if (!speaks() || !TYPES.has(event?.type)) return;
        const fresh = this.#heard.fresh(event);
        if (fresh) this.#live.send(fresh);
      },
      row: (row) => {
        if (speaks()) this.#heard.row(row);
      },
      [Symbol.dispose]: () => {
        voices.delete(own);
        if (voices.size === 0 && this.#voices.get(session) === voices) this.#voices.delete(session);
      },
    };
  }
}
