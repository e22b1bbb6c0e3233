import type { Clock } from '@holdfast/core';
import type { Redact, SessionStore } from './ports.ts';
import { attemptOf, VERSION } from './rules/rows.ts';
import type { EventRow, RunEvent } from './rules/events.ts';

export interface LogPorts {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly redact: Redact;
  /** Told of what was appended. */
  readonly wrote: (rows: readonly EventRow[]) => void;
}

interface Waiting {
  readonly events: readonly RunEvent[];
  readonly done: (events: readonly RunEvent[]) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The one way into the log of a session, for who holds its writer lock.
 * G1. Events are redacted here; callers go on with what was stored.
 * G2. What arrives while an append is under way, or in the same moment, goes in one transaction.
 * G3. The log is never read: the last seq is known.
 */
export class SessionLog {
  readonly session: string;
  /** Of the run under way. */
  run = '';
  /** Under which the reply that comes next was shown. */
  attempt: string | undefined;
  readonly #ports: LogPorts;
  #seq: number;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(session: string, seq: number, ports: LogPorts) {
    this.session = session;
    this.#seq = seq;
    this.#ports = ports;
  }

  get seq(): number {
    return this.#seq;
  }

  append(events: readonly RunEvent[]): Promise<readonly RunEvent[]> {
    const own = this.#ports.redact(events);
    return new Promise((done, failed) => {
      this.#waiting.push({ events: own, done, failed });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.flatMap(({ events }) => events));
        for (const { done, events } of batch) done(events);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#busy = false;
  }

  async #write(events: readonly RunEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { store, clock, wrote } = this.#ports;
    const { session, run, attempt } = this;
    const at = clock.now();
    const after = this.#seq;
    this.#seq = await store.append(session, after, events, { run, path: [], at, ...(attempt !== undefined && { attempt }) });
    wrote(events.map((event, i) => rowOf({ session, seq: after + i + 1, at, run }, event, attempt)));
  }
}

const rowOf = (
  { session, seq, at, run }: Pick<EventRow, 'session' | 'seq' | 'at' | 'run'>,
  event: RunEvent,
  attempt: string | undefined,
): EventRow => {
  const own = attemptOf(event, attempt);
  return { session, seq, version: VERSION, at, run, path: [], ...(own !== null && { attempt: own }), event };
};
