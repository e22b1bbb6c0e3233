import type { LaneJob } from './lane-job.ts';
import type { LaneTimers } from './lane-timers.ts';
import type { FairQueue } from './rules/fair.ts';
import type { LaneGate } from './rules/lane-gate.ts';
import type { LaneSettings } from './rules/lane-settings.ts';
import { Rates } from './rules/rates.ts';

/** What lets jobs in beside free slots: the lane's rates, which hold everybody back, and the gates of targets, which hold their own. */
export class LaneLimits {
  readonly #queue: FairQueue<LaneJob>;
  readonly #timers: LaneTimers;
  readonly #rates = new Rates();
  readonly #shut = new Set<LaneGate>();
  /** Answers that are read on without a slot. */
  open = 0;
  #openStreams = Infinity;

  constructor(queue: FairQueue<LaneJob>, timers: LaneTimers) {
    this.#queue = queue;
    this.#timers = timers;
  }

  configure(settings: LaneSettings): void {
    this.#rates.configure(settings);
    this.#openStreams = settings.openStreams;
  }

  /** Whether one more answer may be open beside those at work, each of which may become one. */
  mayOpen(running: number): boolean {
    return running + this.open < this.#openStreams;
  }

  /** `open`: it may start. `shut`: its gate is shut now, others may. `wait`: nobody may. Whoever waits is woken when it is time. */
  judge(job: LaneJob, now: number): 'open' | 'shut' | 'wait' {
    const { gate, tokens } = job;
    const at = this.#rates.when(tokens, now);
    if (at > now) {
      this.#timers.wakeAt(at, now);
      return 'wait';
    }
    if (!gate) return 'open';
    const open = gate.when(tokens, now);
    if (open <= now) return 'open';
    this.#shut.add(gate);
    this.#queue.shut(gate);
    this.#timers.wakeAt(open, now);
    return 'shut';
  }

  /** Answers what settles its tokens. */
  take(job: LaneJob, now: number): ((tokens: number) => void) | undefined {
    return this.#rates.take(job.tokens, now);
  }

  /** What is known of `gate` has changed: whoever waits for it is looked at again. */
  reopen(gate: LaneGate): void {
    if (this.#shut.delete(gate)) this.#queue.open(gate);
  }

  reopenAll(): void {
    for (const gate of this.#shut) this.reopen(gate);
  }
}
