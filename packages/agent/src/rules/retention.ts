import type { EventRow } from './events.ts';
import type { SessionStatus } from './session-head.ts';
import { emptyTree, grow, stateAt } from './tree.ts';

/** What is kept of sessions; absent: all. */
export interface RetentionSpec {
  /** Ms since something last happened in a session. */
  readonly keep?: number;
  /** The newest so many. */
  readonly max?: number;
  /** K2. Of the sessions of this agent file alone: a file from elsewhere has no say in those of others. Absent: of all. */
  readonly file?: string;
}

interface Head {
  readonly id: string;
  readonly updated: number;
  readonly starred: boolean;
  readonly status: SessionStatus;
}

/**
 * K1. Starred and running sessions, and those somebody said something to that no run has taken, are never outdated. An unfinished one may
 * still wait for an answer: whether it does is asked of its rows (`awaitsAnswer`).
 * `heads`: newest first. `waiting`: sessions with something in their inbox.
 */
export function outdated<H extends Head>(
  heads: readonly H[],
  waiting: ReadonlySet<string>,
  { keep, max }: Pick<RetentionSpec, 'keep' | 'max'>,
  now: number,
): readonly H[] {
  const old = (head: H, index: number) => (keep !== undefined && head.updated < now - keep) || (max !== undefined && index >= max);
  return heads.filter((head, index) => old(head, index) && !head.starred && head.status !== 'running' && !waiting.has(head.id));
}

/** A run that did not end has put a question to the user, and nobody has answered. */
export function awaitsAnswer(rows: readonly EventRow[]): boolean {
  const tree = emptyTree();
  for (const row of rows) grow(tree, row);
  return tree.open.size > 0 && !stateAt(tree, []).ended;
}
