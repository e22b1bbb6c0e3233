import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beliefs, NOW, rest, target } from '../testing/plan-fixture.ts';
import { placeOf, returns, stays, WARM, WARM_LONG, type Kept, type ReturnToPrimary, type Staying } from './affinity.ts';
import type { Belief } from './belief.ts';
import { scopesOf } from './scope.ts';

const kept = (ago: number, warm = WARM): Kept => ({ ref: 'b/n', credential: 'b#KEY', at: NOW - ago, warm });
const cool = (since: number): Belief => ({ tag: 'cool', since, strikes: 1 });
const MINUTE = 60_000;

describe('P8: what is decided before anybody looks at the earlier targets', () => {
  it.each<[string, ReturnToPrimary, boolean, Kept, Staying | undefined]>([
    ['a tool result keeps always', 'when_cool', true, kept(9 * WARM), 'kept-tool-result'],
    ['… whatever the policy', 'next_session', true, kept(0), 'kept-tool-result'],
    ['… and for never', 'never', true, kept(0), 'kept-tool-result'],
    ['a warm cache keeps', 'when_cool', false, kept(WARM - 1), 'kept-cache'],
    ['a cold one does not', 'when_cool', false, kept(WARM), undefined],
    ['an hour with marks of an hour', 'when_cool', false, kept(WARM_LONG - 1, WARM_LONG), 'kept-cache'],
    ['and no longer', 'when_cool', false, kept(WARM_LONG, WARM_LONG), undefined],
    ['next_session keeps over a cold cache', 'next_session', false, kept(9 * WARM), 'kept-session'],
    ['next_session says why over a warm one', 'next_session', false, kept(0), 'kept-cache'],
    ['never is never', 'never', false, kept(99 * WARM_LONG), 'kept-never'],
    ['a clock set back an hour warms nothing for an hour', 'when_cool', false, kept(-WARM_LONG), undefined],
    ['a clock a little behind is no news', 'when_cool', false, kept(-1000), 'kept-cache'],
  ])('%s', (_name, policy, afterTool, known, why) => {
    expect(stays(known, { policy, afterTool, now: NOW })).toBe(why);
  });
});

describe('P8 when_cool: the earlier target cool for 60 s', () => {
  const earlier = [target(0, 'a', 'm'), target(1, 'c', 'o')];

  it.each<[string, Record<string, Belief>, Staying]>([
    ['nothing is believed', {}, 'returned'],
    ['both rest', { 'endpoint:a': rest({ until: NOW + 1 }), 'endpoint:c': rest({ until: NOW + 1 }) }, 'kept-not-cool'],
    ['one of them is cool', { 'endpoint:a': rest({ until: NOW + 1 }) }, 'returned'],
    [
      'its rest was over 59 s ago',
      { 'endpoint:a': rest({ since: 0, until: NOW - 59_000 }), 'endpoint:c': rest({ until: NOW + 1 }) },
      'kept-not-cool',
    ],
    ['60 s ago, not probed yet', { 'endpoint:a': rest({ since: 0, until: NOW - MINUTE }), 'endpoint:c': rest() }, 'returned'],
    ['cool, struck 59 s ago', { 'credential:a#KEY': cool(NOW - 59_000), 'endpoint:c': rest() }, 'kept-not-cool'],
    ['cool, struck a minute ago', { 'credential:a#KEY': cool(NOW - MINUTE), 'endpoint:c': rest() }, 'returned'],
    ['being probed', { 'endpoint:a/m': rest({ heldUntil: NOW + 9000 }), 'endpoint:c': rest() }, 'kept-not-cool'],
  ])('%s', (_name, known, why) => {
    expect(returns(earlier, beliefs(known), NOW)).toBe(why);
  });

  it('whatever rests an earlier target, at whatever scope, keeps the conversation away from it', () => {
    const scope = fc.constantFrom(...scopesOf(earlier[0]!));
    fc.assert(
      fc.property(scope, fc.integer({ min: 1, max: 9e6 }), (one, ends) => {
        expect(returns([earlier[0]!], beliefs({ [one]: rest({ since: NOW - 9e6, until: NOW + ends }) }), NOW)).toBe('kept-not-cool');
      }),
    );
  });

  it('nobody earlier that could take the request: it stays', () => {
    expect(returns([], new Map(), NOW)).toBe('kept-not-cool');
  });
});

describe('P8: the target and the key', () => {
  const chain = [target(0, 'a', 'm'), target(1, 'b', 'n'), target(2, 'b', 'n', { credential: 'b#TWO', account: 'b#TWO' })];

  it('are found again by name and key, wherever they stand now', () => {
    expect(placeOf({ ref: 'b/n', credential: 'b#TWO' }, chain)).toBe(2);
    expect(placeOf({ ref: 'b/n', credential: 'b#TWO' }, chain.toReversed())).toBe(0);
    expect(placeOf({ ref: 'b/n', credential: 'b#GONE' }, chain)).toBe(-1);
    expect(placeOf({ ref: 'x/n', credential: 'b#TWO' }, chain)).toBe(-1);
  });
});
