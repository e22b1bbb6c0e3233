import type { EventRow, RunEvent } from './events.ts';
import { branchUnknown, branchedBefore } from './outcome.ts';
import type { RunState } from './run-state.ts';
import { emptyTree, grow, keyOf, pathOf, type Tree } from './tree.ts';

/**
 * Where a conversation is branched: before item `item` of what stands in it (`itemsOf`, from 0; as many as there are: all of it), before
 * the user's message `before` (from 1, so that it can be said differently; one more than there are: all of it), or after event `seq`.
 */
export type BranchPoint = { readonly item: number } | { readonly before: number } | { readonly seq: number };

/** A row of the new session. Without `at`: when it is branched. */
export type BranchRow = Pick<EventRow, 'run' | 'path' | 'attempt' | 'event'> & { readonly at?: number };

/**
 * The beginning of a log as the log of a session of its own. `newRun` answers the new id of a run, the same for the same.
 * B1. It ends as if every run in it had been stopped there: children first, calls without a result answered so that no tool runs twice.
 * B2. What it shares with the original is ids of calls and their cost, so that totals follow by folding; it takes nothing from the
 *     original's inbox and knows none of its processes.
 * Throws a RangeError that names the points there are.
 */
export function branchRows(
  rows: readonly EventRow[],
  point: BranchPoint | undefined,
  newRun: (run: string) => string,
): readonly BranchRow[] {
  const kept = rows.slice(0, point === undefined ? rows.length : cutOf(rows, point));
  const last = kept.at(-1);
  // A run that has nothing left but its start.
  if (last?.event.type === 'run-start' && last.path.length === 0 && kept.length < rows.length) kept.pop();
  const all: readonly BranchRow[] = [...kept, ...closing(kept)];
  return all.map(({ run, path, attempt, at, event }, index) => ({
    run: newRun(run),
    path,
    ...(attempt !== undefined && { attempt: attempt.startsWith(run) ? newRun(run) + attempt.slice(run.length) : attempt }),
    // It is as new as its branching, whatever it is a copy of.
    ...(at !== undefined && index < all.length - 1 && { at }),
    event: bare(event),
  }));
}

/** Rows at which an item begins: what was said, answered, summarised, what tools gave, and children, each by its first row. */
export function itemsOf(rows: readonly EventRow[]): readonly EventRow[] {
  const children = new Set<string>();
  return rows.filter(({ path, event }) => {
    if (path.length === 0) return ITEMS.has(event.type);
    const [step = ''] = path;
    return !children.has(step) && children.add(step);
  });
}

const ITEMS: ReadonlySet<RunEvent['type']> = new Set(['input', 'model-reply', 'tool-result', 'compaction']);

const isUsers = ({ path, event }: EventRow): boolean =>
  path.length === 0 && event.type === 'input' && event.hidden !== true && event.system !== true;

function cutOf(rows: readonly EventRow[], point: BranchPoint): number {
  if ('seq' in point) return checked(point.seq, 0, rows.length, 'events');
  const items = 'item' in point ? itemsOf(rows) : rows.filter(isUsers);
  const index =
    'item' in point ? checked(point.item, 0, items.length, 'items') : checked(point.before, 1, items.length + 1, 'messages') - 1;
  const row = items[index];
  return row ? row.seq - 1 : rows.length;
}

function checked(at: number, least: number, most: number, of: string): number {
  if (Number.isInteger(at) && at >= least && at <= most) return at;
  throw new RangeError(`cannot branch at ${at}: a point from ${least} to ${most} of its ${of} is needed`);
}

/** Events that end what is still open: deepest first, so that no child outlives its parent. */
function closing(rows: readonly EventRow[]): readonly BranchRow[] {
  const tree: Tree = emptyTree();
  const runs = new Map<string, string>();
  for (const row of rows) {
    grow(tree, row);
    runs.set(keyOf(row.path), row.run);
  }
  const open = [...tree.states].filter(([key, { ended }]) => !ended && runs.has(key)).map(([key, state]) => ({ path: pathOf(key), state }));
  const deepest = open.toSorted((a, b) => b.path.length - a.path.length);
  return deepest.flatMap(({ path, state }) => ends(state).map((event) => ({ run: runs.get(keyOf(path)) ?? '', path, event })));
}

function ends(state: RunState): readonly RunEvent[] {
  const last = state.transcript.at(-1);
  const results = state.owed.map(({ call, started }) => (started ? branchUnknown(call) : branchedBefore(call)));
  const answered = results.length === 0 && last?.role === 'assistant';
  // Else it would wait for an answer that nobody takes.
  const { limit } = state;
  const declined: readonly RunEvent[] = limit && !limit.answer ? [{ type: 'answer', id: limit.id, decision: 'deny' }] : [];
  return [...results, ...declined, { type: 'run-end', why: answered ? 'done' : 'stopped' }];
}

/** Without what belongs to the original alone: its inbox, its processes. */
function bare(event: RunEvent): RunEvent {
  const copy: Record<string, unknown> = { ...event };
  delete copy['item'];
  delete copy['process'];
  return copy as unknown as RunEvent;
}

/** P2. Nothing stays nothing; a branch of a branch is counted. */
export function branchTitle(title: string): string {
  if (title === '') return '';
  const numbered = /^(.*) \(branch (\d+)\)$/s.exec(title);
  if (numbered) return `${numbered[1]} (branch ${Number(numbered[2]) + 1})`;
  return title.endsWith(' (branched)') ? title.replace(/ \(branched\)$/, ' (branch 2)') : `${title} (branched)`;
}
