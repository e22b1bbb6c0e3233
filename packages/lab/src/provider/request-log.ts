import type { Fault } from '../outage.ts';
import type { Facts } from '../script.ts';

/** One request as the provider met it. Fields change until it is over. */
export interface Asked {
  /** Which request for an answer it is, from 1; 0 for those that ask for something else. */
  readonly nth: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed, or the text if it does not parse. */
  readonly body: unknown;
  readonly facts: Facts | undefined;
  /** Ms on the provider's clock (`mono`). */
  readonly at: number;
  readonly fault: Fault | undefined;
  /** Of the answer's head, once it was decided; none where no byte is answered. */
  readonly status: number | undefined;
  /** Frames (or pieces of a body) that reached the wire. */
  readonly frames: number;
  /** `done`: answered as decided, an error status included. `broken`: by the outage. `aborted`: the client hung up before the end. `refused`: never heard, thrown out at the door. */
  readonly state: 'open' | 'done' | 'broken' | 'aborted' | 'refused';
  readonly aborted: boolean;
}

export type Entry = { -readonly [K in keyof Asked]: Asked[K] };

/** Who asked what, and how it went. Tests wait on it instead of sleeping. */
export class RequestLog {
  readonly entries: Asked[] = [];
  readonly #listeners = new Set<(asked: Asked) => void>();
  readonly #closed = new AbortController();

  add(entry: Entry): Entry {
    this.entries.push(entry);
    this.changed(entry);
    return entry;
  }

  changed(entry: Entry): void {
    for (const listener of this.#listeners) listener(entry);
  }

  /** Hears of every change of every request: arrived, a frame sent, over. The returned function lets go. */
  onRequest(listener: (asked: Asked) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The first request, past or to come, of which `match` holds at some moment; rejects when the provider closes first. */
  waitFor(match: (asked: Asked) => boolean, signal?: AbortSignal): Promise<Asked> {
    const past = this.entries.find(match);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const ends = [this.#closed.signal, ...(signal ? [signal] : [])];
      const off = this.onRequest((asked) => {
        if (!match(asked)) return;
        leave();
        resolve(asked);
      });
      const give = () => {
        leave();
        reject(ends.find(({ aborted }) => aborted)!.reason);
      };
      const leave = () => {
        off();
        for (const end of ends) end.removeEventListener('abort', give);
      };
      for (const end of ends) end.addEventListener('abort', give, { once: true });
      if (ends.some(({ aborted }) => aborted)) give();
    });
  }

  get closed(): boolean {
    return this.#closed.signal.aborted;
  }

  close(): void {
    this.#closed.abort(new Error('the lab provider was closed'));
    this.#listeners.clear();
  }
}
