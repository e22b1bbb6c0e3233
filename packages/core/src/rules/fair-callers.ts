import { keyOf } from './caller-key.ts';
import { newCaller, newParty, type Caller, type Party, type Share } from './fair-parts.ts';

/** Idle callers that are remembered beside those who wait or work: what they had beyond their share, and where they stood. */
const REMEMBERED = 1000;

/** Everybody who waits or is at work, and the keys above them (F3, F5). */
export class FairCallers {
  /** By full name; some of them idle. */
  readonly callers = new Map<string, Caller>();
  readonly #parties = new Map<string, Party>();
  readonly #weight: (name: string) => number;
  /** What has been passed by whoever was served: newcomers begin here. */
  #mark = 0;
  #idle = 0;

  constructor(weight: (name: string) => number) {
    this.#weight = weight;
  }

  /** A job comes; whoever had none waiting begins where the others are. */
  comes(name: string): Caller {
    const caller = this.callers.get(name) ?? this.#meet(name);
    const { party } = caller;
    if (caller.queued === 0) {
      if (caller.jobs === 0) this.#idle--;
      if (caller.passed < party.mark) caller.passed = party.mark;
      if (party.queued === 0 && party.passed < this.#mark) party.passed = this.#mark;
    }
    return caller;
  }

  /** A job of `cost` begins, as the `turn`th. */
  serve(caller: Caller, cost: number, turn: number): void {
    const { party } = caller;
    if (this.#mark < party.passed) this.#mark = party.passed;
    if (party.mark < caller.passed) party.mark = caller.passed;
    begin(party, cost, turn);
    begin(caller, cost, turn);
  }

  /** A job is over for which `charged` was reckoned, and which took `cost`. */
  served(caller: Caller, charged: number, cost: number): void {
    over(caller.party, charged, cost);
    over(caller, charged, cost);
  }

  /** A job of `caller` has gone: he may have none left. */
  rest({ queued, jobs }: Caller): void {
    if (queued > 0 || jobs > 0) return;
    const atWork = this.callers.size - ++this.#idle;
    if (atWork > 0 && this.#idle <= REMEMBERED + atWork) return;
    for (const caller of this.callers.values()) if (caller.queued === 0 && caller.jobs === 0) this.#forget(caller);
    this.#idle = 0;
  }

  #forget({ name, party, lines }: Caller): void {
    for (const line of lines) line.gate?.lines.delete(line);
    this.callers.delete(name);
    if (--party.members === 0) this.#parties.delete(party.name);
  }

  #meet(name: string): Caller {
    const key = keyOf(name);
    let party = this.#parties.get(key);
    if (!party) this.#parties.set(key, (party = newParty(key, this.#weight(key), this.#mark)));
    party.members++;
    const caller = newCaller(name, key === name ? 1 : this.#weight(name), party);
    this.callers.set(name, caller);
    this.#idle++;
    return caller;
  }
}

function begin(share: Share, cost: number, turn: number): void {
  share.jobs++;
  share.running += cost;
  share.load = share.running / share.weight;
  share.passed += cost / share.weight;
  share.served = turn;
}

function over(share: Share, charged: number, cost: number): void {
  share.running = --share.jobs === 0 ? 0 : share.running - charged;
  share.load = share.running / share.weight;
  share.passed += (cost - charged) / share.weight;
}
