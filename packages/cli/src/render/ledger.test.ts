import type { EventRow, RunEvent } from '@holdfast/agent';
import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';

const row = (event: object, path: readonly string[] = []): EventRow =>
  ({ session: 's', seq: 1, version: 1, at: 0, run: 'r', path, event: event as RunEvent }) as EventRow;
const reply = (more: object) => ({
  type: 'model-reply',
  turn: 1,
  blocks: [],
  finish: 'stop',
  origin: { ref: 'east/a' },
  call: 'c',
  ...more,
});

describe('what a session has paid', () => {
  it('message by message: failed attempts, children and summaries count; what has no price is said', () => {
    const ledger = new Ledger();
    ledger.take(row({ type: 'run-start', agent: 'root', resumed: false }));
    ledger.take(row(reply({ usage: { input: 10, output: 2 }, paid: { input: 30, output: 3 }, usd: 0.02 })));
    ledger.take(row(reply({ usage: { input: 5, output: 1 }, usd: 0.01, unpriced: true }), ['helper@c1']));
    ledger.take(row({ type: 'model-failed', turn: 2, failure: {}, usage: { input: 7 } }));
    ledger.take(row({ type: 'compaction', why: 'manual', summary: '', keep: 1, usage: { input: 4, output: 4 }, usd: 0.004 }));
    ledger.take(row({ type: 'agent-switch', from: 'root', to: 'writer', how: 'handoff' }));
    ledger.take(row(reply({ usage: { input: 1, output: 1 }, usd: 0 })));
    expect(ledger.lines(10)).toEqual([
      '#  AGENT           MODEL   IN  OUT  COST',
      '1  root            east/a  30  3    $0.02',
      '2  helper          east/a  5   1    $0.01 and unpriced',
      '3  root (failed)           7   0    unpriced',
      '4  root (summary)          4   4    $0.004',
      '5  writer          east/a  1   1    $0.00',
      'session: 47 tokens in, 9 out, $0.03; 2 of 5 unpriced',
    ]);
    expect(ledger.lines(1).slice(0, 3)).toEqual(['(4 before these)', expect.stringContaining('AGENT'), expect.stringContaining('writer')]);
  });

  it('nothing yet', () => {
    expect(new Ledger().lines(5)).toEqual(['nothing was paid yet']);
  });
});
