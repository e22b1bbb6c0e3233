import type { EventRow, RunEvent } from '@holdfast/agent';
import { describe, expect, it } from 'vitest';
import { PlainView } from './plain-view.ts';
import { RunTotals } from './run-totals.ts';

const row = (event: object): EventRow =>
  ({ session: 's', seq: 1, version: 1, at: 0, run: 'r', path: [], event: event as RunEvent }) as EventRow;
const reply = (finish: string, blocks: readonly object[] = []): EventRow =>
  row({ type: 'model-reply', turn: 1, blocks, finish, origin: {}, usage: {}, call: 'c' });

describe('where nobody watches', () => {
  it.each([
    ['stopped', 'stopped'],
    ['out-of-turns', 'stopped: the limit of turns (max_iterations) is reached'],
    ['failed', 'failed: no reason given'],
  ])('the end: %s', (why, text) => {
    expect(new PlainView().row(row({ type: 'run-end', why }))).toEqual([{ weight: 'error', text }]);
  });

  it('a cut answer is said as loud as a failure; a whole one is not', () => {
    for (const finish of ['length', 'content-filter'])
      expect(new PlainView().row(reply(finish))).toEqual([{ weight: 'error', text: expect.stringContaining('the answer was cut') }]);
    for (const finish of ['stop', 'tool-calls', 'other']) expect(new PlainView().row(reply(finish))).toEqual([]);
  });

  it('a call from before this run keeps its arguments', () => {
    const view = new PlainView();
    view.known(reply('tool-calls', [{ type: 'tool-call', id: 'a', name: 'shell', input: '{"cmd":"ls"}' }]));
    expect(view.row(row({ type: 'tool-start', id: 'a', name: 'shell' }))).toEqual([{ weight: 'info', text: 'tool shell cmd=ls' }]);
  });

  it.each([
    [0, 'waiting for a free place in lane one to ask lab/a: nobody waits before it'],
    [3, 'waiting for a free place in lane one to ask lab/a: 3 wait already'],
  ])('a call that waits in a lane says so (%i before it)', (position, text) => {
    const event = { type: 'lane-wait', call: 'c', at: 0, attempt: 1, target: 'lab/a', lane: 'one', position } as const;
    expect(new PlainView().call(event)).toEqual([{ weight: 'info', text }]);
  });

  it('totals count the calls in which somebody was asked', () => {
    const totals = new RunTotals();
    const call = (attempts: readonly object[], paid: object = {}) => totals.add({ paid, attempts } as never);
    expect(totals.line()).toBeUndefined();
    call([]);
    expect(totals.line()).toBe('no model was asked');
    call([{}], { input: 1, output: 2 });
    expect(totals.line()).toBe('1 model call, 1 token in, 2 out');
    call([{}, {}], { input: 1, output: 2 });
    expect(totals.line()).toBe('2 model calls, 2 tokens in, 4 out');
  });
});
