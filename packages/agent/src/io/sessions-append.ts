import type { Entry } from '../ports.ts';
import { attemptOf, encode } from '../rules/rows.ts';
import { itemOf } from '../rules/inbox-item.ts';
import { versionOf } from '../rules/row-version.ts';
import { deletedError, missingError, movedOn } from '../rules/session-error.ts';
import type { SessionsFile } from './sessions-file.ts';
import type { Statements } from './sessions-sql.ts';

/** The log of a database of sessions, as it is written. */
export class SessionAppends {
  readonly #file: SessionsFile;
  readonly #sql: Statements;
  /** What this process knows of the ends of logs: an append reads nothing. Another writer shows as a key that is taken. */
  readonly #last = new Map<string, number>();

  constructor(file: SessionsFile, sql: Statements) {
    this.#file = file;
    this.#sql = sql;
  }

  append(session: string, after: number, entries: readonly Entry[], at: number): Promise<number> {
    const bodies = entries.map(({ event }) => encode(event));
    return this.#file.retry(() => this.#append(session, after, entries, bodies, at));
  }

  forget(session: string): void {
    this.#last.delete(session);
  }

  #append(session: string, after: number, entries: readonly Entry[], bodies: readonly string[], at: number): number {
    const known = this.#last.get(session);
    const last = known !== undefined && known >= after ? known : this.#readLast(session, after);
    if (after !== last) return this.#repeated(session, after, bodies, last);
    const [only] = entries;
    try {
      if (entries.length === 1 && only && itemOf(only.event) === undefined) this.#insert(session, after, entries, bodies, at);
      else this.#file.transaction(() => this.#insert(session, after, entries, bodies, at));
    } catch (error) {
      if (!isTaken(error)) throw error;
      return this.#repeated(session, after, bodies, this.#readLast(session, after));
    }
    this.#last.set(session, after + entries.length);
    return after + entries.length;
  }

  #insert(session: string, after: number, entries: readonly Entry[], bodies: readonly string[], at: number): void {
    const insert = this.#sql.get('insert');
    for (const [index, entry] of entries.entries()) {
      const { event, run, path } = entry;
      const body = bodies[index] as string;
      const stamp = entry.at ?? at;
      const { changes } = insert.run(
        session,
        after + index + 1,
        versionOf(event, path),
        stamp,
        run,
        path.length === 0 ? '[]' : JSON.stringify(path),
        attemptOf(event, entry.attempt),
        event.type,
        body,
      );
      if (changes === 0) throw this.#gone(session, after);
      const item = itemOf(event);
      if (item !== undefined) this.#sql.get('consume').run(session, item);
    }
  }

  /** The same append once more is no append; anything else there means that somebody else writes. */
  #repeated(session: string, after: number, bodies: readonly string[], last: number): number {
    const there = this.#sql.get('some').all(session, after, after + bodies.length) as unknown as { body: string }[];
    if (there.length === bodies.length && there.every(({ body }, i) => body === bodies[i])) return after + bodies.length;
    throw movedOn(session, last, after);
  }

  #readLast(session: string, after: number): number {
    const { seq } = this.#sql.get('last').get(session) as { seq: number | null };
    if (seq === null && !this.#sql.get('exists').get(session)) throw this.#gone(session, after);
    this.#last.set(session, seq ?? 0);
    return seq ?? 0;
  }

  #gone(session: string, after: number): Error {
    this.#last.delete(session);
    return after > 0 ? deletedError(session) : missingError(session);
  }
}

/** A primary key or a unique index. */
const isTaken = (error: unknown) => [1555, 2067].includes((error as { errcode?: number }).errcode ?? 0);
