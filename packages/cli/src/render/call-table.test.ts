import type { StoredCall } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { callPage } from './call-table.ts';

describe('one call for people', () => {
  it('a model with two keys that is passed over for one reason is one line', () => {
    const skip = { target: 'a/b', reason: 'resting', until: 20_000, why: { kind: 'overload' as const, endpoint: 'a' } };
    const skips = [
      { ...skip, place: 0 },
      { ...skip, place: 1 },
      { ...skip, place: 2, target: 'a/c' },
    ];
    const record = { id: 'c', chain: 'smart', began: 0, ms: 5, outcome: 'resting' as const, attempts: [], skips, paid: {}, marks: [] };
    const call: StoredCall = { id: 'c', chain: 'smart', began: 0, target: 'a/b', state: 'resting', record };
    expect(callPage(call, undefined, () => '12:00:00').slice(1, 3)).toEqual([
      '  -  a/b: passed over, overloaded, resting for another 20 s (2 keys)',
      '  -  a/c: passed over, overloaded, resting for another 20 s',
    ]);
  });
});
