import { join } from 'node:path';
import type { Clock } from '../ports.ts';
import { identityOf, moveAside, privateFile } from './database-file.ts';
import { isBusy, isCorrupt, openDatabase, type Database } from './sqlite-driver.ts';

export interface SideDatabaseOptions<T> {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly file: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Makes what is missing, removes what is old, and prepares what is asked. */
  readonly prepare: (database: Database, now: number) => T;
  /** Told why nothing can be kept, once until it can again. */
  readonly say: (why: string) => void;
}

/** Ms for which a locked database may block the event loop. What is done without is not worth more. */
const BUSY_MS = 3;
/** Ms for which a database that failed is left alone. */
const REST = 60_000;
/** Ms between two looks at whether the file is still the one we opened. */
const LOOK = 1_000;

interface Opened<T> {
  readonly database: Database;
  readonly verbs: T;
  readonly path: string;
  readonly identity: string | undefined;
}

/**
 * A database in a state folder that holds what calls can do without: private, shared by every process, opened at the first verb.
 *
 * A damaged one is moved aside, unless another process already did, and begun afresh; one that somebody removed is opened anew. One that
 * fails otherwise is left alone for a minute.
 */
export class SideDatabase<T> {
  readonly #options: SideDatabaseOptions<T>;
  #opened: Opened<T> | undefined;
  #looked = 0;
  #goneAt = -Infinity;
  #said = false;

  constructor(options: SideDatabaseOptions<T>) {
    this.#options = options;
  }

  /** Undefined: somebody else is writing. `otherwise`: what holds while the database is gone. */
  run<R>(verb: (verbs: T) => R, otherwise?: () => R): R | undefined {
    const now = this.#options.clock.now();
    // A clock that is set back leaves it alone no longer.
    if (Math.abs(now - this.#goneAt) < REST) return otherwise?.();
    try {
      const answer = this.#mended(verb, now);
      this.#said = false;
      return answer;
    } catch (error) {
      if (isBusy(error)) return undefined;
      this.close();
      this.#goneAt = now;
      if (!this.#said) this.#options.say(error instanceof Error ? error.message : String(error));
      this.#said = true;
      return otherwise?.();
    }
  }

  close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.database.close();
  }

  #mended<R>(verb: (verbs: T) => R, now: number): R {
    const { folder, file } = this.#options;
    const path = join(folder, file);
    const identity = this.#opened?.identity ?? identityIn(path);
    try {
      return verb(this.#open(now).verbs);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.close();
      moveAside(path, identity, now);
      return verb(this.#open(now).verbs);
    }
  }

  #open(now: number): Opened<T> {
    const opened = this.#opened;
    if (opened && Math.abs(now - this.#looked) >= LOOK) {
      this.#looked = now;
      if (identityOf(opened.path) !== opened.identity) this.close();
    }
    return (this.#opened ??= this.#prepared(now));
  }

  #prepared(now: number): Opened<T> {
    const { folder, file, prepare } = this.#options;
    const path = privateFile(folder, file);
    const identity = identityOf(path);
    const database = openDatabase(path, BUSY_MS);
    try {
      database.prepare('PRAGMA journal_mode = WAL').get();
      // Nothing here is worth waiting for the disk.
      database.exec('PRAGMA synchronous = OFF');
      return { database, verbs: prepare(database, now), path, identity };
    } catch (error) {
      database.close();
      throw error;
    }
  }
}

/** The folder may be none. */
function identityIn(path: string): string | undefined {
  try {
    return identityOf(path);
  } catch {
    return undefined;
  }
}
