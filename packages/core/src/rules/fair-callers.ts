import { shareOf, type Caller, type Party } from './fair-parts.ts';

/** Idle keys of which it is remembered that they have had more than their share; the oldest are forgotten first. */
const DEBTORS = 1000;

/** Everybody who waits or is at work, and the keys above them (F3, F5). */
export class FairCallers {
  /** By full name. */
  readonly callers = new Map<string, Caller>();
  readonly #parties = new Map<string, Party>();
  readonly #debts = new Map<string, number>();
  readonly #weight: (name: string) => number;
  /** What has been passed by whoever was served: newcomers begin here. */
  #mark = 0;

  constructor(weight: (name: string) => number) {
    this.#weight = weight;
  }

  get(name: string): Caller {
    return this.callers.get(name) ?? this.#meet(name);
  }

  /** A job comes; whoever had none waiting begins where the others are. */
  comes(caller: Caller): void {
    const { party } = caller;
    if (party.queued === 0 && party.passed < this.#mark) party.passed = this.#mark;
    if (caller.queued === 0 && caller.passed < party.mark) caller.passed = party.mark;
  }

  /** Before a start is charged. */
  served(caller: Caller): void {
    const { party } = caller;
    if (this.#mark < party.passed) this.#mark = party.passed;
    if (party.mark < caller.passed) party.mark = caller.passed;
  }

  forget(caller: Caller): void {
    if (caller.queued > 0 || caller.jobs > 0) return;
    for (const line of caller.lines) line.gate?.lines.delete(line);
    this.callers.delete(caller.name);
    const { party } = caller;
    if (--party.members > 0) return;
    this.#parties.delete(party.name);
    if (this.#parties.size === 0) this.#debts.clear();
    else if (party.passed > this.#mark) this.#debts.set(party.name, party.passed);
    if (this.#debts.size > DEBTORS) this.#debts.delete(this.#debts.keys().next().value!);
  }

  #meet(name: string): Caller {
    const cut = name.indexOf('/');
    const key = cut < 0 ? name : name.slice(0, cut);
    const party = this.#parties.get(key) ?? this.#join(key);
    party.members++;
    const weight = cut < 0 ? 1 : this.#weight(name);
    const caller: Caller = { ...shareOf(name, weight, party.mark), party, lines: [] };
    this.callers.set(name, caller);
    return caller;
  }

  #join(key: string): Party {
    const passed = Math.max(this.#debts.get(key) ?? 0, this.#mark);
    this.#debts.delete(key);
    const party: Party = { ...shareOf(key, this.#weight(key), passed), members: 0, seats: [], mark: 0 };
    this.#parties.set(key, party);
    return party;
  }
}
