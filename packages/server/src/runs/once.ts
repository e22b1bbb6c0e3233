import { refusal } from '../rules/refusal.ts';

/** Keys kept for one session; the oldest is forgotten first. */
const KEYS = 256;
/** Sessions whose keys are kept. */
const SESSIONS = 1_000;

interface Kept {
  /** Of what was asked. */
  readonly print: string;
  readonly answer: Promise<unknown>;
}

/**
 * Requests that carry an `Idempotency-Key`, in memory.
 * O1. A key that comes again, while the first request is under way too, gets the first answer; nothing is done a second time.
 * O2. A request that fails gives its key back: the next one is a first one.
 * O3. The same key with another request is refused.
 */
export class Once {
  readonly #sessions = new Map<string, Map<string, Kept>>();

  /** `first`: this one did the work. */
  async do<T>(
    session: string,
    { key, print }: { readonly key: string | undefined; readonly print: string },
    work: () => Promise<T>,
  ): Promise<{ readonly first: boolean; readonly answer: T }> {
    if (key === undefined) return { first: true, answer: await work() };
    const keys = this.#keysOf(session);
    const known = keys.get(key);
    if (known && known.print !== print)
      throw refusal(422, 'invalid-request', 'This idempotency-key was used with another request.', { param: 'idempotency-key' });
    if (known) return { first: false, answer: (await known.answer) as T };
    const answer = work();
    const own: Kept = { print, answer };
    keys.set(key, own);
    if (keys.size > KEYS) keys.delete(keys.keys().next().value!);
    try {
      return { first: true, answer: await answer };
    } catch (error) {
      if (keys.get(key) === own) keys.delete(key);
      throw error;
    }
  }

  forget(session: string): void {
    this.#sessions.delete(session);
  }

  #keysOf(session: string): Map<string, Kept> {
    const keys = this.#sessions.get(session) ?? new Map<string, Kept>();
    // Set anew: the map's order is that of use.
    this.#sessions.delete(session);
    this.#sessions.set(session, keys);
    if (this.#sessions.size > SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
    return keys;
  }
}

const FITTING = /^[\x21-\x7e]{1,255}$/;

export function idempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && FITTING.test(header)) return header;
  throw refusal(400, 'invalid-request', 'An idempotency-key has at most 255 printable characters and no spaces.', {
    param: 'idempotency-key',
  });
}
