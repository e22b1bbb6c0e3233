import type { Clock } from '@holdfast/core';
import type { SessionStore } from './ports.ts';
import type { EventRow } from './rules/events.ts';
import { missingError } from './rules/session-error.ts';

/** Rows kept for a follower that does not keep up; past it they are read from the log. */
const KEPT = 1000;
/** Ms between looks for what other processes wrote. */
const LOOK = 100;

interface Follower {
  rows: EventRow[];
  /** Some rows did not come this way. */
  behind: boolean;
  wake: () => void;
}

/**
 * `tail -f` over a session: everything after a cursor, then whatever comes.
 *
 * S1. A follower goes at its own pace; a slow one neither holds the run back nor fills memory.
 * S2. Who comes back with its last seq misses nothing and sees nothing twice: live and resume are one path.
 * S3. What this process appends reaches its followers without being read back.
 * S4. A session that is deleted ends its followers, and says so.
 */
export class Feed {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #followers = new Map<string, Set<Follower>>();

  constructor(store: SessionStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Rows of one session that were just appended; none only wakes. */
  publish(session: string, rows: readonly EventRow[]): void {
    for (const follower of this.#followers.get(session) ?? []) {
      if (follower.rows.length + rows.length > KEPT) [follower.rows, follower.behind] = [[], true];
      else follower.rows.push(...rows);
      follower.wake();
    }
  }

  /** Ends when the signal fires, or when the row `last` names has been seen. */
  async *follow(session: string, after: number, signal: AbortSignal, last?: () => number | undefined): AsyncGenerator<EventRow, void> {
    const own: Follower = { rows: [], behind: true, wake: () => {} };
    const all = this.#followers.get(session) ?? new Set();
    this.#followers.set(session, all.add(own));
    try {
      let version: number | undefined;
      for (let cursor = after; !signal.aborted;) {
        // Taken before the read: no write falls between them.
        const now = this.#store.version();
        if (now !== version) own.behind = true;
        version = now;
        const looked = own.behind;
        const rows = await this.#next(session, own, cursor);
        if (looked && rows.length === 0 && !(await this.#store.head(session))) {
          // Whose run it was is told by the run.
          if (last) return;
          throw missingError(session);
        }
        for (const row of rows) {
          if (row.seq > (last?.() ?? Infinity)) return;
          yield row;
          cursor = row.seq;
          if (signal.aborted) return;
        }
        if (cursor >= (last?.() ?? Infinity)) return;
        if (rows.length === 0 && own.rows.length === 0 && !own.behind) await this.#wait(own, signal);
      }
    } finally {
      all.delete(own);
      if (all.size === 0) this.#followers.delete(session);
    }
  }

  async #next(session: string, own: Follower, cursor: number): Promise<readonly EventRow[]> {
    if (!own.behind) {
      const rows = own.rows.filter(({ seq }) => seq > cursor);
      own.rows = [];
      if (rows.length === 0 || rows.at(-1)?.seq === cursor + rows.length) return rows;
    }
    own.behind = false;
    return this.#store.read(session, cursor);
  }

  #wait(own: Follower, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const letGo = this.#clock.after(LOOK, () => own.wake());
      own.wake = () => {
        letGo();
        signal.removeEventListener('abort', own.wake);
        own.wake = () => {};
        resolve();
      };
      signal.addEventListener('abort', own.wake);
    });
  }
}
