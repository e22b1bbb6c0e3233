import type { Attempt, Watch, Wrap } from './model.ts';
import type { Clock } from './ports.ts';
import { ModelFailure, type LimitName } from './rules/failure.ts';
import type { Limits } from './rules/limits.ts';
import type { Look } from './rules/reader.ts';
import type { RequestFacts, Target } from './rules/target.ts';

/** A timer that fires this much later than it should have says that this machine slept or lagged (field note 20). */
const lagOf = (ms: number): number => Math.max(1000, ms / 10);

type Armed = { readonly limit: LimitName; readonly ms: number };

/**
 * The clocks of one attempt (C4): one coarse timer, armed again when it fires early.
 *
 * W1. Time counts only while a part is being waited for: a slow consumer is no stall (C3).
 * W2. Before the first progress `first_token` or the share (P5) counts, whichever is sooner; then `stall`; `silence` instead once the stream has pinged.
 * W3. A timer that fires late by more than max(1 s, 10 %) is this machine's own doing: kind `local`.
 */
class AttemptWatch implements Watch {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #attempt: Attempt;
  #since: number;
  #life: number;
  #waiting = true;
  #fresh = false;
  #progressed = false;
  #finished = false;
  #pinged = false;
  #textOpen = false;
  #over = false;
  #letGo: () => void = () => {};
  #due = 0;
  readonly #shortest: number;

  constructor(clock: Clock, limits: Limits, attempt: Attempt) {
    this.#clock = clock;
    this.#limits = limits;
    this.#attempt = attempt;
    this.#shortest = Math.min(limits.stallText, limits.stallOther, limits.silence);
    this.#since = this.#life = clock.mono();
    this.#arm(this.#since);
  }

  pull(): void {
    this.#waiting = true;
    if (this.#fresh) {
      this.#fresh = false;
      this.#since = this.#life = this.#clock.mono();
    }
  }

  saw(look: Look): void {
    this.#waiting = false;
    if (look.progress || look.ends === 'finish') {
      this.#fresh = true;
      this.#progressed = true;
      this.#textOpen = look.textOpen;
      this.#finished ||= look.ends === 'finish';
    } else if (look.ping) this.#pinged = true;
  }

  life(): void {
    this.#life = this.#clock.mono();
  }

  end(): void {
    this.#over = true;
    this.#letGo();
  }

  #inForce(): Armed {
    const { firstToken, stallText, stallOther, attempt, afterFinish } = this.#limits;
    if (this.#finished) return { limit: 'stall', ms: afterFinish };
    if (!this.#progressed) {
      const own: Armed = attempt === undefined ? { limit: 'first_token', ms: firstToken } : { limit: 'attempt', ms: attempt };
      return this.#attempt.share < own.ms ? { limit: own.limit, ms: this.#attempt.share } : own;
    }
    return { limit: 'stall', ms: this.#textOpen ? stallText : stallOther };
  }

  /**
   * Armed for the limit in force, but never later than the shortest of those that a part may bring into force: so no part has to arm
   * it, and it is never late.
   */
  #arm(now: number): void {
    const { ms } = this.#inForce();
    let due = this.#since + ms;
    if (this.#pinged && !this.#finished) due = Math.min(due, this.#life + this.#limits.silence);
    if (!this.#waiting) due = Math.max(due, now + ms);
    this.#due = due;
    this.#letGo = this.#clock.after(Math.max(0, Math.min(due - now, this.#shortest)), this.#ring);
  }

  readonly #ring = (): void => {
    if (this.#over) return;
    const now = this.#clock.mono();
    const { limit, ms } = this.#inForce();
    const silent = this.#pinged && !this.#finished && now - this.#life >= this.#limits.silence;
    if (!this.#waiting || (!silent && now - this.#since < ms)) return this.#arm(now);
    const late = now - this.#due;
    this.#over = true;
    this.#attempt.abort(late > lagOf(ms) ? lagged(late) : this.#timeout(silent ? 'silence' : limit, silent ? this.#limits.silence : ms));
  };

  #timeout(limit: LimitName, ms: number): ModelFailure {
    const shortened = !this.#progressed && (ms === this.#attempt.share || (this.#limits.scaled ?? false));
    return new ModelFailure('timeout', `no ${limit === 'first_token' ? 'first token' : 'progress'} within ${ms} ms`, {
      limit,
      ...(shortened && { shortened }),
    });
  }
}

const lagged = (late: number): ModelFailure =>
  new ModelFailure('local', `this machine slept or was too busy: a timer fired ${Math.round(late)} ms late`);

/** Holds an attempt to its limits. Goes inside the lane: time in the queue is not the model's fault. */
export const withLimits =
  <Q, P>(clock: Clock, limitsOf: (target: Target, facts: RequestFacts) => Limits): Wrap<Q, P> =>
  (inner) =>
  (request, attempt) => {
    const watch = new AttemptWatch(clock, limitsOf(attempt.target, attempt.facts), attempt);
    attempt.watch = watch;
    attempt.life = () => watch.life();
    return new Promise((resolve, reject) => {
      attempt.onStop = reject;
      if (attempt.signal.aborted) reject(attempt.signal.reason);
      inner(request, attempt).then(resolve, reject);
    });
  };
