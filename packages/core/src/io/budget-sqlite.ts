import { NEVER } from '../model.ts';
import type { BudgetStore, Clock, MaybePromise, Random } from '../ports.ts';
import { mayHold, type Hold, type Paid, type Reserved, type Spent } from '../rules/budget/reserve.ts';
import { openBudgetFile, UnopenedBudgets, type BudgetFile } from './budget-file.ts';
import { isBusy, isCorrupt } from './sqlite-driver.ts';

export interface SqliteBudgetsOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the process that holds something still lives. */
  readonly alive: (owner: string) => boolean;
  /** Told once of a damaged file that was moved aside. */
  readonly say: (line: string) => void;
}

/** Ms for which a verb waits for a file that others write: whoever goes on without it may spend what is not there. */
const PATIENCE = 900;

type Verb<T> = (file: BudgetFile) => T;

interface Waiting {
  readonly verb: Verb<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Ms (`mono`) until which it waits. */
  readonly end: number;
}

/** Ms between two looks at whether the file is still the one we opened. */
const LOOK = 1_000;

/** What every process of a state folder has spent together. Each verb is one short transaction (B1, B2). */
export class SqliteBudgets implements BudgetStore {
  readonly #options: SqliteBudgetsOptions;
  #file: BudgetFile | undefined;
  #looked = 0;
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(options: SqliteBudgetsOptions) {
    this.#options = options;
  }

  reserve(hold: Hold, now: number): MaybePromise<Reserved> {
    return this.#run((file) => {
      const answer = mayHold(hold, ({ id }) => {
        const rows = file.held(id).filter((row) => row.call !== hold.id && this.#lives(row, now));
        return { used: file.used(id), held: rows.reduce((sum, { amount }) => sum + amount, 0) };
      });
      if (answer.ok) file.hold(hold);
      return answer;
    });
  }

  settle(id: string, paid: readonly Paid[], now: number): MaybePromise<void> {
    return this.#run((file) => {
      file.free(id);
      for (const { window, amount } of paid) if (amount > 0) file.pay(window, amount, now);
    });
  }

  list(now: number): MaybePromise<readonly Spent[]> {
    return this.#run((file) =>
      file
        .list((row) => this.#lives(row, now))
        .filter(({ used, held }) => used > 0 || held > 0)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }

  /** What still waits is done first. */
  close(): void {
    this.#closed = true;
    if (this.#waiting.length === 0) this.#shut();
  }

  #shut(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.close();
  }

  #lives({ owner, until }: { readonly owner: string; readonly until: number }, now: number): boolean {
    return until > now && this.#options.alive(owner);
  }

  /** B6. Verbs that meet a locked file are done in the order in which they came, together as soon as it is free. */
  #run<T>(verb: Verb<T>): MaybePromise<T> {
    if (this.#waiting.length > 0) return this.#wait(verb);
    try {
      return this.#whole(verb);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return this.#wait(verb);
    }
  }

  #wait<T>(verb: Verb<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = this.#options.clock.mono() + PATIENCE;
      if (this.#waiting.push({ verb, resolve: resolve as (answer: unknown) => void, reject, end }) === 1) void this.#goOn();
    });
  }

  /** At uneven moments, without blocking the event loop. */
  async #goOn(): Promise<void> {
    const { clock, random } = this.#options;
    while (this.#waiting.length > 0) {
      await clock.sleep(2 + 6 * random(), NEVER);
      const all = [...this.#waiting];
      try {
        const answers = this.#whole((file) => all.map(({ verb }) => verb(file)));
        this.#waiting.splice(0, all.length);
        all.forEach(({ resolve }, index) => resolve(answers[index]));
      } catch (error) {
        const now = clock.mono();
        const lost = isBusy(error) ? all.filter(({ end }) => end <= now) : all;
        this.#waiting = this.#waiting.filter((one) => !lost.includes(one));
        for (const { reject } of lost) reject(error);
      }
    }
    if (this.#closed) this.#shut();
  }

  /** A damaged file is moved aside, and the work done again on a new one. */
  #whole<T>(verb: Verb<T>): T {
    try {
      return this.#transaction(verb);
    } catch (error) {
      if (isBusy(error)) throw error;
      const file = this.#file;
      this.#shut();
      const cause: unknown = error instanceof UnopenedBudgets ? error.cause : error;
      if (!isCorrupt(cause)) throw error;
      this.#moveAside(error instanceof UnopenedBudgets ? error : file);
      return this.#transaction(verb);
    }
  }

  #transaction<T>(verb: Verb<T>): T {
    const file = this.#open();
    file.exec('BEGIN IMMEDIATE');
    try {
      const answer = verb(file);
      file.exec('COMMIT');
      return answer;
    } catch (error) {
      try {
        file.exec('ROLLBACK');
      } catch {
        // SQLite had rolled back by itself; the error that made it is the one to tell.
      }
      throw error;
    }
  }

  #open(): BudgetFile {
    const { clock, folder } = this.#options;
    const now = clock.mono();
    if (this.#file && now - this.#looked >= LOOK && this.#file.isReplaced()) this.#shut();
    if (now - this.#looked >= LOOK) this.#looked = now;
    this.#file ??= openBudgetFile(folder, clock.now());
    return this.#file;
  }

  #moveAside(file: { moveAside(stamp: number): string | undefined } | undefined): void {
    const { clock, folder, say } = this.#options;
    const aside = file?.moveAside(clock.now());
    if (aside) say(`the budget file of ${folder} was damaged and is now ${aside}; what was spent before is not counted any more`);
  }
}
