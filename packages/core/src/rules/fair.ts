import { FairOrder } from './fair-order.ts';
import { FairCallers } from './fair-callers.ts';
import { lineOf } from './fair-lines.ts';
import type { FairGate, FairJob, Line, Share } from './fair-parts.ts';

export type { FairGate, FairJob } from './fair-parts.ts';

export interface FairOptions {
  /** Above 0; asked once, when a caller is first seen. */
  readonly weight?: (name: string) => number;
  /** Every so many ms a job that waits rises by one priority; Infinity: never. */
  readonly agingMs?: number;
}

/**
 * Who goes next: the highest priority; of these who has least at work for their weight, then who has had least, then who was served longest
 * ago, then who came first. Shared by keys first (`key/name`), and by the names of a key below it.
 *
 * F1. One caller's jobs of one priority leave in the order in which they came.
 * F2. Callers who always wait get cost in proportion to their weights.
 * F3. Idling earns nothing: who comes back begins where the others are. Nor does it forgive what was had beyond one's share.
 * F4. A job that leaves before its turn costs its caller nothing, and nobody's place.
 * F5. Who neither waits nor is at work is forgotten with the last who does, or when many are idle.
 * F6. Age never lifts a job above the highest priority that waits (`FairOrder`).
 * F7. A push, a start, an end, a drop: O(log callers), whatever waits.
 */
export class FairQueue<J extends FairJob> {
  #size = 0;
  #seq = 0;
  #starts = 0;
  readonly #known: FairCallers;
  readonly #order: FairOrder;

  constructor({ weight = () => 1, agingMs = Infinity }: FairOptions = {}) {
    this.#known = new FairCallers(weight);
    this.#order = new FairOrder(agingMs);
  }

  get size(): number {
    return this.#size;
  }

  /** Some of them may be idle. */
  get callers(): ReadonlyMap<string, Pick<Share, 'queued' | 'jobs'>> {
    return this.#known.callers;
  }

  first(now: number): J | undefined {
    return this.#order.first(now) as J | undefined;
  }

  push(job: J): void {
    const caller = this.#known.comes(job.caller);
    caller.queued++;
    caller.party.queued++;
    job.seq = ++this.#seq;
    this.#size++;
    this.#order.count(job.priority, 1);
    const line = lineOf(caller, job);
    job.share = caller;
    job.line = line;
    job.previous = line.tail;
    job.next = undefined;
    if (line.tail) line.tail.next = job;
    line.tail = job;
    if (line.head) return;
    this.#order.lift(caller);
    line.head = job;
    this.#order.headed(line, job.at);
    this.#order.settle(caller);
  }

  /** `job` leaves the queue and is at work until `end`; it need not be the first, and need not have waited. */
  start(job: J, now: number): void {
    const caller = (job.share ??= this.#known.comes(job.caller));
    this.#order.lift(caller);
    if (job.line) this.#unlink(job, job.line, now);
    this.#known.serve(caller, job.cost, ++this.#starts);
    this.#order.settle(caller);
  }

  /** `job`, which was started, is over; `cost`: what it really took. */
  end(job: J, cost = job.cost): void {
    const caller = job.share!;
    job.share = undefined;
    this.#order.lift(caller);
    this.#known.served(caller, job.cost, cost);
    this.#order.settle(caller);
    this.#known.rest(caller);
  }

  /** `job` leaves before its turn. */
  drop(job: J, now: number): void {
    const line = job.line!;
    const { caller } = line;
    this.#order.lift(caller);
    this.#unlink(job, line, now);
    job.share = undefined;
    this.#order.settle(caller);
    this.#known.rest(caller);
  }

  shut(gate: FairGate): void {
    gate.shut = true;
    for (const line of gate.lines) this.#order.leave(line);
  }

  open(gate: FairGate): void {
    if (!gate.shut) return;
    gate.shut = false;
    for (const { caller } of gate.lines) {
      this.#order.lift(caller);
      this.#order.settle(caller);
    }
  }

  #unlink(job: J, line: Line, now: number): void {
    const { caller } = line;
    const { next, previous } = job;
    if (previous) previous.next = next;
    else line.head = next;
    if (next) next.previous = previous;
    else line.tail = previous;
    job.line = job.next = job.previous = undefined;
    this.#size--;
    caller.queued--;
    caller.party.queued--;
    this.#order.count(job.priority, -1);
    if (previous === undefined && next !== undefined) this.#order.headed(line, now);
  }
}
