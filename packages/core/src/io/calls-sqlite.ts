import { openOf, type CallFilter, type CallStore, type StoredCall } from '../calls.ts';
import { NEVER } from '../model.ts';
import type { Clock } from '../ports.ts';
import type { CallRecord } from '../rules/record.ts';
import type { OpenCall } from '../sinks/sink-types.ts';
import { fileOf, openCalls, type CallsFile } from './calls-file.ts';
import type { CallRows, CallWrite } from './calls-rows.ts';
import { identityOf, moveAside } from './database-file.ts';
import { isBusy, isCorrupt } from './sqlite-driver.ts';

export interface SqliteCallsOptions {
  /** The state folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** This process, and whether the one that made a call still lives. */
  readonly owner: string;
  readonly alive: (owner: string) => boolean;
  /** Told once of a damaged file that was moved aside, and once when nothing can be kept. */
  readonly say: (line: string) => void;
  /** Ms for which records are kept; default 30 days. */
  readonly keep?: number;
  /** Ms for which messages are kept, where they are kept at all; default 7 days. */
  readonly keepPrompts?: number;
  /** Records that are kept; default 100,000. */
  readonly most?: number;
}

const DAY = 24 * 3_600_000;
/** Ms for which records are gathered before they are written in one transaction. */
const BATCH = 50;
/** Records that wait for a database that cannot be written; then the oldest is lost. */
const MOST_WAITING = 1_000;
/** Ms that a reader, or the end of a process, waits for a database that others write; and between two looks. */
const PATIENCE = 2_000;
const LOOK = 10;
/** Ms between two looks at what is too old. */
const TRIM = 3_600_000;

/**
 * Records of calls in a state folder, `calls.db`, shared by every process that uses it.
 *
 * R1. A call is written when it begins to ask and again when it is over, in batches, never while a call waits for it.
 * R2. What cannot be written now is tried again with the next batch; nothing is thrown at who made the call.
 * R3. An open record of a process that is gone is shown as lost.
 */
export class SqliteCalls implements CallStore {
  readonly #options: SqliteCallsOptions;
  readonly #waiting = new Map<string, CallWrite>();
  #opened: CallsFile | undefined;
  #stop: (() => void) | undefined;
  #trimmed = -Infinity;
  #said = false;

  constructor(options: SqliteCallsOptions) {
    this.#options = options;
  }

  opened(open: OpenCall): void {
    this.#add({ open });
  }

  closed(record: CallRecord, messages?: readonly unknown[]): void {
    this.#add({ open: this.#waiting.get(record.id)?.open ?? openOf(record), record, messages });
  }

  list(filter: CallFilter = {}): Promise<readonly StoredCall[]> {
    return this.#read((rows) => rows.list(filter, this.#options.alive));
  }

  find(id: string): Promise<readonly StoredCall[]> {
    return this.#read((rows) => rows.find(id, this.#options.alive));
  }

  messages(id: string): Promise<readonly unknown[] | undefined> {
    return this.#read((rows) => rows.messages(id));
  }

  /** Writes what waits; what cannot be written goes on waiting. */
  flush(): void {
    this.#stop?.();
    this.#stop = undefined;
    if (this.#waiting.size === 0) return;
    try {
      this.#whole((file) =>
        file.atOnce((rows) => {
          for (const call of this.#waiting.values()) rows.put(call, this.#options.owner);
          this.#trim(rows);
        }),
      );
      this.#waiting.clear();
      this.#said = false;
    } catch (error) {
      if (!isBusy(error)) this.#lost(error);
    }
  }

  /** Waits a little where others are writing: what cannot be written then is lost. */
  async close(): Promise<void> {
    await this.#whenFree(() => {
      this.flush();
      return this.#waiting.size === 0 || this.#said;
    });
    this.#shut();
  }

  #add(call: CallWrite): void {
    this.#waiting.delete(call.open.id);
    this.#waiting.set(call.open.id, call);
    if (this.#waiting.size > MOST_WAITING) this.#waiting.delete(this.#waiting.keys().next().value!);
    this.#stop ??= this.#options.clock.after(BATCH, () => {
      this.#stop = undefined;
      this.flush();
      if (this.#waiting.size > 0) this.#again();
    });
  }

  /** The database was locked or gone: not at once again, or a full disk would be asked twenty times a second. */
  #again(): void {
    this.#stop ??= this.#options.clock.after(this.#said ? 20 * BATCH : BATCH, () => {
      this.#stop = undefined;
      this.flush();
    });
  }

  #trim(rows: CallRows): void {
    const { clock, keep = 30 * DAY, keepPrompts = 7 * DAY, most = 100_000 } = this.#options;
    if (clock.mono() - this.#trimmed < TRIM) return;
    this.#trimmed = clock.mono();
    rows.trim({ since: clock.now() - keep, promptsSince: clock.now() - keepPrompts, most });
  }

  async #read<T>(verb: (rows: CallRows) => T): Promise<T> {
    const found: T[] = [];
    let why: unknown;
    await this.#whenFree(() => {
      this.flush();
      try {
        found.push(this.#whole(({ rows }) => verb(rows)));
        return true;
      } catch (error) {
        why = error;
        return !isBusy(error);
      }
    });
    if (found.length === 0) throw why;
    return found[0]!;
  }

  /** Looks again while others write, for a while, without blocking the event loop. */
  async #whenFree(done: () => boolean): Promise<void> {
    const { clock } = this.#options;
    const end = clock.mono() + PATIENCE;
    while (!done() && clock.mono() < end) await clock.sleep(LOOK, NEVER);
  }

  /** A damaged file is moved aside, and the work done again on a new one. */
  #whole<T>(work: (opened: CallsFile) => T): T {
    try {
      return work(this.#open());
    } catch (error) {
      const opened = this.#opened ?? fileOf(error);
      if (!isBusy(error)) this.#shut();
      if (!isCorrupt(error) || !opened) throw error;
      const aside = moveAside(opened.path, opened.identity, this.#options.clock.now());
      if (aside) this.#options.say(`the file of call records was damaged and is now ${aside}; records start afresh`);
      return work(this.#open());
    }
  }

  #open(): CallsFile {
    if (this.#opened && identityOf(this.#opened.path) !== this.#opened.identity) this.#shut();
    this.#opened ??= openCalls(this.#options.folder);
    return this.#opened;
  }

  #shut(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.close();
  }

  #lost(error: unknown): void {
    if (this.#said) return;
    this.#said = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.say(`records of calls cannot be kept in ${this.#options.folder} now: ${why}; calls go on`);
  }
}
