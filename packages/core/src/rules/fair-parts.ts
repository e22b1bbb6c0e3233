import { PlacedHeap, type Placed } from './placed-heap.ts';

/** One entry of a fair queue. The queue links its entries itself: nothing is allocated for one that waits. */
export interface FairJob {
  /** Who asks; `key/name` is `name` below `key`: keys share with keys, names with the names below their key. */
  readonly caller: string;
  /** A whole number; higher goes first. */
  readonly priority: number;
  /** What it takes of the caller's share, above 0. */
  readonly cost: number;
  /** What may hold it back, and others like it, while the rest goes on. */
  readonly gate?: FairGate | undefined;
  /** Ms at which it was submitted. */
  readonly at: number;
  /** The queue's own. */
  seq: number;
  /** Whose it is, from its push or start to its end. */
  share: Caller | undefined;
  line: Line | undefined;
  next: FairJob | undefined;
  previous: FairJob | undefined;
}

/** Jobs that are held back together (a target at its limit). While it is shut they wait, and nobody waits for them. */
export interface FairGate {
  shut: boolean;
  readonly lines: Set<Line>;
}

/** What somebody has had. Compared to decide who is next: least at work, then least served, then longest ago, by weight. */
export interface Share {
  readonly name: string;
  readonly weight: number;
  /** Cost and number of jobs at work. */
  running: number;
  jobs: number;
  queued: number;
  /** `running / weight`. */
  load: number;
  /** Cost / weight of all that was started, never behind the queue's own mark while jobs wait: idling earns nothing. */
  passed: number;
  /** Number of the last start. */
  served: number;
}

/** A key with everybody below it. */
export interface Party extends Share {
  /** Callers that are known. */
  members: number;
  seats: Seat[];
  /** The mark of its own callers. */
  mark: number;
}

export interface Caller extends Share {
  readonly party: Party;
  lines: Line[];
}

/** Jobs of one caller with one priority and one gate, oldest first. */
export interface Line extends Placed {
  readonly caller: Caller;
  readonly priority: number;
  readonly gate: FairGate | undefined;
  head: FairJob | undefined;
  tail: FairJob | undefined;
  seat: Seat | undefined;
  /** Its head's priority, risen with age. */
  rank: number;
  age: Age;
}

export interface Age extends Placed {
  line: Line;
  due: number;
}

/** A party's lines of one rank. */
export interface Seat extends Placed {
  readonly party: Party;
  readonly rank: Rank;
  readonly lines: PlacedHeap<Line>;
}

export interface Rank {
  readonly value: number;
  readonly seats: PlacedHeap<Seat>;
}

export const newParty = (name: string, weight: number, passed: number): Party => ({
  name,
  weight,
  running: 0,
  jobs: 0,
  queued: 0,
  load: 0,
  passed,
  served: 0,
  members: 0,
  seats: [],
  mark: 0,
});

export const newCaller = (name: string, weight: number, party: Party): Caller => ({
  name,
  weight,
  running: 0,
  jobs: 0,
  queued: 0,
  load: 0,
  passed: party.mark,
  served: 0,
  party,
  lines: [],
});

/** Below 0: `a` goes before `b`. */
const byShare = (a: Share, b: Share): number => a.load - b.load || a.passed - b.passed || a.served - b.served;

const lineBefore = (a: Line, b: Line): boolean => (byShare(a.caller, b.caller) || a.head!.seq - b.head!.seq) < 0;

export function seatBefore(a: Seat, b: Seat): boolean {
  const order = byShare(a.party, b.party);
  if (order !== 0) return order < 0;
  const first = a.lines.first!;
  const other = b.lines.first!;
  return a.party === b.party ? lineBefore(first, other) : first.head!.seq < other.head!.seq;
}

export const ageBefore = (a: Age, b: Age): boolean => a.due < b.due;

export const newRank = (value: number): Rank => ({ value, seats: new PlacedHeap(seatBefore) });
export const newSeat = (party: Party, rank: Rank): Seat => ({ party, rank, lines: new PlacedHeap(lineBefore), place: -1 });
