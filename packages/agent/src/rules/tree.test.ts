import { describe, expect, it } from 'vitest';
import type { Question, RunEvent } from './events.ts';
import { agentOfStep, emptyTree, grow, stepOf } from './tree.ts';

const call = (id: string) => ({ id, name: 'x', input: '{}' });
const asks = (id: string, question: Question): RunEvent => ({ type: 'question', id, reason: '', ...question });
const limit = (id: string) => asks(id, { about: 'limit', limit: 'time', reached: 1 });
const starts = (agent: string, kind?: 'transfer' | 'background'): RunEvent => ({
  type: 'run-start',
  agent,
  resumed: false,
  ...(kind && { task: { kind, call: 'c', task: '' } }),
});
const ends = (why: 'done' | 'stopped' | 'out-of-turns'): RunEvent => ({ type: 'run-end', why });
const result = (id: string): RunEvent => ({ type: 'tool-result', id, name: 'x', output: '', failed: false, how: 'done' });
const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: '' };
const reply: RunEvent = { type: 'model-reply', turn: 1, blocks: [], finish: 'stop', origin: ORIGIN, usage: {}, call: 'm' };

type Row = readonly [path: readonly string[], event: RunEvent];
function open(...rows: readonly Row[]): readonly string[] {
  const tree = emptyTree();
  for (const [path, event] of rows) grow(tree, { path, event });
  return [...tree.open.keys()];
}
const root = (event: RunEvent): Row => [[], event];
const child = (event: RunEvent): Row => [['a@c'], event];
const below = (event: RunEvent): Row => [['a@c', 'b@d'], event];

describe('Y2: a question is open', () => {
  it.each<readonly [string, readonly Row[], readonly string[]]>([
    ['until its answer', [root(limit('l')), root({ type: 'answer', id: 'l', decision: 'deny' })], []],
    ['about a limit, until the run goes on all the same', [root(limit('l')), root(starts('a')), root(reply)], []],
    ['about a call, also while the run goes on', [root(asks('q', { about: 'approval', call: call('c') })), root(reply)], ['q']],
    ['until its call has its result', [root(asks('q', { about: 'approval', call: call('c') })), root(result('c'))], []],
    ['over a stop, which is gone on with', [root(limit('l')), root(ends('stopped'))], ['l']],
    ['and over with any other end', [root(limit('l')), child(limit('m')), root(ends('out-of-turns'))], ['m']],
    [
      'until the call its path works for has a result',
      [child(starts('a', 'transfer')), child(limit('l')), below(limit('m')), root(result('c'))],
      [],
    ],
    ['but not when that call only began it', [child(starts('a', 'background')), child(limit('l')), root(result('c'))], ['l']],
    [
      'in the background, until any end, for those below too',
      [child(starts('a', 'background')), below(limit('m')), child(ends('stopped'))],
      [],
    ],
  ])('%s', (_, rows, left) => expect(open(...rows)).toEqual(left));
});

const asksApproval = (id: string, call: string): RunEvent => ({
  type: 'question',
  id,
  about: 'approval',
  reason: 'why',
  call: { id: call, name: 'write', input: '{}' },
});

describe('the tree of a session', () => {
  it('Y2: a question of a child is closed with the call the child works for, and no other', () => {
    const tree = emptyTree();
    const [own, other] = [[stepOf('helper', 'c1')], [stepOf('helper', 'c2')]];
    grow(tree, { path: own, event: asksApproval('q1', 'x') });
    grow(tree, { path: [...own, stepOf('deep', 'd')], event: asksApproval('q2', 'x') });
    grow(tree, { path: other, event: asksApproval('q3', 'x') });
    grow(tree, { path: [], event: asksApproval('q4', 'c3') });
    grow(tree, { path: [], event: result('c1') });
    expect([...tree.open.keys()]).toEqual(['q3', 'q4']);
  });

  it('Y1: whatever a call is called, its step names the agent, and two calls are two steps', () => {
    for (const call of ['c@1', 'a/b@c', '@', '%40', 'c1']) expect(agentOfStep(stepOf('a@b', call))).toBe('a@b');
    expect(new Set(['a@b', 'a/b', 'a%40b', 'a%b'].map((call) => stepOf('x', call))).size).toBe(4);
    expect(stepOf('helper', 'call_1-A.b:c')).toBe('helper@call_1-A.b:c');
  });
});
