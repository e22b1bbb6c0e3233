import type { Clock } from '@holdfast/core';
import type { Entry, Redact, SessionStore } from './ports.ts';
import { attemptOf, VERSION } from './rules/rows.ts';
import type { EventRow, RunEvent } from './rules/events.ts';

export interface LogPorts {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly redact: Redact;
  /** Told of what was appended. */
  readonly wrote: (rows: readonly EventRow[]) => void;
  /** Told, once, that nothing can be appended any more (G4). */
  readonly broke: () => void;
}

interface Waiting {
  readonly entries: readonly Entry[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The one way into the log of a session, for who holds its writer lock.
 * G1. Events are redacted here; callers go on with what was stored.
 * G2. What arrives while an append is under way, or in the same moment, goes in one transaction, whichever path it is of.
 * G3. The log is never read: the last seq is known.
 * G4. An append that failed may have been stored, and who made it has gone on from nothing: it is the last. Everybody who writes here ends,
 *     and what goes on later reads the log anew.
 */
export class SessionLog {
  readonly session: string;
  readonly #ports: LogPorts;
  #seq: number;
  #waiting: Waiting[] = [];
  #busy = false;
  #fault: { readonly error: unknown } | undefined;

  constructor(session: string, seq: number, ports: LogPorts) {
    this.session = session;
    this.#seq = seq;
    this.#ports = ports;
  }

  get seq(): number {
    return this.#seq;
  }

  get broken(): boolean {
    return this.#fault !== undefined;
  }

  async append(events: readonly RunEvent[], { run, path, attempt }: Omit<Entry, 'event'>): Promise<readonly RunEvent[]> {
    const own = this.#ports.redact(events);
    const entries = own.map((event) => ({ event, run, path, ...(attempt !== undefined && { attempt }) }));
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ entries, done, failed });
      if (!this.#busy) void this.#drain();
    });
    return own;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.flatMap(({ entries }) => entries));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
        this.#break(error);
      }
    }
    this.#busy = false;
  }

  #break(error: unknown): void {
    if (this.#fault) return;
    this.#fault = { error };
    this.#ports.broke();
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    if (this.#fault) throw this.#fault.error;
    const { store, clock, wrote } = this.#ports;
    const at = clock.now();
    const after = this.#seq;
    this.#seq = await store.append(this.session, after, entries, at);
    wrote(entries.map((entry, i) => rowOf(this.session, after + i + 1, at, entry)));
  }
}

function rowOf(session: string, seq: number, at: number, { event, run, path, attempt }: Entry): EventRow {
  const own = attemptOf(event, attempt);
  return { session, seq, version: VERSION, at, run, path, ...(own !== null && { attempt: own }), event };
}

/** The log as one agent path writes it. */
export class PathLog {
  readonly session: string;
  readonly path: readonly string[];
  /** Of the run under way. */
  run: string;
  /** Under which the reply that comes next was shown. */
  attempt: string | undefined;
  readonly #log: SessionLog;

  constructor(log: SessionLog, path: readonly string[], run: string) {
    this.session = log.session;
    this.path = path;
    this.run = run;
    this.#log = log;
  }

  append(events: readonly RunEvent[]): Promise<readonly RunEvent[]> {
    const { run, path, attempt } = this;
    return this.#log.append(events, { run, path, ...(attempt !== undefined && { attempt }) });
  }
}
