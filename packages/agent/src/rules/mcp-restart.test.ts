import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedAfter, restAfterStart, restartAfter, RESTARTS } from './mcp-restart.ts';

describe('restarts of a server', () => {
  it('M1: follow a death after 1, 2, 4, 8, 16 s, and then no more', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((n) => restartAfter(n, RESTARTS))).toEqual([
      { do: 'restart', ms: 1000 },
      { do: 'restart', ms: 2000 },
      { do: 'restart', ms: 4000 },
      { do: 'restart', ms: 8000 },
      { do: 'restart', ms: 16_000 },
      { do: 'down', ms: 16_000 },
      { do: 'down', ms: 16_000 },
    ]);
  });

  it.each([
    [0, 1, 'down'],
    [-1, 1000, 'restart'],
    [2, 2, 'restart'],
    [2, 3, 'down'],
  ] as const)('M1: with %d attempts, failure %d is followed by: %s', (attempts, failures, what) => {
    expect(restartAfter(failures, { ...RESTARTS, attempts }).do).toBe(what);
  });

  it.each([
    [1, 20, 0],
    [2, 20, 1000],
    [3, 20, 2000],
    [6, 20, 16_000],
    [9, 20, 16_000],
    [1, 30_000, 60_000],
    [4, 30_000, 60_000],
    [5, 1500, 8000],
  ])('M2, M3: start %d that failed after %d ms rests %d ms', (failures, took, rest) => {
    expect(restAfterStart(failures, took, RESTARTS)).toBe(rest);
  });

  it('M3: of the time turns pass, at most a third is spent waiting for a server that does not start', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1000, max: 30_000 }), { minLength: 1 }), (tries) => {
        const waited = tries.reduce((sum, took) => sum + took, 0);
        const rested = tries.reduce((sum, took, at) => sum + restAfterStart(at + 1, took, RESTARTS), 0);
        expect(waited).toBeLessThanOrEqual((waited + rested) / 3);
      }),
    );
  });

  it('M4: what stayed up for a minute is forgiven', () => {
    expect([countedAfter(4, 59_999), countedAfter(4, 60_000)]).toEqual([4, 0]);
  });
});
