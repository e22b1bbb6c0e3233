import type { Ending, RunEvent } from './events.ts';
import { decode } from './rows.ts';

export type SessionStatus = 'new' | 'running' | 'unfinished' | Ending;

/** A stored body and the version it was written in. */
export interface StoredBody {
  readonly body: string;
  readonly version: number;
}

/**
 * What the last run of the root came to. `mark`: the last `run-start` or `run-end` under the path `[]`; what children do after it says
 * nothing. One that cannot be read, by its version or its damage, is `unfinished`: a list is not lost to one session.
 */
export function statusOf(mark: StoredBody | undefined, live: boolean): SessionStatus {
  if (!mark) return 'new';
  const event = readable(mark);
  if (event?.type === 'run-end') return event.why;
  return live ? 'running' : 'unfinished';
}

/** The first line of the first input, short enough for a list. */
export const titleOf = (text: string): string => {
  const line = text.trimStart().split('\n', 1)[0]?.trim() ?? '';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};

/** `named`: what it was called by somebody; `first`: the root's first input. */
export function headTitle(named: string | undefined | null, first: StoredBody | undefined): string {
  if (named) return named;
  const event = first && readable(first);
  return event?.type === 'input' ? titleOf(event.text) : '';
}

function readable({ body, version }: StoredBody): RunEvent | undefined {
  try {
    return decode(body, version);
  } catch {
    return undefined;
  }
}
