import type { Caller, FairJob, Line } from './fair-parts.ts';

/** Lines of one caller that are kept when empty; more are let go when another is needed. */
const KEPT = 8;

/** The line in which `job` waits. */
export function lineOf(caller: Caller, { priority, gate }: FairJob): Line {
  for (const line of caller.lines) if (line.priority === priority && line.gate === gate) return line;
  if (caller.lines.length >= KEPT) {
    for (const line of caller.lines) if (!line.head) line.gate?.lines.delete(line);
    caller.lines = caller.lines.filter(({ head }) => head !== undefined);
  }
  const line = { caller, priority, gate, head: undefined, tail: undefined, seat: undefined, rank: priority, place: -1 } as Omit<
    Line,
    'age'
  > as Line;
  line.age = { place: -1, due: 0, line };
  gate?.lines.add(line);
  caller.lines.push(line);
  return line;
}
