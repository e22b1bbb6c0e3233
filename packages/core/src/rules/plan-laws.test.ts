import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { play, worlds, type Seen } from '../testing/plan-world.ts';
import type { Belief } from './belief.ts';
import { next, type Plan, type Step } from './plan.ts';
import { rankIn } from './key-order.ts';
import { scopeOf, scopesOf } from './scope.ts';
import type { Target } from './target.ts';

const law = (holds: (seen: readonly Seen[], plan: Plan) => void): void =>
  fc.assert(
    fc.property(worlds, (world) => {
      holds(play(world), world.plan);
    }),
    { numRuns: 1500 },
  );

type Try = Extract<Step, { do: 'try' }>;
const tries = (seen: readonly Seen[]): (Seen & { readonly step: Try })[] =>
  seen.filter((one): one is Seen & { step: Try } => one.step.do === 'try');

const barsOf = (one: Target, beliefs: ReadonlyMap<string, Belief>) =>
  scopesOf(one).flatMap((scope) => {
    const belief = beliefs.get(scope);
    return belief === undefined || belief.tag === 'cool' ? [] : [belief];
  });

describe('the plan', () => {
  it('always ends, whatever fails and whatever is believed', () => {
    law((seen) => expect(seen.at(-1)?.step.do).toBe('stop'));
  });

  it('depends on nothing but what it is given', () => {
    law((seen, plan) => {
      for (const { step, past, beliefs, now, left, waited } of seen) expect(next(plan, past, beliefs, { now, left, waited })).toEqual(step);
    });
  });

  it('P1: nobody who was never tried, fits and rests nowhere is passed over for a later one', () => {
    law((seen, plan) => {
      for (const { step, past, beliefs } of tries(seen)) {
        const last = past.at(-1);
        if (past.some(({ shown }) => shown === 'hard') || last?.place === step.place || (past.length === 0 && step.place === plan.keep))
          continue;
        const barred = past.some(({ failure }) => ['bad-request', 'context-length', 'local'].includes(failure.kind));
        const failing = new Set(past.map(({ place, failure }) => scopeOf(plan.targets[place]!, failure.kind, failure.facts)));
        const rank = (place: number): number => rankIn(plan.order, place);
        const earlier = plan.targets.filter(({ place }) => rank(place) < rank(step.place));
        const passed = earlier.filter((one) => {
          const untried = past.every(({ place }) => place !== one.place);
          // What has a scope in common with a failure of this call is asked after those that have none.
          const shares = scopesOf(one).some((scope) => failing.has(scope));
          return untried && !shares && plan.fits[one.place]!.fits === 'yes' && barsOf(one, beliefs).length === 0;
        });
        if (!barred) expect(passed).toEqual([]);
      }
    });
  });

  it('P1: who is passed over for a rest is told, with the reason', () => {
    law((seen) => {
      for (const { step } of tries(seen))
        for (const { place, reason } of step.skips) expect([place === step.place, reason === '']).toEqual([false, false]);
    });
  });

  it('P8: where the conversation is to stay is asked first whenever nothing rests it and it fits, and otherwise the record says why not', () => {
    law(([first], plan) => {
      const { keep } = plan;
      if (keep === undefined || !first) return;
      const free = plan.fits[keep]!.fits === 'yes' && barsOf(plan.targets[keep]!, first.beliefs).length === 0;
      if (free) expect(first.step).toMatchObject({ do: 'try', place: keep });
      else if (first.step.do === 'try' && first.step.place !== keep && first.step.lease === 'none')
        expect(first.step.skips.map(({ place }) => place)).toContain(keep);
    });
  });

  it('P2: at most 1 + retries tries of one target, at most max_attempts in all, and pauses within bounds', () => {
    law((seen, plan) => {
      const { past } = seen.at(-1)!;
      expect(past.length).toBeLessThanOrEqual(plan.maxAttempts);
      for (const { place } of plan.targets) {
        const counted = past.filter((attempt) => attempt.place === place && attempt.failure.kind !== 'local');
        expect(counted.length).toBeLessThanOrEqual(1 + plan.retries);
      }
      for (const { step } of tries(seen)) expect(step.pause >= 0 && step.pause <= 5000).toBe(true);
    });
  });

  it('P3: a told rest is never asked before its probe is due, nor without the lease', () => {
    law((seen, plan) => {
      for (const { step, beliefs, now } of tries(seen))
        for (const belief of barsOf(plan.targets[step.place]!, beliefs)) {
          if (belief.byHand && belief.until <= now) continue;
          if (!belief.told && !belief.byHand) continue;
          expect(belief.probeAt).toBeLessThanOrEqual(now + step.pause);
          expect(step.lease).not.toBe('none');
        }
    });
  });

  it('P3: never auth, quota, access-denied or model-missing before its time, never under the lease of another', () => {
    law((seen, plan) => {
      for (const { step, beliefs, now, past } of tries(seen))
        for (const belief of barsOf(plan.targets[step.place]!, beliefs)) {
          const own = past.some(({ place, began }) => place === step.place && belief.since >= began);
          if (own || (belief.byHand && belief.until <= now)) continue;
          if (belief.tag === 'probing') expect(belief.lease.until).toBeLessThanOrEqual(now);
          if (['auth', 'quota', 'access-denied', 'model-missing'].includes(belief.why.kind))
            expect(belief.probeAt).toBeLessThanOrEqual(now + step.pause);
          expect(step.lease).not.toBe('none');
        }
    });
  });

  it('P3: a guess forbids nothing: who stops at once was not left with a guess it could have asked', () => {
    law((seen, plan) => {
      const [{ step, beliefs, now, past }] = [seen[0]!];
      if (step.do !== 'stop' || past.length > 0) return;
      for (const one of plan.targets) {
        if (plan.fits[one.place]!.fits === 'no') continue;
        const fixed = barsOf(one, beliefs).some(
          (belief) =>
            (belief.tag === 'probing' && belief.lease.until > now) ||
            (belief.probeAt > now &&
              (belief.told || belief.byHand || ['auth', 'quota', 'access-denied', 'model-missing'].includes(belief.why.kind))),
        );
        expect(fixed).toBe(true);
      }
    });
  });

  it('P4: waiting stays within patience and the time left, and is for somebody', () => {
    law((seen, plan) => {
      for (const { step, left, waited } of seen) {
        if (step.do !== 'wait') continue;
        expect(step.ms).toBeGreaterThan(0);
        expect(waited + step.ms).toBeLessThanOrEqual(plan.patience);
        expect(step.ms).toBeLessThan(left);
      }
    });
  });

  it('P5: shares never add up to more than the time, and a further attempt begins only with time left', () => {
    law((seen, plan) => {
      for (const { step, left, past } of tries(seen)) {
        expect(step.share).toBeLessThanOrEqual(Math.max(0, left - step.pause));
        if (past.length > 0) expect(left - step.pause).toBeGreaterThanOrEqual(Math.min(5000, plan.total / 4));
      }
      expect(seen[0]!.left - seen.at(-1)!.left).toBeLessThanOrEqual(plan.total + plan.patience + 250 * seen.length);
    });
  });

  it('P7: a failure that decides is named and has the kind that is told', () => {
    law((seen) => {
      const { step, past } = seen.at(-1)!;
      if (step.do === 'stop' && step.decisive !== undefined) expect(past[step.decisive]!.failure.kind).toBe(step.kind);
      if (step.do === 'stop' && past.length > 0 && step.decisive === undefined)
        expect(['resting', 'context-length', 'timeout', 'unknown']).toContain(step.kind);
    });
  });

  it('P7: context-length is told only when every target that is not dead is too small', () => {
    const DEAD = new Set<string>(['auth', 'model-missing', 'access-denied', 'quota']);
    law((seen, plan) => {
      const { step, past, beliefs, now } = seen.at(-1)!;
      if (step.do !== 'stop' || step.kind !== 'context-length') return;
      const refused = Math.max(
        0,
        ...past.map(({ place, failure }) => (failure.kind === 'context-length' ? (plan.targets[place]!.window ?? 0) : 0)),
      );
      for (const one of plan.targets) {
        const mine = past.filter(({ place }) => place === one.place).map(({ failure }) => failure.kind);
        const small = mine.includes('context-length') || plan.fits[one.place]!.fits === 'no' || (one.window ?? Infinity) <= refused;
        const dead = DEAD.has(mine.at(-1) ?? '') || barsOf(one, beliefs).some(({ why, probeAt }) => probeAt > now && DEAD.has(why.kind));
        expect(small || dead).toBe(true);
      }
    });
  });

  it('P8: the place to keep is asked first while it is usable', () => {
    law((seen, plan) => {
      const [{ step, beliefs }] = [seen[0]!];
      const kept = plan.keep === undefined ? undefined : plan.targets[plan.keep];
      if (kept === undefined || plan.fits[kept.place]!.fits !== 'yes' || barsOf(kept, beliefs).length > 0) return;
      expect(step).toMatchObject({ do: 'try', place: kept.place });
    });
  });

  it('P9: at most three takeovers, and what broke is asked once more at most', () => {
    law((seen) => {
      const { past } = seen.at(-1)!;
      expect(past.filter(({ shown }) => shown === 'hard').length).toBeLessThanOrEqual(4);
      past.forEach(({ place, shown }, at) => {
        if (shown !== 'hard') return;
        const again = past.slice(at + 1).filter((one) => one.place === place && one.failure.kind !== 'local');
        expect(again.length).toBeLessThanOrEqual(1);
      });
    });
  });

  it('P9: what broke comes after everybody who is ready', () => {
    law((seen, plan) => {
      for (const { step, past, beliefs } of tries(seen)) {
        if (!past.some(({ place, shown }) => place === step.place && shown === 'hard')) continue;
        if (past.some(({ failure }) => ['bad-request', 'context-length', 'local'].includes(failure.kind))) continue;
        for (const one of plan.targets) {
          const untried = past.every(({ place }) => place !== one.place);
          expect(untried && plan.fits[one.place]!.fits === 'yes' && barsOf(one, beliefs).length === 0).toBe(false);
        }
      }
    });
  });
});
