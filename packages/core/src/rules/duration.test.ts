import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { humanDuration, parseDuration } from './duration.ts';

describe('durations as people write them', () => {
  it.each([
    ['30s', 30_000],
    ['2m30s', 150_000],
    ['1h', 3_600_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1d2h', 93_600_000],
    ['90', 90_000],
    [' 5s ', 5000],
    [60, 60_000],
    [0, 0],
    ['0s', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ms });
  });

  it.each(['', '30', 's', '5 s', '30x', '30s2m', '5s5s', '-3s', '1h 2m', '1e3s', '9'.repeat(30) + 's'].filter((text) => text !== '30'))(
    'refuses %j and says how to write it',
    (text) => {
      expect(parseDuration(text)).toEqual({ error: expect.stringMatching(/duration/) });
    },
  );

  it.each([1.5, -1, Number.NaN, Infinity, null, undefined, true, {}])('refuses %s', (value) => {
    expect(parseDuration(value)).toHaveProperty('error');
  });

  it('reads back what it adds up', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999), (d, h, m, s, ms) => {
        const total = ((d * 24 + h) * 60 + m) * 60_000 + s * 1000 + ms;
        expect(parseDuration(`${d}d${h}h${m}m${s}s${ms}ms`)).toEqual({ ms: total });
      }),
    );
  });
});

describe('durations for people', () => {
  it.each([
    [0, '0 s'],
    [300, '0.3 s'],
    [1000, '1 s'],
    [1250, '1.3 s'],
    [9960, '10 s'],
    [20_000, '20 s'],
    [59_700, '1 min'],
    [90_000, '1 min 30 s'],
    [240_000, '4 min'],
    [3_599_600, '1 h'],
    [11_400_000, '3 h 10 min'],
    [86_400_000, '1 d'],
    [14 * 86_400_000 + 3_600_000, '14 d 1 h'],
    [-5, '0 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });

  it('never shows a unit that is full', () => {
    fc.assert(
      fc.property(fc.nat(40 * 86_400_000), (ms) => {
        const shown = humanDuration(ms);
        expect(shown).not.toMatch(/\b60 (s|min)|\b24 h/);
      }),
      { numRuns: 2000 },
    );
  });
});
