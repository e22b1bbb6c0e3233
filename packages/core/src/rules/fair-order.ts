import {
  ageBefore,
  newRank,
  newSeat,
  seatBefore,
  type Age,
  type Caller,
  type FairJob,
  type Line,
  type Rank,
  type Seat,
} from './fair-parts.ts';
import { PlacedHeap } from './placed-heap.ts';

/** How many jobs of a priority wait. */
interface Waiting {
  readonly priority: number;
  jobs: number;
}

/** Empty seats and lines kept for their next use; more are let go. */
const KEPT = 8;

/**
 * Lines in the order in which their heads are next: by rank, then by who has had least. A line that is empty or shut has no seat.
 *
 * Age lifts a head's rank by one every `agingMs`. Ranks above the highest priority that waits count as one (`cap`): age lets a job catch
 * up with higher ones, never overtake those of its like. So ages are looked at only once two priorities wait, until nobody does.
 */
export class FairOrder {
  /** Highest first. */
  readonly #ranks: Rank[] = [];
  readonly #ages = new PlacedHeap<Age>(ageBefore);
  readonly #waiting: Waiting[] = [];
  /** That of the last count: most jobs are of one priority. */
  #last: Waiting = { priority: 0, jobs: 0 };
  readonly #agingMs: number;
  #cap = Infinity;
  #aging = false;

  constructor(agingMs: number) {
    this.#agingMs = agingMs;
  }

  first(now: number): FairJob | undefined {
    while (this.#ages.size > 0 && this.#ages.first!.due <= now) this.#risen(this.#ages.first!.line, now);
    let best: Seat | undefined;
    for (const { value, seats } of this.#ranks) {
      if (best && value < this.#cap) break;
      const seat = seats.first;
      if (seat && (!best || seatBefore(seat, best))) best = seat;
      if (best && this.#cap === Infinity) break;
    }
    return best?.lines.first!.head;
  }

  /** One more, or one less, of this priority waits. */
  count(priority: number, by: 1 | -1): void {
    if (this.#agingMs === Infinity) return;
    if (this.#last.priority !== priority) this.#last = this.#waiting.find((one) => one.priority === priority) ?? { priority, jobs: 0 };
    const left = (this.#last.jobs += by);
    if (left === 0) this.#waiting.splice(this.#waiting.indexOf(this.#last), 1);
    else if (left === 1 && by === 1) this.#waiting.push(this.#last);
    else return;
    this.#cap = this.#waiting.reduce((cap, one) => Math.max(cap, one.priority), -Infinity);
    if (this.#waiting.length === 0) this.#aging = false;
    else if (this.#waiting.length > 1 && !this.#aging) this.#age();
  }

  /** Takes out what cannot be moved in place: several lines of one caller may share a heap, and their keys change together. */
  lift({ lines }: Caller): void {
    if (lines.length > 1) for (const line of lines) this.leave(line);
  }

  /** What `caller` has had, or the head of a line of his, has changed. After `lift`. */
  settle({ party, lines }: Caller): void {
    for (const line of lines) {
      if (line.head === undefined || line.gate?.shut) this.leave(line);
      else if (line.place < 0) this.#enter(line);
      else line.seat!.lines.moved(line);
    }
    for (const seat of party.seats) seat.rank.seats.moved(seat);
    if (party.seats.length > KEPT) party.seats = party.seats.filter(({ place }) => place >= 0);
  }

  /** The head of `line` is another. Its rank is that of its age. */
  headed(line: Line, now: number): void {
    const rank = this.#aging ? this.#rankOf(line, now) : line.priority;
    if (rank === line.rank) return;
    this.leave(line);
    line.rank = rank;
  }

  leave(line: Line): void {
    if (line.place < 0) return;
    const seat = line.seat!;
    seat.lines.remove(line);
    this.#ages.remove(line.age);
    const { seats } = seat.rank;
    if (seat.lines.size > 0) return seats.moved(seat);
    seats.remove(seat);
    if (seats.size === 0 && this.#ranks.length > KEPT) this.#ranks.splice(this.#ranks.indexOf(seat.rank), 1);
  }

  #enter(line: Line): void {
    const { party } = line.caller;
    let seat = line.seat;
    if (seat?.rank.value !== line.rank || !this.#ranks.includes(seat.rank))
      seat = party.seats.find(({ rank }) => rank.value === line.rank && this.#ranks.includes(rank));
    if (!seat) party.seats.push((seat = newSeat(party, this.#rank(line.rank))));
    line.seat = seat;
    seat.lines.add(line);
    if (seat.place < 0) seat.rank.seats.add(seat);
    else seat.rank.seats.moved(seat);
    if (this.#aging) this.#enrol(line);
  }

  #enrol(line: Line): void {
    line.age.due = line.head!.at + (line.rank - line.priority + 1) * this.#agingMs;
    this.#ages.add(line.age);
  }

  #age(): void {
    this.#aging = true;
    for (const { seats } of this.#ranks) for (const { lines } of seats.items) for (const line of lines.items) this.#enrol(line);
  }

  #risen(line: Line, now: number): void {
    const rank = this.#rankOf(line, now);
    this.leave(line);
    line.rank = rank;
    this.#enter(line);
  }

  #rankOf({ head, priority }: Line, now: number): number {
    return priority + Math.max(0, Math.floor((now - head!.at) / this.#agingMs));
  }

  #rank(value: number): Rank {
    let at = 0;
    while (at < this.#ranks.length && this.#ranks[at]!.value > value) at++;
    if (this.#ranks[at]?.value !== value) this.#ranks.splice(at, 0, newRank(value));
    return this.#ranks[at]!;
  }
}
