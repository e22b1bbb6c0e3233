import type { FairGate, Line } from './fair-parts.ts';
import type { ToldLimit } from './hints/told-limits.ts';

/** Ms on a clock that only goes forward. */
type Moment = number;

/** The part of a lane that a target may use until then, while it comes back from a rest (H6). */
export interface LaneShare {
  /** In (0, 1]. */
  readonly share: number;
  /** Ms from now after which it may be another. */
  readonly for: number;
}

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
 * G3. A target that comes back from a rest uses no more than its share of the lane, and at least one slot.
 */
export class LaneGate implements FairGate {
  shut = false;
  readonly lines = new Set<Line>();
  /** Started and not over. */
  running = 0;
  readonly #told = new Map<string, Told>();
  readonly #open = new Set<Asking>();

  /** When `asking` may start: `now`, later, or Infinity: not before another of this gate ends. */
  when(tokens: number, now: Moment, width: number, share: LaneShare | undefined): Moment {
    if (share && this.running >= Math.max(1, Math.floor(width * share.share))) return now + share.for;
    let when = now;
    for (const told of this.#told.values()) {
      if (told.resetAt <= now) this.#reset(told);
      // A request above the whole limit is the provider's to refuse; it waits for a full one.
      const needs = told.of === 'requests' ? 1 : Math.min(tokens, told.limit);
      if (told.remaining < needs && told.resetAt !== Infinity) when = Math.max(when, told.resetAt);
    }
    return when;
  }

  begin(asking: Asking): void {
    this.running++;
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
    this.running--;
    this.#open.delete(asking);
  }

  /** Whether a request of so many tokens may have used up a token limit by itself. */
  isLarge(tokens: number): boolean {
    for (const { of, limit } of this.#told.values()) if (of === 'tokens' && tokens > limit * LARGE) return true;
    return false;
  }

  /** The window is full again; nothing further is known of it before the next answer. */
  #reset(told: Told): void {
    told.remaining = told.limit;
    told.resetAt = Infinity;
    for (const other of this.#open) told.remaining -= told.of === 'requests' ? 1 : other.tokens;
  }
}
