import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import type { RateAsk, RateBook, RateLeft, RateTaken } from '../operations/rate-limits.ts';

const MINUTE = 60;
/** Ms after which a place may have become free: nobody knows. */
const PLACE = 1_000;

interface Open {
  readonly holder: string;
  /** Which worker's it is. */
  readonly owner: number;
  readonly counted?: { readonly tokens: number; readonly until: number };
}

/**
 * Counts in windows of a minute, in this process.
 * B1. What was refused is not counted.
 * B2. Tokens are counted by estimate when a call begins and as they were when it ends. A call that is larger than its whole window is let
 *     into an empty one.
 * B3. What died holds no place: `leave` frees all of an owner's.
 */
export class MinuteBook {
  readonly #requests = new RateLimiterMemory({ points: 1, duration: MINUTE, keyPrefix: 'requests' });
  readonly #tokens = new RateLimiterMemory({ points: 1, duration: MINUTE, keyPrefix: 'tokens' });
  readonly #open = new Map<string, Open>();
  readonly #running = new Map<string, number>();

  /** The book as one owner sees it. */
  of(owner: number): RateBook {
    return { take: (ask) => this.#take(ask, owner), end: (id, tokens) => void this.#end(id, tokens) };
  }

  leave(owner: number): void {
    for (const [id, open] of this.#open) if (open.owner === owner) void this.#end(id, undefined);
  }

  async #take(ask: RateAsk, owner: number): Promise<RateTaken> {
    const { id, holder, rate } = ask;
    const running = this.#running.get(holder) ?? 0;
    if (rate.concurrent !== undefined && running >= rate.concurrent)
      return { ok: false, limit: 'concurrent', most: rate.concurrent, ms: PLACE };
    // Taken before anything is waited for: two calls that ask at once never have more places than there are.
    this.#running.set(holder, running + 1);
    const requests = await this.#count(this.#requests, holder, 1, rate.rpm);
    if (requests && 'over' in requests) return this.#refused(holder, 'rpm', rate.rpm!, requests.over);
    const asked = Math.min(ask.tokens, rate.tpm ?? 0);
    const tokens = await this.#count(this.#tokens, holder, asked, rate.tpm);
    if (tokens && 'over' in tokens) {
      if (requests) await this.#requests.reward(holder, 1);
      return this.#refused(holder, 'tpm', rate.tpm!, tokens.over);
    }
    this.#open.set(id, { holder, owner, ...(tokens && { counted: { tokens: asked, until: Date.now() + tokens.ms } }) });
    return { ok: true, ...(requests && { requests }), ...(tokens && { tokens }) };
  }

  async #count(
    limiter: RateLimiterMemory,
    holder: string,
    points: number,
    limit: number | undefined,
  ): Promise<RateLeft | { readonly over: number } | undefined> {
    if (limit === undefined) return undefined;
    const now: RateLimiterRes = await limiter.penalty(holder, points);
    if (now.consumedPoints > limit || (points === 0 && now.consumedPoints >= limit)) {
      await limiter.reward(holder, points);
      return { over: now.msBeforeNext };
    }
    return { limit, left: limit - now.consumedPoints, ms: now.msBeforeNext };
  }

  #refused(holder: string, limit: 'rpm' | 'tpm', most: number, ms: number): RateTaken {
    this.#free(holder);
    return { ok: false, limit, most, ms };
  }

  #free(holder: string): void {
    const running = (this.#running.get(holder) ?? 0) - 1;
    if (running > 0) this.#running.set(holder, running);
    else this.#running.delete(holder);
  }

  async #end(id: string, used: number | undefined): Promise<void> {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#free(open.holder);
    const more = open.counted && used !== undefined ? used - open.counted.tokens : 0;
    if (more > 0) await this.#tokens.penalty(open.holder, more);
    // What was counted too much in a window that is over is over with it.
    else if (more < 0 && Date.now() < open.counted!.until) await this.#tokens.reward(open.holder, -more);
  }
}
