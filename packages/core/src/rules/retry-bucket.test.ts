import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, draw, slotOf, type Bucket, type Counted } from './retry-bucket.ts';

const T = 1_800_000_000_000;
const MINUTE = 60_000;

const slot = (at: number, calls: number, seen: readonly string[] = ['']): Counted => ({ at: slotOf(at), calls, seen });

/** How many of `times` draws at one moment are granted. */
function granted(
  times: number,
  calls: readonly Counted[],
  { at = T, caller, bucket }: { at?: number; caller?: string; bucket?: Bucket } = {},
): { count: number; bucket: Bucket } {
  let held = bucket;
  let count = 0;
  for (let i = 0; i < times; i++) {
    const { drawn, bucket: after } = draw(held, { calls: i === 0 ? calls : [], ...(caller !== undefined && { caller }) }, at);
    held = after;
    if (drawn.ok) count++;
  }
  return { count, bucket: held! };
}

describe('P6: the bucket of retries', () => {
  it.each([
    ['floor: three where hardly anybody calls', 0, 3],
    ['floor: 20 % of ten would be two', 10, 3],
    ['20 % of the calls', 30, 6],
    ['burst: ten at once, however many call', 10_000, 10],
  ])('%s', (_, calls, most) => {
    expect(granted(50, [slot(T, calls)]).count).toBe(most);
  });

  it('fills again by its share of a minute', () => {
    const { bucket } = granted(50, [slot(T, 30)]);
    expect(granted(50, [], { bucket, at: T + 10_000 }).count).toBe(1);
    const later = granted(50, [slot(T + 2 * MINUTE, 0)], { bucket, at: T + 2 * MINUTE });
    expect(later.count).toBe(3);
  });

  it('says when asking again makes sense', () => {
    const { bucket } = granted(3, []);
    const refused = draw(bucket, { calls: [] }, T);
    expect(refused.drawn).toEqual({ ok: false, until: T + 20_000 });
    expect(draw(refused.bucket, { calls: [] }, T + 20_000).drawn.ok).toBe(true);
  });

  it('one caller has half of it while others call, and all of it alone', () => {
    const calls = [slot(T, 50, ['ci', 'ann'])];
    const ci = granted(50, calls, { caller: 'ci' });
    expect(ci.count).toBe(5);
    expect(granted(50, [], { caller: 'ann', bucket: ci.bucket }).count).toBe(5);
    expect(granted(50, [slot(T, 50, ['ci'])], { caller: 'ci' }).count).toBe(10);
  });

  it.each(['constructor', '__proto__'])('a caller may be called %s, and has half of it like any other', (caller) => {
    expect(granted(50, [slot(T, 50, [caller, 'ann'])], { caller }).count).toBe(5);
  });

  it('a clock that was set back leaves no bucket closed for longer than a minute', () => {
    const { bucket } = granted(50, [slot(T + 60 * MINUTE, 1)], { at: T + 60 * MINUTE });
    expect(draw(bucket, { calls: [] }, T).drawn).toEqual({ ok: false, until: T + 20_000 });
  });

  it('counts calls and at most two names', () => {
    const four = ['a', 'b', 'a', 'c'].reduce(counted, slot(T, 0, []));
    expect(four).toEqual({ at: slotOf(T), calls: 4, seen: ['a', 'b'] });
  });

  it('law: over any minute no more than burst + max(3, 20 %) are granted, and nobody starves', () => {
    const step = fc.record({ after: fc.nat(5_000), calls: fc.nat(40), asks: fc.nat(6) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let bucket: Bucket | undefined;
        let now = T;
        const grants: number[] = [];
        const calls: { at: number; n: number }[] = [];
        for (const one of steps) {
          now += one.after;
          calls.push({ at: now, n: one.calls });
          for (let i = 0; i < one.asks; i++) {
            const result = draw(bucket, { calls: i === 0 ? [slot(now, one.calls)] : [] }, now);
            bucket = result.bucket;
            if (result.drawn.ok) grants.push(now);
            else expect(result.drawn.until).toBeGreaterThan(now);
          }
          const lately = (at: number): boolean => at > now - MINUTE;
          // A slot is counted while any of its ten seconds may lie within the minute.
          const known = calls.filter(({ at }) => at > now - 2 * MINUTE).reduce((sum, { n }) => sum + n, 0);
          expect(grants.filter(lately).length).toBeLessThanOrEqual(10 + Math.max(3, 0.2 * known));
          if (one.asks > 0 && grants.length === 0) throw new Error('the first retry was refused');
        }
      }),
    );
  });
});
