import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Belief } from './belief.ts';
import { claimed } from './lease.ts';
import { standingOf } from './plan-standing.ts';
import { admitted, allowedShare, newRamp, RAMP_MS, rampShare, released, roomAt } from './ramp.ts';
import { scopesOf } from './scope.ts';
import { failed, plan, step, target } from '../testing/plan-fixture.ts';

const T = 1_000_000;
const alive = (): boolean => true;
const cool = (from = T): Belief => ({ tag: 'cool', since: T - 60_000, strikes: 1, ramp: newRamp(from) });
const [a, b] = [target(0, 'a', 'm'), target(1, 'b', 'n')];
const known = (belief: Belief): ReadonlyMap<string, Belief> => new Map([[scopesOf(a)[1]!, belief]]);

describe('H6: the ramp', () => {
  it.each([
    [0, 0.25],
    [9_999, 0.25],
    [10_000, 0.5],
    [20_000, 1],
    [30_000, 1],
    [-10_000, 1],
  ])('after %i ms the share of a lane is %f', (ms, share) => {
    expect(rampShare(cool(), T + ms)).toBe(share);
    expect(allowedShare(a, known(cool()), T + ms)).toBe(share);
    expect(allowedShare(b, known(cool()), T + ms)).toBe(1);
  });

  it('a lane of one lets one in from the first moment', () => {
    expect(roomAt(cool(), T, 1)).toBe(0);
    expect(
      claimed(() => cool(), { scopes: ['s'], lease: { id: 'x', owner: 'o', until: T, width: 1 }, now: T, early: false }, alive).claim,
    ).toEqual({
      ok: true,
      ramp: true,
    });
  });

  it('law: under any order of claims and ends no more are under way than the share of the lane, and no second lets in more than doubled', () => {
    const event = fc.record({ after: fc.nat(3_000), ends: fc.nat(3), asks: fc.nat(12) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.boolean(), fc.array(event, { maxLength: 20 }), (width, laned, events) => {
        let belief = cool();
        let now = T;
        let out: string[] = [];
        let n = 0;
        const seconds = new Map<number, number>();
        for (const { after, ends, asks } of events) {
          now += after;
          if (now >= T + RAMP_MS) return;
          for (const id of out.splice(0, ends)) belief = released(belief, id);
          for (let i = 0; i < asks; i++) {
            const lease = { id: `c${n++}`, owner: 'o', until: now + 1, ...(laned && { width }) };
            const { claim, changes } = claimed(() => belief, { scopes: ['s'], lease, now, early: false }, alive);
            expect(claim.ok).toBe(roomAt(belief, now, laned ? width : undefined) === 0);
            if (!claim.ok) continue;
            belief = changes[0]![1];
            out.push(lease.id);
            const second = Math.floor((now - T) / 1000);
            seconds.set(second, (seconds.get(second) ?? 0) + 1);
          }
          if (laned) expect(out.length).toBeLessThanOrEqual(Math.max(1, Math.floor(rampShare(belief, now) * width)));
        }
        if (!laned) for (const [second, count] of seconds) expect(count).toBeLessThanOrEqual(2 ** second);
      }),
    );
  });

  it('a clock that is a moment behind another process opens no second twice', () => {
    const place = { id: 'x', owner: 'o', until: T };
    let belief = cool();
    const ask = (now: number): boolean => {
      const { claim, changes } = claimed(() => belief, { scopes: ['s'], lease: place, now, early: false }, alive);
      if (claim.ok) belief = changes[0]![1];
      return claim.ok;
    };
    expect([T + 1000, T + 999, T + 1001, T + 998, T + 1002].map(ask)).toEqual([true, true, false, false, false]);
  });

  it('P1: a target without room is passed over, and waited for where there is no other', () => {
    const full: Belief = { ...cool(), ramp: admitted(newRamp(T), { id: 'x', owner: 'o', until: T }, T, alive) } as Belief;
    expect(standingOf(a, known(cool()), [], T)).toMatchObject({ tag: 'due', lease: 'due', ramps: true });
    expect(standingOf(a, known(full), [], T)).toMatchObject({ tag: 'held', from: T + 1000, ramps: true });
    expect(step(plan([a, b]), [], known(full), { now: T })).toMatchObject({
      do: 'try',
      place: 1,
      skips: [{ place: 0, reason: 'ramping' }],
    });
    expect(step(plan([a]), [], known(full), { now: T })).toMatchObject({ do: 'wait', place: 0, ms: 250 });
    expect(step(plan([a, b]), [failed(1, 'quota')], known(cool()), { now: T })).toMatchObject({ do: 'try', place: 0, lease: 'due' });
  });
});
