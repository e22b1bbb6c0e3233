import type { FairGate, Line } from './fair-parts.ts';
import type { ToldLimit } from './hints/told-limits.ts';
import { Lasting } from './lasting.ts';

/** Ms on a clock that only goes forward. */
type Moment = number;

interface Told {
  readonly of: ToldLimit['of'];
  limit: number;
  remaining: number;
  resetAt: Moment;
  /** Number of the start whose answer said so. */
  seq: number;
}

/** What a gate must know of a job. */
export interface Asking {
  /** Tokens that are reserved for it. */
  readonly tokens: number;
  /** Number of its start. */
  readonly turn: number;
}

/** Above this part of a token limit a request is large (field note 35). */
const LARGE = 0.25;

/**
 * What holds back the jobs of one target, or of targets that share an account's limit, while others of the lane go on.
 *
 * G1. A provider's own count (`remaining`) is believed until its reset, less what was started since and is not in it yet.
 * G2. An older answer never raises what a newer one said is left.
 * G3. After a large request was refused for its size its caller's next large one waits for the provider's hint; nobody else does.
 */
export class LaneGate implements FairGate {
  shut = false;
  readonly lines = new Set<Line>();
  readonly #outer: LaneGate | undefined;
  #notBefore: Moment = 0;
  /** By caller: his large requests, until then. */
  readonly #late = new Lasting<LaneGate>();
  readonly #told = new Map<string, Told>();
  readonly #open = new Set<Asking>();

  /** When a job that reserves so many tokens may start: `now`, or later. */
  when(tokens: number, now: Moment): Moment {
    let when = this.#outer ? Math.max(this.#notBefore, this.#outer.when(tokens, now), now) : now;
    for (const told of this.#told.values()) {
      if (told.resetAt <= now) this.#reset(told);
      // A request above the whole limit is the provider's to refuse; it waits for a full one.
      const needs = told.of === 'requests' ? 1 : Math.min(tokens, told.limit);
      if (told.remaining < needs && told.resetAt !== Infinity) when = Math.max(when, told.resetAt);
    }
    return when;
  }

  constructor(outer?: LaneGate, notBefore: Moment = 0) {
    this.#outer = outer;
    this.#notBefore = notBefore;
  }

  begin(asking: Asking): void {
    this.#outer?.begin(asking);
    this.#open.add(asking);
    for (const told of this.#told.values()) told.remaining -= told.of === 'requests' ? 1 : asking.tokens;
  }

  /** The head of the answer to `asking` has come. */
  tell(asking: Asking, limits: readonly ToldLimit[], now: number, mono: Moment): void {
    this.#open.delete(asking);
    for (const { of, name, limit = Infinity, remaining, resetAt } of limits) {
      const key = `${of} ${name}`;
      const before = this.#told.get(key);
      let left = remaining;
      for (const other of this.#open) left -= of === 'requests' ? 1 : other.tokens;
      if (before && before.seq > asking.turn && before.resetAt > mono && left >= before.remaining) continue;
      this.#told.set(key, { of, limit, remaining: left, resetAt: mono + (resetAt - now), seq: Math.max(asking.turn, before?.seq ?? 0) });
    }
  }

  end(asking: Asking): void {
    this.#outer?.end(asking);
    this.#open.delete(asking);
  }

  /** Whether a request of so many tokens may have used up a token limit by itself: one that was told, or the lane's own. */
  isLarge(tokens: number, configured = Infinity): boolean {
    if (tokens > configured * LARGE) return true;
    for (const { of, limit } of this.#told.values()) if (of === 'tokens' && tokens > limit * LARGE) return true;
    return false;
  }

  /** The gate of a request: its own while its caller's large ones are late. */
  of(caller: string, tokens: number, configured: number, now: Moment): LaneGate {
    const late = this.#late.size > 0 ? this.#late.get(caller, now) : undefined;
    return late && this.isLarge(tokens, configured) ? late : this;
  }

  /** A large request of `caller` was refused: his next ones wait. */
  tooLarge(caller: string, until: Moment, now: Moment): void {
    this.#late.set(caller, new LaneGate(this, until), until, now);
  }

  /** It holds nobody back and knows of nobody: another in its place would do the same. */
  isIdle(now: Moment): boolean {
    if (this.shut || this.#open.size > 0 || this.#late.size > 0) return false;
    for (const { head } of this.lines) if (head) return false;
    for (const { resetAt } of this.#told.values()) if (resetAt > now && resetAt !== Infinity) return false;
    return true;
  }

  /** The window is full again; nothing further is known of it before the next answer. */
  #reset(told: Told): void {
    told.remaining = told.limit;
    told.resetAt = Infinity;
    for (const other of this.#open) told.remaining -= told.of === 'requests' ? 1 : other.tokens;
  }
}
