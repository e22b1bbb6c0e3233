import { describe, expect, it } from 'vitest';
import type { CallRecord } from './record.ts';
import { blamed, needsMending, quoted, stopMessage } from './stop-message.ts';

const NOW = 1_000_000;
const record = (what: object): CallRecord =>
  ({
    id: 'c',
    chain: 'root',
    began: NOW - 10,
    ms: 10,
    outcome: 'unknown',
    attempts: [],
    skips: [],
    paid: {},
    marks: [],
    ...what,
  }) as CallRecord;
const attempt = (target: string, place: number, kind: string, message: string, detail?: string) => ({
  attempt: 1,
  target,
  place,
  failure: { kind, message, facts: { ...(detail !== undefined && { detail }) } },
});
const rests = (target: string, place: number, kind: string, status?: number) => ({
  target,
  place,
  reason: 'resting',
  until: NOW + 90_000,
  why: { kind, ...(status !== undefined && { status }) },
});

describe('P7: one sentence', () => {
  it.each([
    ['nobody', {}, 'no model could answer'],
    [
      'what is wrong with this machine comes first',
      {
        outcome: 'local',
        attempts: [attempt('a/x', 0, 'local', 'this machine is offline: the names of two hosts could not be looked up')],
      },
      'this machine is offline: no model could answer: a/x: this machine is offline: the names of two hosts could not be looked up',
    ],
    [
      'also when it is not the network',
      { outcome: 'local', attempts: [attempt('a/x', 0, 'local', 'the proxy of this machine refused')] },
      'the proxy of this machine refused: no model could answer: a/x: the proxy of this machine refused',
    ],
    [
      'what the provider said is told',
      { attempts: [attempt('a/x', 0, 'bad-request', 'the request was not accepted', 'content\n too spicy')] },
      'no model could answer: a/x: the request was not accepted ("content too spicy")',
    ],
    [
      'but not when it says nothing more',
      { attempts: [attempt('a/x', 0, 'overload', 'overloaded', 'Overloaded')] },
      'no model could answer: a/x: overloaded',
    ],
    [
      'tries that failed alike are one, with the last words',
      { attempts: [attempt('a/x', 0, 'server', 'server error 500', 'one'), attempt('a/x', 0, 'server', 'server error 500', 'two')] },
      'no model could answer: a/x: server error 500 (2 times) ("two")',
    ],
    [
      'a rest that ends',
      { skips: [rests('a/x', 0, 'overload', 529)], retryAt: NOW + 90_000 },
      'no model could answer: a/x: resting (overloaded, 529) for 1 min 30 s; try again in 1 min 30 s',
    ],
    [
      'no waiting mends a refused key: when to try again is not told',
      { skips: [rests('a/x', 0, 'auth', 401)], retryAt: NOW + 90_000 },
      'no model could answer: a/x: resting (its key was refused, 401) for 1 min 30 s',
    ],
  ])('%s', (_what, how, message) => {
    expect(stopMessage(record(how))).toBe(message);
  });

  it('a long word of a provider is cut, never in the middle of a character', () => {
    expect(quoted('failed', `${'x'.repeat(198)}👍${'y'.repeat(50)}`)).toBe(`"${'x'.repeat(198)}…"`);
    expect(quoted('failed', undefined)).toBeUndefined();
  });
});

describe('who is to blame', () => {
  it.each([
    ['all keys refused', [attempt('a/x', 0, 'auth', '')], [rests('b/y', 1, 'model-missing')], true],
    ['one may come back', [attempt('a/x', 0, 'auth', '')], [rests('b/y', 1, 'quota')], false],
    [
      'a target that cannot take the request has no part',
      [attempt('a/x', 0, 'auth', '')],
      [{ target: 'b/y', place: 1, reason: 'no-tools' }],
      true,
    ],
    ['nobody', [], [], false],
  ])('%s', (_what, attempts, skips, mending) => {
    expect(needsMending(record({ attempts, skips }))).toBe(mending);
  });

  it('the last failure of a target counts, and one that was asked does not rest as well', () => {
    const attempts = [attempt('a/x', 0, 'server', ''), attempt('a/x', 0, 'auth', '')];
    expect(blamed(record({ attempts, skips: [rests('a/x', 0, 'server'), rests('b/y', 1, 'quota'), rests('b/y', 1, 'quota')] }))).toEqual([
      { target: 'a/x', kind: 'auth' },
      { target: 'b/y', kind: 'quota' },
    ]);
  });
});
