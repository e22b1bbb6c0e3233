import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_KINDS, type FailureKind } from './failure.ts';
import { DAY, guessedRest, HOUR, LONGEST_TOLD, MINUTE, nextProbe, restsFor, SECOND, toldRest } from './rest.ts';

const NOW = 1_800_000_000_000;
const KINDS = FAILURE_KINDS.filter((kind) => restsFor(kind));
/** No jitter. */
const MIDDLE = 0.5;

const guessed = (kind: FailureKind, strikes: number, more: { cooldown?: number; workedAt?: number } = {}): number =>
  guessedRest({ kind, facts: {}, chance: MIDDLE, ...more }, strikes, NOW).until - NOW;

describe('guessed rests', () => {
  it.each<[FailureKind, number, number, number]>([
    ['rate-limit', 60 * SECOND, 120 * SECOND, 10 * MINUTE],
    ['quota', 30 * MINUTE, HOUR, DAY],
    ['overload', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
    ['server', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
    ['network', 10 * SECOND, 20 * SECOND, 5 * MINUTE],
    ['timeout', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
    ['auth', HOUR, 2 * HOUR, DAY],
    ['access-denied', 5 * MINUTE, 10 * MINUTE, HOUR],
    ['model-missing', HOUR, 2 * HOUR, DAY],
    ['empty', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
    ['truncated', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
    ['malformed', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
    ['unknown', 20 * SECOND, 40 * SECOND, 5 * MINUTE],
  ])('H3: %s rests %d ms, then %d, at most %d', (kind, first, second, most) => {
    expect([guessed(kind, 1), guessed(kind, 2), guessed(kind, 60)]).toEqual([first, second, most]);
  });

  it('H3: a cooldown is the base of what a tier may set, and the cap goes with it', () => {
    expect([guessed('overload', 1, { cooldown: MINUTE }), guessed('overload', 60, { cooldown: MINUTE })]).toEqual([MINUTE, 15 * MINUTE]);
    expect(guessed('rate-limit', 1, { cooldown: 5 * SECOND })).toBe(5 * SECOND);
    for (const kind of ['quota', 'auth', 'access-denied', 'model-missing', 'unknown'] as const)
      expect(guessed(kind, 1, { cooldown: SECOND })).toBe(guessed(kind, 1));
    expect(guessed('overload', 1, { cooldown: 0 })).toBe(1);
  });

  it('a key that worked within a day is rested shortly first', () => {
    const worked = [1, 2, 3, 4, 60].map((strikes) => guessed('auth', strikes, { workedAt: NOW - 23 * HOUR }));
    expect(worked).toEqual([60 * SECOND, 5 * MINUTE, HOUR, 2 * HOUR, DAY]);
    expect(guessed('auth', 1, { workedAt: NOW - 25 * HOUR })).toBe(HOUR);
    expect(guessed('overload', 1, { workedAt: NOW })).toBe(20 * SECOND);
  });

  it('H3: jitter is at most 20 % either way, and a rest is never over when it begins', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.integer({ min: 1, max: 90 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kind, strikes, chance) => {
          const { until, probeAt, told } = guessedRest({ kind, facts: {}, chance }, strikes, NOW);
          const middle = guessed(kind, strikes);
          expect(Math.abs(until - NOW - middle)).toBeLessThanOrEqual(middle * 0.2 + 1);
          expect([probeAt, told, until > NOW]).toEqual([until, false, true]);
        },
      ),
    );
  });
});

describe('told rests', () => {
  const told = (kind: FailureKind, retryAt: number, chance = 0): { until: number; probeAt: number } | undefined => {
    const rest = toldRest({ kind, facts: { retryAt }, chance }, NOW);
    return rest && { until: rest.until - NOW, probeAt: rest.probeAt - NOW };
  };

  it('H3: the hint itself, and up to a tenth more, at most 5 s', () => {
    expect(told('overload', NOW + 10 * SECOND)).toEqual({ until: 10 * SECOND, probeAt: 10 * SECOND });
    expect(told('overload', NOW + 10 * SECOND, 1)).toEqual({ until: 11 * SECOND, probeAt: 11 * SECOND });
    expect(told('overload', NOW + 2 * MINUTE, 1)).toEqual({ until: 125 * SECOND, probeAt: 125 * SECOND });
  });

  it('a past hint, and one on a kind that rests nothing, are none', () => {
    expect(told('overload', NOW)).toBeUndefined();
    expect(told('overload', Number.NaN)).toBeUndefined();
    expect(told('bad-request', NOW + HOUR)).toBeUndefined();
  });

  it('a long hint is kept, and probed at the cap of its kind', () => {
    expect(told('rate-limit', NOW + 10 * MINUTE)).toEqual({ until: 10 * MINUTE, probeAt: 10 * MINUTE });
    expect(told('rate-limit', NOW + HOUR)).toEqual({ until: HOUR, probeAt: 10 * MINUTE });
    expect(told('quota', NOW + 7 * DAY)).toEqual({ until: 7 * DAY, probeAt: DAY });
    expect(told('quota', NOW + 90 * DAY)).toEqual({ until: 31 * DAY, probeAt: DAY });
    expect(told('overload', NOW + DAY)).toEqual({ until: DAY, probeAt: 5 * MINUTE });
  });

  it('the next probe of a long hint comes after twice the distance; of a quota after a day', () => {
    expect(nextProbe('rate-limit', { since: NOW - 10 * MINUTE, probeAt: NOW }, NOW)).toBe(NOW + 20 * MINUTE);
    expect(nextProbe('rate-limit', { since: NOW - 20 * MINUTE, probeAt: NOW }, NOW)).toBe(NOW + 40 * MINUTE);
    expect(nextProbe('quota', { since: NOW - DAY, probeAt: NOW }, NOW)).toBe(NOW + DAY);
  });

  it('never shorter than the hint, never over its bound', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.integer({ min: 1, max: 400 * DAY }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kind, ms, chance) => {
          const rest = toldRest({ kind, facts: { retryAt: NOW + ms }, chance }, NOW)!;
          expect(rest.until - NOW).toBeGreaterThanOrEqual(Math.min(ms, LONGEST_TOLD));
          expect(rest.until - NOW).toBeLessThanOrEqual(LONGEST_TOLD + 5 * SECOND);
          expect(rest.probeAt).toBeLessThanOrEqual(rest.until);
          expect(rest.probeAt).toBeGreaterThan(NOW);
        },
      ),
    );
  });
});
