import { Steadiness } from './machine.ts';
import type { Attempt, Watch, Wrap } from './model.ts';
import type { Clock } from './ports.ts';
import { sooner, stallOf, timeoutOf, type Armed } from './rules/armed-limit.ts';
import { ModelFailure, type LimitName } from './rules/failure.ts';
import type { Limits } from './rules/limits.ts';
import type { Look } from './rules/reader.ts';
import { firedLate, LOCAL_WORDS } from './rules/machine.ts';
import type { RequestFacts, Target } from './rules/target.ts';

/** Parts in a row, each asked for at once, after which the beat takes over from reading the clock; and its length in ms (W4). */
const THICK = 32;
const BEAT = 25;

/** Ms between two looks at whether this machine slept (W5). */
const LOOK = 1000;

/**
 * The clocks of one attempt (C4): one coarse timer, armed again when it fires early.
 *
 * W1. Time counts only while a part is being waited for: a slow consumer is no stall (C3).
 * W2. Before the first progress `first_token` or the share (P5) counts, whichever is sooner; then `stall`. Beside it `silence` once the
 *     stream has pinged, and `attempt` where one is set.
 * W4. While parts come thick and fast nobody reads the clock for each: a beat notices that some came, late by its length at most. Once a
 *     beat has seen none, the next part reads the clock again.
 * W5. It looks at the time each second: when the machine slept or the process lagged, every limit starts again.
 * W3. A timer that fires late by more than max(1 s, 10 %) is this machine's own doing: kind `local`.
 */
class AttemptWatch implements Watch {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #attempt: Attempt;
  #began: number;
  #since: number;
  #life: number;
  /** When the consumer was last handed a part; kept where the time until it asks for the next must be left out. */
  #paused = 0;
  #waiting = true;
  #fresh = false;
  #progressed = false;
  /** Ms to the first progress. */
  #first = 0;
  #finished = false;
  #pinged = false;
  #textOpen = false;
  /** W4: parts came since the last beat; parts for which the clock was read. */
  #beating = false;
  #moved = false;
  #read = 0;
  #over = false;
  #letGo: () => void = () => {};
  #rings = 0;
  #steady: Steadiness | undefined;
  /** When it last woke; nothing has come since if that is no earlier than `#since`. */
  #slept = -1;

  constructor(clock: Clock, limits: Limits, attempt: Attempt) {
    this.#clock = clock;
    this.#limits = limits;
    this.#attempt = attempt;
    this.#began = this.#since = this.#life = clock.mono();
    this.#arm(this.#since);
  }

  pull(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    if (this.#beating && this.#fresh && this.#paused === 0) {
      this.#fresh = false;
      this.#moved = true;
      return;
    }
    const now = this.#clock.mono();
    if (this.#paused > 0) this.#leaveOut(now - this.#paused);
    if (this.#fresh) this.#since = this.#life = now;
    this.#fresh = false;
    if (++this.#read === THICK) this.#beat(now);
  }

  /** W4. Not where an `attempt` limit leaves out the consumer's own time: that needs the clock. */
  #beat(now: number): void {
    if (this.#limits.attempt !== undefined) return;
    this.#beating = true;
    this.#letGo();
    this.#rings = now + BEAT;
    this.#letGo = this.#clock.after(BEAT, this.#ring);
  }

  #leaveOut(idle: number): void {
    this.#paused = 0;
    this.#began += idle;
    this.#since += idle;
    this.#life += idle;
  }

  saw(look: Look): void {
    this.#waiting = false;
    this.#textOpen = look.textOpen;
    if (look.progress || look.ends === 'finish') {
      this.#fresh = true;
      if (!this.#progressed) this.#first = this.#clock.mono() - this.#began;
      this.#progressed = true;
      this.#finished ||= look.ends === 'finish';
      if (this.#limits.attempt === undefined) return;
    } else if (look.ping) this.#pinged = true;
    this.#paused = this.#clock.mono();
  }

  kept(look: Look): void {
    if (look.progress) this.saw(look);
    this.#textOpen = look.textOpen;
    this.#pinged ||= look.ping;
    this.pull();
  }

  life(): void {
    this.#life = this.#clock.mono();
  }

  end(): void {
    this.#over = true;
    this.#letGo();
  }

  #inForce(): Armed {
    const { firstToken, stallText, stallOther, silence, attempt, afterFinish } = this.#limits;
    const reached = (limit: LimitName, ms: number, from: number): Armed => ({ limit, ms, due: from + ms });
    if (this.#finished) return reached('stall', afterFinish, this.#since);
    const own = this.#progressed
      ? stallOf(this.#textOpen ? stallText : stallOther, this.#left, this.#since)
      : reached('first_token', Math.min(firstToken, this.#attempt.share), this.#since);
    const armed = attempt === undefined ? own : sooner(reached('attempt', attempt, this.#began), own);
    return this.#pinged ? sooner(armed, reached('silence', silence, this.#life)) : armed;
  }

  get #left(): number {
    return Math.max(0, (this.#attempt.left ?? Infinity) - this.#first);
  }

  quiet(): number {
    return this.#waiting ? this.#clock.mono() - this.#since : 0;
  }

  /**
   * Armed for the limit in force, but never later than the shortest of those that a part may bring into force: so no part has to arm
   * it, and it is never late.
   */
  #arm(now: number): void {
    const { ms, due } = this.#inForce();
    const { stallText, stallOther, silence } = this.#limits;
    const left = Math.max(due - now, this.#waiting ? 0 : ms);
    const delay = Math.min(left, stallText, stallOther, silence, this.#left, LOOK);
    this.#rings = now + delay;
    this.#letGo = this.#clock.after(delay, this.#ring);
  }

  readonly #ring = (): void => {
    if (this.#over) return;
    const now = this.#clock.mono();
    if (this.#beating) {
      this.#beating = this.#moved;
      this.#read = 0;
      if (this.#moved) this.#since = this.#life = now;
      this.#moved = false;
      if (this.#beating) return this.#beat(now);
    }
    const armed = this.#inForce();
    const late = now - this.#rings;
    const due = this.#waiting && now >= armed.due;
    const shaken = (this.#steady ??= new Steadiness(this.#clock)).disturbed(late);
    if (due && (!shaken || firedLate(late, armed.ms))) return this.#reached(armed, late);
    if (shaken) this.#began = this.#since = this.#life = now;
    if (shaken === 'slept') this.#slept = now;
    this.#arm(now);
  };

  #reached(armed: Armed, late: number): void {
    this.#over = true;
    const own = firedLate(late, armed.ms) ?? (this.#slept >= this.#since ? LOCAL_WORDS.slept : undefined);
    this.#attempt.abort(
      own === undefined ? timeoutOf(armed, this.#attempt.share, this.#limits) : new ModelFailure('local', own, { late: Math.round(late) }),
    );
  }
}

/** Holds an attempt to its limits. Goes inside the lane: time in the queue is not the model's fault. */
export const withLimits =
  <Q, P>(clock: Clock, limitsOf: (target: Target, facts: RequestFacts) => Limits): Wrap<Q, P> =>
  (inner) =>
  (request, attempt) => {
    const watch = new AttemptWatch(clock, limitsOf(attempt.target, attempt.facts), attempt);
    attempt.watch = watch;
    return new Promise((resolve, reject) => {
      attempt.onStop = reject;
      if (attempt.signal.aborted) reject(attempt.signal.reason);
      inner(request, attempt).then(resolve, reject);
    });
  };
