import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COOL, type Belief, type Report, type ReportTarget } from './belief.ts';
import { FAILURE_KINDS, type FailureKind } from './failure.ts';
import { fold, usable } from './health.ts';
import { claimed } from './lease.ts';
import { DAY, MINUTE, SECOND, restsFor } from './rest.ts';
import { scopeOf, scopesOf } from './scope.ts';

const T = 1_800_000_000_000;
const target: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const kind = fc.constantFrom<FailureKind>(...FAILURE_KINDS.filter((one) => restsFor(one)));
const anyKind = fc.constantFrom<FailureKind>(...FAILURE_KINDS);

const outcome = (kinds: fc.Arbitrary<FailureKind>): fc.Arbitrary<Report['outcome']> =>
  fc
    .record({ kind: kinds, retryAt: fc.option(fc.integer({ min: -DAY, max: 40 * DAY }), { nil: undefined }) })
    .map(({ kind: which, retryAt }) => ({
      kind: which,
      facts: retryAt === undefined ? {} : { retryAt: T + retryAt },
    }));

const report = (kinds: fc.Arbitrary<FailureKind>, began: fc.Arbitrary<number>): fc.Arbitrary<Report> =>
  fc.record({
    outcome: fc.oneof(outcome(kinds), fc.constant('ok' as const)),
    verdict: fc.constantFrom('fact' as const, 'suspect' as const, 'convict' as const),
    phase: fc.constant('end' as const),
    began,
    prompt: fc.constantFrom('p', 'q', ''),
    chance,
  });

const isFailure = (one: Report): boolean => one.outcome !== 'ok';
const untilOf = (belief: Belief): number => (belief.tag === 'cool' ? 0 : belief.until);
const probeOf = (belief: Belief): number => (belief.tag === 'cool' ? 0 : belief.probeAt);

describe('laws of the fold', () => {
  it('H1: N failures of one instant are one strike, in whatever order they are told', () => {
    fc.assert(
      fc.property(kind, fc.array(fc.record({ lag: fc.nat(2 * SECOND), chance }), { minLength: 1, maxLength: 30 }), (which, calls) => {
        const scope = scopeOf(target, which, {})!;
        let belief: Belief = COOL;
        let now = T;
        for (const call of calls) {
          now += call.lag / calls.length;
          const one: Report = { outcome: { kind: which, facts: {} }, verdict: 'fact', phase: 'end', began: T, chance: call.chance };
          belief = fold(belief, scope, one, target, now);
        }
        expect(belief.strikes).toBe(1);
        expect(belief.since).toBe(T + calls[0]!.lag / calls.length);
      }),
    );
  });

  it('H2: no interleaving of old successes shortens a rest or changes a strike', () => {
    const failures = fc.array(report(anyKind, fc.integer({ min: T - MINUTE, max: T + MINUTE })).filter(isFailure), { maxLength: 8 });
    const stale = fc.record({ at: fc.nat(8), began: fc.integer({ min: 0, max: DAY }), chance });
    fc.assert(
      fc.property(failures, fc.array(stale, { maxLength: 8 }), (told, successes) => {
        for (const scope of scopesOf(target)) {
          let plain: Belief = COOL;
          let mixed: Belief = COOL;
          told.forEach((one, i) => {
            const now = T + MINUTE + i * 10 * SECOND;
            plain = fold(plain, scope, one, target, now);
            mixed = fold(mixed, scope, one, target, now);
            for (const success of successes.filter(({ at }) => at === i)) {
              const last = mixed.tag === 'cool' && mixed.suspect ? Math.min(mixed.suspect.at, mixed.since) : mixed.since;
              const old: Report = { outcome: 'ok', verdict: 'fact', phase: 'commit', began: last - success.began, chance: success.chance };
              mixed = fold(mixed, scope, old, target, now + 1);
            }
          });
          expect(mixed).toEqual(plain);
        }
      }),
    );
  });

  it('H3: whatever fails, a shorter rest never replaces a longer one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ lag: fc.nat(5 * MINUTE), one: report(anyKind, fc.nat(10 * MINUTE)) }), { maxLength: 20 }),
        (told) => {
          for (const scope of scopesOf(target)) {
            let belief: Belief = COOL;
            let now = T;
            for (const { lag, one } of told.filter(({ one: each }) => isFailure(each))) {
              now += lag;
              const after = fold(belief, scope, { ...one, began: now - one.began }, target, now);
              expect(untilOf(after)).toBeGreaterThanOrEqual(untilOf(belief));
              expect(probeOf(after)).toBeGreaterThanOrEqual(probeOf(belief));
              expect(after.strikes).toBeLessThanOrEqual(belief.strikes + 1);
              expect(probeOf(after)).toBeLessThanOrEqual(untilOf(after));
              belief = after;
            }
          }
        },
      ),
    );
  });

  it('H5: suspicions of one prompt never cool anything, however many', () => {
    fc.assert(
      fc.property(fc.array(report(anyKind, fc.constant(T)), { maxLength: 20 }), (told) => {
        let belief: Belief = COOL;
        told.forEach((one, i) => {
          belief = fold(belief, 'endpoint:work/small', { ...one, verdict: 'suspect', prompt: 'p' }, target, T + i * SECOND);
        });
        expect(usable(belief, T + MINUTE)).toBe(true);
      }),
    );
  });

  it('H8: a rest by hand survives every report in its time', () => {
    const hand: Belief = {
      tag: 'resting',
      since: T,
      until: T + DAY,
      probeAt: T + DAY,
      told: true,
      byHand: true,
      strikes: 0,
      why: { kind: 'quota' },
    };
    fc.assert(
      fc.property(report(anyKind, fc.integer({ min: T - DAY, max: T + DAY })), fc.nat(DAY - 1), (one, later) => {
        for (const scope of scopesOf(target)) expect(fold(hand, scope, one, target, T + later)).toBe(hand);
      }),
    );
  });
});

describe('laws of the lease', () => {
  type Move =
    | { readonly do: 'claim'; readonly who: number; readonly of: readonly number[]; readonly early: boolean; readonly lag: number }
    | { readonly do: 'report'; readonly who: number; readonly one: Report; readonly lag: number };

  const lag = fc.nat(20 * SECOND);
  const who = fc.nat(3);
  const move: fc.Arbitrary<Move> = fc.oneof(
    fc.record({ do: fc.constant('claim' as const), who, of: fc.uniqueArray(fc.nat(5), { minLength: 1 }), early: fc.boolean(), lag }),
    fc.record({ do: fc.constant('report' as const), who, one: report(anyKind, fc.constant(0)), lag }),
  );

  it('H6: under any interleaving a scope has at most one live probe, on its way back no more than its seconds let in, and nobody gets some of what it claimed', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves: readonly Move[]) => {
        const scopes = scopesOf(target);
        const known = new Map<string, Belief>();
        const holders = new Map<string, { id: string; until: number }>();
        let now = T;
        for (const step of moves) {
          now += step.lag;
          const id = `call${step.who}`;
          if (step.do === 'report') {
            for (const scope of scopes) {
              const after = fold(known.get(scope) ?? COOL, scope, { ...step.one, began: now - 1, lease: id }, target, now);
              known.set(scope, after);
              if (after.tag !== 'probing') holders.delete(scope);
            }
            continue;
          }
          const asked = step.of.map((index) => scopes[index]!);
          const until = now + 30 * SECOND;
          const input = { scopes: asked, lease: { id, owner: 'o', until }, now, early: step.early };
          const { claim, changes } = claimed(
            (scope) => known.get(scope),
            input,
            () => true,
          );
          const renewed = asked.some((scope) => holders.get(scope)?.id === id);
          if (!claim.ok) expect(changes).toEqual([]);
          for (const [scope, belief] of changes) {
            // On the way back a claim takes a place, of which there are several: no lease, and nobody's alone.
            if (belief.tag === 'cool') {
              const second = Math.floor((now - belief.ramp!.from) / SECOND);
              expect(belief.ramp!.taken).toBeLessThanOrEqual(2 ** Math.max(0, second));
              known.set(scope, belief);
              continue;
            }
            const other = holders.get(scope);
            expect(other === undefined || other.id === id || other.until <= now).toBe(true);
            known.set(scope, belief);
            holders.set(scope, { id, until });
          }
          if (claim.ok && !renewed)
            for (const scope of asked) expect(usable(known.get(scope) ?? COOL, now) || holders.get(scope)?.id === id).toBe(true);
        }
      }),
    );
  });
});
