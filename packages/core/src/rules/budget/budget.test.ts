import { describe, expect, it } from 'vitest';
import type { RequestFacts, Target } from '../target.ts';
import { windowsOf, type Budget } from './budget.ts';
import { readBudgets, unpricedText, unpricedUnder } from './read.ts';
import { amountText, factOf, refusalText } from './refusal.ts';
import { worstOf } from './worst.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

function one(given: object): Budget {
  const { budgets, problems } = readBudgets([{ name: 'b', ...given }], 'camel');
  expect(problems).toEqual([]);
  return budgets[0]!;
}

const windows = (given: object, now: string, spender: object = {}) =>
  windowsOf([one(given)], { id: 'call-1', ...spender }, at(now)).map(({ id, renewsAt }) => [JSON.parse(id)[3], iso(renewsAt)]);

describe('the windows of a budget', () => {
  it.each<[string, object, string, string, string]>([
    ['a day in UTC', { usdPerDay: 1 }, '2026-11-20T23:59:59.999Z', '2026-11-20', '2026-11-21T00:00:00.000Z'],
    ['a day elsewhere', { usdPerDay: 1, timeZone: 'Asia/Tokyo' }, '2026-11-20T15:00:00Z', '2026-11-21', '2026-11-21T15:00:00.000Z'],
    ['a day that begins at six', { usdPerDay: 1, renewsAt: '06:00' }, '2026-11-20T05:59:00Z', '2026-11-19', '2026-11-20T06:00:00.000Z'],
    ['a day of 25 hours', { usdPerDay: 1, timeZone: 'Europe/Berlin' }, '2026-10-24T22:00:00Z', '2026-10-25', '2026-10-25T23:00:00.000Z'],
    ['a day of 23 hours', { usdPerDay: 1, timeZone: 'Europe/Berlin' }, '2026-03-28T23:00:00Z', '2026-03-29', '2026-03-29T22:00:00.000Z'],
    ['a month', { usdPerMonth: 1 }, '2026-11-20T12:00:00Z', '2026-11', '2026-12-01T00:00:00.000Z'],
  ])('%s', (_, given, now, key, renews) => expect(windows(given, now)).toEqual([[key, renews]]));

  it('of a run do not renew; a call without a run is its own', () => {
    expect(windows({ callsPerRun: 1 }, '2026-11-20T12:00:00Z', { run: 'r' })).toEqual([['r', undefined]]);
    expect(windows({ callsPerRun: 1 }, '2026-11-20T12:00:00Z')).toEqual([['call-1', undefined]]);
  });

  it('are those of the budgets that hold for the caller and the run', () => {
    const names = (caller?: string, run?: string) =>
      windowsOf(
        [one({ caller: 'ci', callsPerDay: 1 }), { ...one({ run: 'r', callsPerDay: 1 }), name: 'c' }],
        { id: '1', caller, run },
        0,
      ).map(({ budget }) => budget);
    expect(names('ci')).toEqual(['b']);
    expect(names('ci/nightly', 'r')).toEqual(['b', 'c']);
    expect(names('cinema')).toEqual([]);
    expect(names()).toEqual([]);
  });

  it('`each: caller`: every caller has its own', () => {
    const id = (caller?: string) => windowsOf([one({ each: 'caller', callsPerDay: 1 })], { id: '1', caller }, 0)[0]!.id;
    expect(new Set([id('a'), id('b'), id(), id('a')]).size).toBe(3);
  });
});

describe('budgets as people write them', () => {
  it.each<[string, unknown, string]>([
    ['no list', {}, 'expected a list of budgets'],
    ['no object', ['20 dollars'], 'expected an object such as { name, usd_per_day }'],
    ['no name', [{ usd_per_day: 1 }], 'needs a name'],
    ['no limit', [{ name: 'a' }], 'limits nothing'],
    ['a misspelt key', [{ name: 'a', usd_per_dya: 1, usd_per_day: 1 }], 'did you mean usd_per_day?'],
    ['a limit below zero', [{ name: 'a', usd_per_day: -1 }], 'at least 0'],
    ['half a call', [{ name: 'a', calls_per_day: 0.5 }], 'whole number'],
    ['a time zone that is none', [{ name: 'a', usd_per_day: 1, time_zone: 'Mars/Olympus' }], 'is no time zone'],
    ['a time that is none', [{ name: 'a', usd_per_day: 1, renews_at: '25:00' }], 'is no time of day'],
    [
      'one name twice',
      [
        { name: 'a', usd_per_day: 1 },
        { name: 'a', usd_per_day: 2 },
      ],
      'is the name of another budget too',
    ],
  ])('%s', (_, given, message) => {
    const { problems } = readBudgets(given, 'snake');
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
  });

  const target = (ref: string, price?: Target['price']): Target => ({
    place: 0,
    ref,
    entry: 'e',
    model: 'm',
    protocol: 'other',
    credential: 'c',
    account: 'a',
    group: 'm',
    ...(price && { price }),
  });

  it('a money budget names the targets whose price nobody knows, unless they are allowed', () => {
    const targets = [target('a/known', { input: 1, output: 1 }), target('b/unknown')];
    const found = unpricedUnder([one({ usdPerDay: 1 })], targets);
    expect(unpricedText(found!)).toBe(
      'budget "b" limits money, and the price of b/unknown is not known: say `unpriced: allow` to let it spend uncounted',
    );
    expect(unpricedUnder([one({ usdPerDay: 1, unpriced: 'allow' })], targets)).toBeUndefined();
    expect(unpricedUnder([one({ tokensPerDay: 1 })], targets)).toBeUndefined();
  });

  it('the most that an attempt can cost', () => {
    const facts = { tokens: 1000, maxTokens: 500 } as RequestFacts;
    const price = { input: 2, output: 10, cacheWrite: 3, longer: { above: 5000, input: 4, output: 20 } };
    expect(worstOf(target('a', price), facts, undefined)).toEqual({ usd: (1100 * 3 + 500 * 10) / 1e6, tokens: 1600, calls: 1 });
    expect(worstOf(target('a', price), { ...facts, tokens: 10_000 }, undefined).usd).toBe((11_000 * 4 + 500 * 20) / 1e6);
    expect(worstOf({ ...target('a'), maxOutput: 400 }, facts, undefined).tokens).toBe(1500);
    const { maxTokens: _, ...open } = facts;
    expect(worstOf(target('a'), open, undefined).tokens).toBe(1100 + 32_000);
    expect(worstOf(target('a'), open, 200).tokens).toBe(1300);
  });

  it('the sentence', () => {
    const fact = factOf(
      { id: 'x', budget: 'nightly', unit: 'usd', per: 'day', limit: 20, renewsAt: at('2026-11-21T00:00:00Z') },
      0.12,
      0.4812,
    );
    expect(refusalText(fact, at('2026-11-20T14:00:00Z'))).toBe(
      'budget "nightly": 0.12 USD of 20 USD a day left, this call may take up to 0.481 USD; it renews at 2026-11-21T00:00:00Z, in 10 h',
    );
    expect([amountText('usd', 0.000123), amountText('usd', 1234.5), amountText('tokens', 12_345), amountText('calls', 3)]).toEqual([
      '0.000123 USD',
      '1234.50 USD',
      '12,345 tokens',
      '3 calls',
    ]);
  });
});
