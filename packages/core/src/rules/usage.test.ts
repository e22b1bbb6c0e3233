import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from './reader.ts';
import { addUsage, estimateTokens, estimateUsage, mendUsage, priceUsage } from './usage.ts';

const usage: fc.Arbitrary<Usage> = fc.record(
  { input: fc.nat(), output: fc.nat(), cacheRead: fc.nat(), cacheWrite: fc.nat(), reasoning: fc.nat(), estimated: fc.constant(true) },
  { requiredKeys: [] },
);

describe('C9: usage', () => {
  it('adds; what nobody told stays unknown; one estimate makes the sum one', () => {
    expect(addUsage({ input: 1, output: 2 }, { input: 10, reasoning: 3 })).toEqual({ input: 11, output: 2, reasoning: 3 });
    expect(addUsage({ input: 1 }, { input: 1, estimated: true })).toEqual({ input: 2, estimated: true });
  });

  it('addition knows no order and no grouping, and nothing is its zero', () => {
    fc.assert(
      fc.property(usage, usage, usage, (a, b, c) => {
        expect(addUsage(a, b)).toEqual(addUsage(b, a));
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
        expect(addUsage(a, {})).toEqual(a);
      }),
    );
  });

  it('missing usage is estimated and marked, never zero', () => {
    expect(estimateTokens('abcde')).toBe(2);
    expect(estimateUsage(50, 'abcd')).toEqual({ input: 50, output: 1, estimated: true });
    expect(mendUsage({}, 50, 'abcd')).toEqual({ input: 50, output: 1, estimated: true });
    expect(mendUsage({ input: 7, cacheRead: 5 }, 50, 'abcd')).toEqual({ input: 7, cacheRead: 5, output: 1, estimated: true });
    expect(mendUsage({ input: 7, output: 8 }, 50, 'abcd')).toEqual({ input: 7, output: 8 });
  });

  it('prices cached tokens apart, and nothing where the price is unknown', () => {
    const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
    expect(priceUsage({ input: 1e6, cacheRead: 6e5, cacheWrite: 1e5, output: 1e5 }, price)).toBeCloseTo(0.9 + 0.18 + 0.375 + 1.5);
    expect(priceUsage({ input: 1e6, cacheRead: 1e6 }, { input: 2, output: 8 })).toBeCloseTo(2);
    expect(priceUsage({ input: 1e6 }, undefined)).toBeUndefined();
  });

  it('a longer request costs its own price as a whole, from the first token above', () => {
    const price = { input: 1, output: 10, longer: { above: 1000, input: 2, output: 20, cacheRead: 0.5 } };
    expect(priceUsage({ input: 1000, output: 100 }, price)).toBeCloseTo((1000 + 1000) / 1e6, 9);
    expect(priceUsage({ input: 1001, cacheRead: 1, output: 100 }, price)).toBeCloseTo((2000 + 0.5 + 2000) / 1e6, 9);
  });
});
