import { NEVER } from '../model.ts';
import type { Claim, Clock, HealthStore, MaybePromise, Random } from '../ports.ts';
import {
  COOL,
  type Belief,
  type Beliefs,
  type Lease,
  type Report,
  type ReportTarget,
  type ScopeBelief,
  type Why,
} from '../rules/belief.ts';
import { believed, byHand, reported, type Changes } from '../rules/health-verbs.ts';
import { isPristine } from '../rules/health.ts';
import { claimed, type Alive } from '../rules/lease.ts';
import { isBelow } from '../rules/scope-id.ts';
import { scopesOf } from '../rules/scope.ts';
import { moveUnopened, openHealthFile, type HealthFile } from './health-file.ts';
import { keep, listed } from './health-memory.ts';
import { isBusy, isCorrupt } from './sqlite-driver.ts';

export interface SqliteHealthOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the process that owns a lease still lives. */
  readonly alive: Alive;
  /** Told once of a damaged file that was moved aside. */
  readonly say: (line: string) => void;
}

/** Ms after which a database that stays locked is given up; `failOpen` then goes on in memory. */
const PATIENCE = 50;
/** Ms between two looks at whether the file is still the one we opened. */
const LOOK = 1_000;

interface Step<T> {
  readonly answer: T;
  readonly changes: Changes;
}

/**
 * Beliefs shared by every process of a state folder. Opened at the first verb, and again after every error.
 *
 * D1. Every verb judges the newest committed state: the snapshot is good only while `data_version` stands still.
 * D2. What changes nothing writes nothing; what does is one short transaction, judged again inside it.
 * D3. The event loop is blocked for milliseconds at most: a locked database is tried again later, then the verb rejects.
 */
export class SqliteHealth implements HealthStore {
  readonly #options: SqliteHealthOptions;
  #file: HealthFile | undefined;
  #known = new Map<string, Belief>();
  #version = -1;
  #looked = 0;

  constructor(options: SqliteHealthOptions) {
    this.#options = options;
  }

  read(scopes: readonly string[]): MaybePromise<Beliefs> {
    return this.#run(() => believed(this.#fresh(), scopes, this.#options.alive));
  }

  claim(scopes: readonly string[], lease: Lease, now: number, early = false): MaybePromise<Claim> {
    return this.#write((known) => {
      const { claim, changes } = claimed((scope) => known.get(scope), { scopes, lease, now, early }, this.#options.alive);
      return { answer: claim, changes };
    });
  }

  report(target: ReportTarget, report: Report, now: number): MaybePromise<Beliefs> {
    return this.#write((known) => {
      const changes = reported(known, target, report, now);
      const after = changes.length === 0 ? known : new Map(known);
      if (after !== known) keep(after, changes);
      return { answer: believed(after, scopesOf(target), this.#options.alive), changes };
    });
  }

  set(scope: string, rest: { readonly until: number; readonly why: Why }, now: number): MaybePromise<Belief> {
    return this.#write((known) => {
      const answer = byHand(known.get(scope), rest, now);
      return { answer, changes: [[scope, answer]] };
    });
  }

  clear(scope: string): MaybePromise<number> {
    return this.#write((known) => {
      const below = [...known].filter(([id]) => isBelow(id, scope));
      return { answer: below.filter(([, belief]) => !isPristine(belief)).length, changes: below.map(([id]) => [id, COOL]) };
    });
  }

  list(): MaybePromise<readonly ScopeBelief[]> {
    return this.#run(() => listed(this.#fresh()));
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#version = -1;
    file?.close();
  }

  #write<T>(step: (known: Map<string, Belief>) => Step<T>): MaybePromise<T> {
    return this.#run(() => {
      const now = step(this.#fresh());
      return now.changes.length === 0 ? now.answer : this.#commit(step);
    });
  }

  #commit<T>(step: (known: Map<string, Belief>) => Step<T>): T {
    const file = this.#open();
    file.exec('BEGIN IMMEDIATE');
    try {
      const { answer, changes } = step(this.#fresh(file));
      for (const [scope, belief] of changes) {
        if (belief === COOL) file.drop(scope);
        else file.put(scope, belief);
      }
      file.exec('COMMIT');
      keep(this.#known, changes);
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

  /** The newest committed beliefs. */
  #fresh(file = this.#open()): Map<string, Belief> {
    const version = file.version();
    if (version !== this.#version) {
      this.#known = file.all();
      this.#version = version;
    }
    return this.#known;
  }

  #open(): HealthFile {
    const now = this.#options.clock.mono();
    if (this.#file && now - this.#looked >= LOOK) {
      this.#looked = now;
      if (this.#file.isReplaced()) this.close();
    }
    this.#file ??= openHealthFile(this.#options.folder);
    return this.#file;
  }

  #run<T>(verb: () => T): MaybePromise<T> {
    try {
      return verb();
    } catch (error) {
      if (isBusy(error)) return this.#later(verb);
      const file = this.#file;
      this.close();
      if (!isCorrupt(error)) throw error;
      this.#moveAside(file, error);
      return verb();
    }
  }

  async #later<T>(verb: () => T): Promise<T> {
    const { clock, random } = this.#options;
    const end = clock.mono() + PATIENCE;
    for (;;) {
      await clock.sleep(2 + 6 * random(), NEVER);
      try {
        return verb();
      } catch (error) {
        if (!isBusy(error) || clock.mono() >= end) throw error;
      }
    }
  }

  #moveAside(file: HealthFile | undefined, error: unknown): void {
    const { clock, say, folder } = this.#options;
    const stamp = clock.now();
    const aside = file ? file.moveAside(stamp) : moveUnopened(error, stamp);
    if (aside) say(`the health file of ${folder} was damaged and is now ${aside}; beliefs start afresh`);
  }
}
