import type { EventRow, RunEvent } from './events.ts';
import { SessionError } from './session-error.ts';

/**
 * Bytes on disk outlive us: each stored row says which shape its body has. Version 2 added children, and events and keys of them; what
 * version 1 could say is still written as version 1 (`versionOf`). `test/corpus` holds rows as each version wrote them.
 */
export const VERSION = 2;

/** The columns of a stored row beside its session: seq, version, at, run, path, attempt, body. `path` and `body` are JSON. */
export type Columns = readonly [seq: number, version: number, at: number, run: string, path: string, attempt: string | null, body: string];

export type Body = Readonly<Record<string, unknown>>;

/** Entry n lifts a body of version n to n + 1. Entries are added, never edited. */
export type Lifts = Readonly<Record<number, (body: Body) => Body>>;

const LIFTS: Lifts = { 1: (body) => body };

export const encode = (event: RunEvent): string => JSON.stringify(event);

/** W1. What `encode` wrote, in this version or an older one, comes back; a body of a newer version is refused by name. */
export function decode(body: string, version: number, lifts: Lifts = LIFTS, current: number = VERSION): RunEvent {
  if (version > current) throw new SessionError('newer', newer(version, current));
  let event = JSON.parse(body) as Body;
  for (let v = version; v < current; v++) event = (lifts[v] as (body: Body) => Body)(event);
  return event as RunEvent;
}

const newer = (version: number, current: number) =>
  `this session was written by a newer version of holdfast (rows of version ${version}, this one reads up to ${current}): update holdfast to read it`;

export const decodeRow = (session: string, [seq, version, at, run, path, attempt, body]: Columns): EventRow => ({
  session,
  seq,
  version: VERSION,
  at,
  run,
  path: path === '[]' ? ROOT : (JSON.parse(path) as string[]),
  ...(attempt !== null && { attempt }),
  event: decode(body, version),
});

const ROOT: readonly string[] = Object.freeze([]);

/** The attempt id belongs to the reply of an append, not to what else is in the transaction. */
export const attemptOf = (event: RunEvent, attempt: string | undefined): string | null =>
  event.type === 'model-reply' ? (attempt ?? null) : null;
