import type { CallEvent, CallRecord } from '@holdfast/core/engine';
import { expect, it } from 'vitest';
import { LOG_LEVELS, type LogLevel, type Terminal } from './context.ts';
import { serveView } from './serve-view.ts';

const failure = { kind: 'overload', message: 'overloaded, says sk-secret' } as const;
const record = (id: string, outcome: CallRecord['outcome']): CallRecord => ({
  id,
  chain: 'smart',
  began: 0,
  ms: 1_500,
  outcome,
  ...(outcome === 'done' && { target: 'b/two' }),
  attempts: [],
  skips: [],
  paid: {},
  marks: [],
});

const events = (call: string, outcome: CallRecord['outcome']): readonly CallEvent[] =>
  (
    [
      { type: 'call-start', chain: 'smart', targets: ['a/one'], mode: 'stream', caller: 'ci' },
      { type: 'attempt-commit', attempt: 1, target: 'a/one', ms: 40 },
      { type: 'takeover', attempt: 1, target: 'a/one', failure, shown: 12 },
      { type: 'switch', from: 'a/one', to: 'b/two', failure },
      { type: 'call-end', record: record(call, outcome) },
    ] as const
  ).map((event) => ({ call, at: 0, ...event }) as CallEvent);

function said(level: LogLevel, all: readonly CallEvent[]): readonly string[] {
  const lines: string[] = [];
  const view = serveView({ err: (text: string) => void lines.push(text) } as Terminal, level, (text) =>
    text.replaceAll('sk-secret', '[secret]'),
  );
  for (const event of all) view.call(event);
  return lines.map((line) => line.trimEnd());
}

it('two calls at once do not mix, and no secret is said', () => {
  const [x, y] = [events('x-0123456789', 'done'), events('y-0123456789', 'done')];
  const lines = said(
    'info',
    x.flatMap((event, at) => [event, y[at]!]),
  );
  expect(lines).toEqual(
    ['x-012345', 'y-012345'].map(
      (id) =>
        `call ${id} (ci): a/one broke in mid-answer (overloaded, says [secret]); what it said stays, and is gone on with; asking b/two`,
    ),
  );
});

it('who is told what', () => {
  const count = (outcome: CallRecord['outcome']) => LOG_LEVELS.map((level) => said(level, events('x', outcome)).length);
  expect([count('done'), count('server'), count('cancelled')]).toEqual([
    [0, 0, 1, 3],
    [0, 0, 2, 3],
    [0, 0, 1, 3],
  ]);
  expect(said('info', events('x', 'server')).at(-1)).toBe('call x (ci): smart: nobody answered (server) after 1.5 s, 0 attempts');
});

it('who rests is passed over in silence; a call that nobody answered says what the last one said, or why nobody was asked', () => {
  const skips = [{ target: 'a/one', place: 0, reason: 'resting', until: 4_500, why: { kind: 'overload' } }] as const;
  const skip = { call: 'x', at: 0, type: 'skip', ...skips[0] } as CallEvent;
  const facts = { detail: 'invalid x-api-key' };
  const attempt = { attempt: 1, target: 'b/two', failure: { kind: 'auth', message: 'the key in B was refused', facts } };
  const end = (more: object) => ({ call: 'x', at: 0, type: 'call-end', record: { ...record('x', 'auth'), skips, ...more } }) as CallEvent;
  expect(said('info', [skip, end({ attempts: [attempt] })])).toEqual([
    'call x: smart: nobody answered (auth) after 1.5 s, 1 attempt: b/two: the key in B was refused ("invalid x-api-key")',
  ]);
  expect(said('info', [skip, end({})])).toEqual([
    'call x: smart: nobody answered (auth) after 1.5 s, 0 attempts: a/one passed over: overloaded, resting for another 3 s',
  ]);
  expect(said('debug', [skip])).toEqual(['call x: a/one passed over: overloaded, resting for another 4.5 s']);
});
