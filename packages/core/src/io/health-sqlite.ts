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
import { believed, byHand, movedBack, reported, type Changes } from '../rules/health-verbs.ts';
import { isPristine } from '../rules/health.ts';
import { claimed, type Alive } from '../rules/lease.ts';
import { isBelow } from '../rules/scope-id.ts';
import { bucketId, draw, type Draw, type Drawn } from '../rules/retry-bucket.ts';
import { scopesOf } from '../rules/scope.ts';
import { whenFree } from './busy.ts';
import { moveUnopened, openHealthFile, type HealthFile } from './health-file.ts';
import { listed } from './health-memory.ts';
import { HealthSnapshot } from './health-snapshot.ts';
import { isBusy, isCorrupt } from './sqlite-driver.ts';

export interface SqliteHealthOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  /** The file in it; default `health.db`. */
  readonly file?: string;
  /** How this process is named in leases. */
  readonly owner?: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the process that owns a lease still lives. */
  readonly alive: Alive;
  /** Told once of a damaged file that was moved aside. */
  readonly say: (line: string) => void;
}

/** Ms after which a claim that others were quicker than is worth another try. */
const CONTESTED = 250;
/** Ms between two looks at whether the file is still the one we opened. */
const LOOK = 1_000;

/** Tries of one change before it is dropped. */
const TRIES = 3;
/** Ms after which a row that says nothing is removed from the file. */
const FORGOTTEN = 24 * 3_600_000;

interface Step<T> {
  /** `written`: its changes are in the file. */
  readonly answer: (written: boolean) => T;
  readonly changes: Changes;
}

/**
 * Beliefs shared by every process of a state folder. Opened at the first verb, and again after every error.
 *
 * D1. Every verb judges the newest committed state: the snapshot is good only while `data_version` stands still.
 * D2. What changes nothing writes nothing; what does is written over the very rows it was judged by, or judged again: three tries, then it
 *     is dropped, counted and said.
 * D3. The event loop is blocked for milliseconds at most: a locked database is tried again later, then the verb rejects.
 */
export class SqliteHealth implements HealthStore {
  readonly owner?: string;
  readonly #options: SqliteHealthOptions;
  #file: HealthFile | undefined;
  #snapshot: HealthSnapshot | undefined;
  #looked = 0;
  #dropped = 0;

  constructor(options: SqliteHealthOptions) {
    this.#options = options;
    if (options.owner !== undefined) this.owner = options.owner;
  }

  read(scopes: readonly string[], now?: number): MaybePromise<Beliefs> {
    return this.#run(() => {
      const snapshot = this.#open();
      const known = snapshot.of(scopes);
      const found = believed(known, scopes, this.#options.alive);
      const moved = now === undefined || found.size === 0 ? [] : movedBack(found, now);
      if (moved.length === 0) return found;
      // Somebody who is quicker has moved it back as well.
      snapshot.commit(moved, now!);
      return believed(known, scopes, this.#options.alive);
    });
  }

  claim(scopes: readonly string[], lease: Lease, now: number, early = false): MaybePromise<Claim> {
    return this.#write(scopes, now, (known) => {
      const { claim, changes } = claimed((scope) => known.get(scope), { scopes, lease, now, early }, this.#options.alive);
      const lost: Claim = { ok: false, until: now + CONTESTED, held: true };
      return { answer: (written) => (written ? claim : lost), changes };
    });
  }

  report(target: ReportTarget, report: Report, now: number): MaybePromise<Beliefs> {
    const scopes = scopesOf(target);
    return this.#write(scopes, now, (known) => ({
      answer: () => believed(known, scopes, this.#options.alive),
      changes: reported(known, target, report, now),
    }));
  }

  draw(endpoint: string, asked: Draw, now: number): MaybePromise<Drawn> {
    const id = bucketId(endpoint);
    return this.#run(() => {
      for (let tries = 0; tries < TRIES; tries++) {
        const snapshot = this.#open();
        const { drawn, bucket } = draw(snapshot.bucket(id), asked, now);
        if (snapshot.commit([[id, bucket]], now)) return drawn;
      }
      // Others were quicker each time: that is no evidence against the endpoint.
      return { ok: true };
    });
  }

  set(scope: string, rest: { readonly until: number; readonly why: Why }, now: number): MaybePromise<Belief> {
    return this.#write([scope], now, (known) => {
      const belief = byHand(known.get(scope), rest, now);
      return { answer: () => belief, changes: [[scope, belief]] };
    });
  }

  clear(scope: string): MaybePromise<number> {
    return this.#write(undefined, this.#options.clock.now(), (known) => {
      const below = [...known].filter(([id]) => isBelow(id, scope));
      const cleared = below.filter(([, belief]) => !isPristine(belief)).length;
      return { answer: () => cleared, changes: below.map(([id]) => [id, COOL]) };
    });
  }

  list(): MaybePromise<readonly ScopeBelief[]> {
    return this.#run(() => listed(this.#open().everything()));
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#snapshot = undefined;
    file?.close();
  }

  /** `scopes`: what the step looks at; undefined is everything. */
  #write<T>(scopes: readonly string[] | undefined, at: number, step: (known: Beliefs) => Step<T>): MaybePromise<T> {
    return this.#run(() => {
      for (let tries = 1; ; tries++) {
        const snapshot = this.#open();
        const { answer, changes } = step(scopes ? snapshot.of(scopes) : snapshot.everything());
        if (changes.length === 0 || snapshot.commit(changes, at)) return answer(true);
        if (tries < TRIES) continue;
        this.#drop();
        return answer(false);
      }
    });
  }

  #drop(): void {
    this.#dropped += 1;
    const times = this.#dropped;
    // Said once for each power of ten: it is a sign of many writers, not of a fault.
    if (/^10*$/.test(String(times)))
      this.#options.say(`health: ${times} ${times === 1 ? 'report was' : 'reports were'} dropped, others were quicker`);
  }

  #open(): HealthSnapshot {
    const now = this.#options.clock.mono();
    if (this.#file && now - this.#looked >= LOOK) {
      this.#looked = now;
      if (this.#file.isReplaced()) this.close();
    }
    if (this.#file && this.#snapshot) return this.#snapshot;
    this.#file = openHealthFile(this.#options.folder, this.#options.file);
    return (this.#snapshot = new HealthSnapshot(this.#file, this.#options.clock.now() - FORGOTTEN));
  }

  #run<T>(verb: () => T): MaybePromise<T> {
    try {
      return verb();
    } catch (error) {
      if (isBusy(error)) return whenFree(verb, this.#options);
      const file = this.#file;
      this.close();
      if (!isCorrupt(error)) throw error;
      this.#moveAside(file, error);
      return verb();
    }
  }

  #moveAside(file: HealthFile | undefined, error: unknown): void {
    const { clock, say, folder } = this.#options;
    const stamp = clock.now();
    const aside = file ? file.moveAside(stamp) : moveUnopened(error, stamp);
    if (aside) say(`the health file of ${folder} was damaged and is now ${aside}; beliefs start afresh`);
  }
}
