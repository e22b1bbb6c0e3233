import { describe, expect, it } from 'vitest';
import { confirms, doubtOf, drifted, firedLate, lagged, sleptThrough } from './machine.ts';

const T = 1_800_000_000_000;

describe('local: what speaks of this machine', () => {
  it.each([
    ['ENOTFOUND', 'name'],
    ['EAI_AGAIN', 'name'],
    ['eai_again', 'name'],
    ['CERT_HAS_EXPIRED', 'certificate'],
    ['CERT_NOT_YET_VALID', 'certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', undefined],
    ['ECONNREFUSED', undefined],
    [undefined, undefined],
  ])('%s: %s', (code, doubt) => {
    expect(doubtOf('network', code === undefined ? {} : { code })).toBe(doubt);
    expect(doubtOf('server', code === undefined ? {} : { code })).toBeUndefined();
  });

  it.each([
    ['name', 'other', 10_000, true],
    ['name', 'other', 10_001, false],
    ['name', 'host', 0, false],
    ['certificate', 'other', 600_000, true],
    ['certificate', 'other', 600_001, false],
  ] as const)('a %s failed at %s %i ms before: %s', (doubt, other, ms, blamed) => {
    expect(confirms(doubt, new Map([[other, T - ms]]), 'host', T)).toBe(blamed);
  });

  it.each([
    [5_000, 0, false],
    [5_001, 0, true],
    [-3_600_000, 10, true],
    [8 * 3_600_000, 60_000, true],
  ])('%i ms by the wall clock and %i ms in truth: slept %s', (wall, mono, slept) => {
    expect(drifted(wall, mono)).toBe(slept);
    for (const kind of ['timeout', 'network', 'truncated'] as const) expect(sleptThrough(kind, wall, mono)).toBe(slept);
    for (const kind of ['overload', 'rate-limit', 'cancelled'] as const) expect(sleptThrough(kind, wall, mono)).toBe(false);
  });

  it.each([
    [1_000, 5_000, false],
    [1_001, 5_000, true],
    [8_999, 90_000, false],
    [9_001, 90_000, true],
  ])('a limit that fires %i ms late, of %i ms: ours %s', (late, ms, ours) => {
    expect(firedLate(late, ms) !== undefined).toBe(ours);
    expect(lagged(late)).toBe(late > 1_000);
  });
});
