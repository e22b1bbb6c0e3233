import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchRows, branchTitle, itemsOf, type BranchPoint } from './branch.ts';
import type { EventRow, RunEvent, ToolCall } from './events.ts';
import { emptyTree, grow, spentIn, stateAt } from './tree.ts';

const CHILD = ['helper@c2'];
const GRANDCHILD = ['helper@c2', 'helper@g1'];
const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };

const start = (item?: RunEvent & { type: 'run-start' }): RunEvent => item ?? { type: 'run-start', agent: 'root', resumed: false };
const said = (text: string): RunEvent => ({ type: 'input', text, item: `inbox-${text}` });
const reply = (turn: number, ...calls: readonly ToolCall[]): RunEvent => ({
  type: 'model-reply',
  turn,
  blocks: [{ type: 'text', text: `answer ${turn}` }, ...calls.map((call) => ({ type: 'tool-call', ...call }) as const)],
  finish: calls.length > 0 ? 'tool-calls' : 'stop',
  origin: ORIGIN,
  usage: { input: 10, output: 1 },
  usd: 0.5,
  call: `record-${turn}`,
});
const called = (id: string, name = 'shell'): ToolCall => ({ id, name, input: '{}' });
const began = (id: string): RunEvent => ({ type: 'tool-start', id, name: 'shell', process: { pid: 7, group: 7, started: '1', boot: 'b' } });
const result = (id: string): RunEvent => ({ type: 'tool-result', id, name: 'shell', output: `of ${id}`, failed: false, how: 'done' });
const end: RunEvent = { type: 'run-end', why: 'done' };

/** Two turns of a root; in the first it runs a tool beside a child that has a child. */
const STORY: readonly (readonly [readonly string[], RunEvent])[] = [
  [[], start()],
  [[], said('one')],
  [[], reply(1, called('c1'), called('c2', 'transfer_task'))],
  [[], began('c1')],
  [[], began('c2')],
  [CHILD, start()],
  [CHILD, said('task')],
  [[], result('c1')],
  [CHILD, reply(1, called('g1', 'transfer_task'))],
  [CHILD, began('g1')],
  [GRANDCHILD, start()],
  [GRANDCHILD, reply(1)],
  [GRANDCHILD, end],
  [CHILD, result('g1')],
  [CHILD, reply(2)],
  [CHILD, end],
  [[], result('c2')],
  [[], { type: 'question', id: 'limit:1', about: 'limit', limit: 'iterations', reached: 1, reason: 'r' }],
  [[], { type: 'answer', id: 'limit:1', decision: 'allow', item: 'i9' }],
  [[], reply(2)],
  [[], end],
  [[], start()],
  [[], said('two')],
  [[], { type: 'attempt-withdrawn', turn: 3, attempt: 1, target: 'p/m', kind: 'server', message: 'x' }],
  [[], reply(3)],
  [[], end],
];
const ROWS: readonly EventRow[] = STORY.map(([path, event], index) => ({
  session: 's',
  seq: index + 1,
  version: 2,
  at: 1000 + index,
  run: path.length === 0 ? (index < 21 ? 'run-1' : 'run-2') : `run-${path.length}-child`,
  path,
  ...(event.type === 'model-reply' && { attempt: `run-1:${event.turn}.1` }),
  event,
}));

const branch = (point?: BranchPoint) => branchRows(ROWS, point, (run) => `new-${run}`);
const treeOf = (rows: readonly Pick<EventRow, 'path' | 'event'>[]) => {
  const tree = emptyTree();
  for (const row of rows) grow(tree, row);
  return tree;
};

describe('where a conversation is branched', () => {
  it('P1: before the first or past the last point is an error that names the points; the length itself is all of it', () => {
    const count = itemsOf(ROWS).length;
    expect(count).toBe(8);
    for (const point of [{ item: -1 }, { item: count + 1 }, { item: 1.5 }, { before: 0 }, { before: 4 }, { seq: -1 }, { seq: 27 }])
      expect(() => branch(point)).toThrow(RangeError);
    expect(() => branch({ item: 9 })).toThrow('cannot branch at 9: a point from 0 to 8 of its items');
    for (const all of [{ item: count }, { before: 3 }, { seq: 26 }, undefined])
      expect(branch(all).map(({ event }) => event.type)).toEqual(ROWS.map(({ event }) => event.type));
    expect(branch({ item: 0 })).toEqual([]);
  });

  it('P1: a prefix is copied with new ids, nothing of the original’s inbox and processes, and its children', () => {
    const rows = branch({ before: 2 });
    expect(rows).toHaveLength(21);
    expect(new Set(rows.map(({ run }) => run))).toEqual(new Set(['new-run-1', 'new-run-1-child', 'new-run-2-child']));
    expect(rows.find(({ event }) => event.type === 'model-reply')?.attempt).toBe('new-run-1:1.1');
    expect(JSON.stringify(rows)).not.toMatch(/inbox-|"item"|"process"/);
    expect(rows.filter(({ path }) => path.length > 0)).toHaveLength(10);
    expect(stateAt(treeOf(rows), []).ended?.why).toBe('done');
    expect(rows.map(({ at }) => at)).toEqual([...ROWS.slice(0, 20).map(({ at }) => at), undefined]);
    expect(ROWS[1]?.event).toHaveProperty('item', 'inbox-one');
  });

  it('P2: titles', () => {
    expect(['', 'X', 'X (branched)', 'X (branch 2)', 'X (branch 9)', 'a\nb'].map(branchTitle)).toEqual([
      '',
      'X (branched)',
      'X (branch 2)',
      'X (branch 3)',
      'X (branch 10)',
      'a\nb (branched)',
    ]);
  });
});

describe('what a branch ends in', () => {
  it('B1: a call that waited is refused, one that ran is unknown, and children end before their parents', () => {
    const rows = branch({ seq: 11 });
    const added = rows.slice(11);
    expect(added.map(({ path, event }) => [path.length, event.type === 'run-end' ? event.why : event.type])).toEqual([
      [2, 'stopped'],
      [1, 'tool-result'],
      [1, 'stopped'],
      [0, 'tool-result'],
      [0, 'stopped'],
    ]);
    expect(added[3]?.event).toMatchObject({ id: 'c2', how: 'unknown', failed: true });
    expect(branch({ seq: 3 }).slice(3)).toMatchObject([
      { event: { id: 'c1', how: 'refused' } },
      { event: { id: 'c2', how: 'refused' } },
      { event: { why: 'stopped' } },
    ]);
  });

  it('a run of which only the start is left is left out', () => {
    expect(branch({ item: 6 }).at(-1)?.event).toEqual(end);
    expect(branch({ item: 6 })).toHaveLength(21);
  });

  it('B1, B2: at every point every run is over, no call and no question waits, what stood there still does, and the cost is that of the rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ROWS.length }), (seq) => {
        const rows = branch({ seq });
        const tree = treeOf(rows);
        for (const state of tree.states.values()) expect([state.owed, state.ended === undefined]).toEqual([[], false]);
        const [before, after] = [stateAt(treeOf(ROWS.slice(0, seq)), []), stateAt(tree, [])];
        expect(after.transcript.slice(0, before.transcript.length)).toEqual(before.transcript);
        expect(spentIn(tree)).toEqual(spentIn(treeOf(ROWS.slice(0, seq))));
        expect(tree.open.size).toBe(0);
        expect(after.transcript.filter(({ role }) => role === 'tool').length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 60 },
    );
  });
});
