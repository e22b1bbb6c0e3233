import { describe, expect, it } from 'vitest';
import type { Clock } from '@holdfast/core';
import type { ToolContext } from '../ports.ts';
import { Calls } from './calls.ts';
import type { CallOutcome, Connection } from './connection.ts';
import type { Server } from './server.ts';

const NEVER = new AbortController().signal;
const clock = { after: () => () => {} } as unknown as Clock;
const answered = (text: string): CallOutcome => ({ is: 'answered', result: { content: [{ type: 'text', text }] } });
const lost: CallOutcome = { is: 'lost', message: 'mcp "x" ended' };

function scene(...outcomes: CallOutcome[]) {
  const made: string[] = [];
  const ends: ((outcome: CallOutcome) => void)[] = [];
  const call: Connection['call'] = (tool) => {
    made.push(tool);
    const outcome = outcomes.shift();
    return outcome ? Promise.resolve(outcome) : new Promise((resolve) => ends.push(resolve));
  };
  const server = { want: async () => ({ call }) } as unknown as Server;
  return { calls: new Calls('mcp "x"', server, clock, undefined), made, ends };
}

const context = (name: string, asked: string[] = [], signal = NEVER): ToolContext => ({
  id: name,
  cwd: '/',
  signal,
  session: 's',
  agent: 'root',
  path: [],
  live: () => {},
  elicit: async ({ message }) => (asked.push(`${name}: ${message}`), { action: 'accept', content: { ok: true } }),
});

const quiet = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
const QUESTION = { message: 'Sure?', requestedSchema: { type: 'object' } };

describe('calls of one server', () => {
  it.each([
    [true, [lost, answered('second')], 'second', 2],
    [true, [lost, lost], 'mcp "x" ended', 2],
    [false, [lost], 'mcp "x" ended\nThe call may have done its work: look before you make it again.', 1],
  ] as const)('Q1: of an idempotent tool (%s) are made again once', async (idempotent, outcomes, said, times) => {
    const { calls, made } = scene(...outcomes);
    const work = calls.make({ tool: 'do', idempotent, input: {}, context: context('a') });
    expect(
      await work.then(
        ({ output }) => output,
        (error: Error) => error.message,
      ),
    ).toBe(said);
    expect(made).toHaveLength(times);
  });

  it('Q2: the newest is asked, and when it is over the one before it', async () => {
    const { calls, ends } = scene();
    const asked: string[] = [];
    const first = calls.make({ tool: 'do', idempotent: false, input: {}, context: context('first', asked) });
    await quiet();
    const second = calls.make({ tool: 'do', idempotent: false, input: {}, context: context('second', asked) });
    await quiet();
    expect(await calls.elicit(QUESTION, NEVER)).toEqual({ action: 'accept', content: { ok: true } });
    ends[1]!(answered('done'));
    await second;
    await calls.elicit(QUESTION, NEVER);
    ends[0]!(answered('done'));
    await first;
    expect(asked).toEqual(['second: Sure?', 'first: Sure?']);
  });

  it('Q2: with no call under way a server is declined, and so is a page that is none', async () => {
    const { calls, ends } = scene();
    expect(await calls.elicit(QUESTION, NEVER)).toEqual({ action: 'decline' });
    const asked: string[] = [];
    const work = calls.make({ tool: 'do', idempotent: false, input: {}, context: context('a', asked) });
    await quiet();
    expect(await calls.elicit({ mode: 'url', message: 'Look', url: 'file:///etc/passwd' }, NEVER)).toEqual({ action: 'decline' });
    expect(asked).toEqual([]);
    ends[0]!(answered('done'));
    await work;
  });

  it('a stop ends the wait with its reason', async () => {
    const { calls } = scene();
    const stop = new AbortController();
    const work = calls.make({ tool: 'do', idempotent: true, input: {}, context: context('a', [], stop.signal) });
    await quiet();
    stop.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});
