import { describe, expect, it } from 'vitest';
import { COOL, type Belief, type Lease, type Report, type ReportTarget } from './belief.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import { barring, fold, isPristine, usable } from './health.ts';
import { byHand } from './health-verbs.ts';
import { claimable, claimed } from './lease.ts';
import { newRamp } from './ramp.ts';
import { DAY, HOUR, MINUTE, SECOND } from './rest.ts';
import { settle } from './settle.ts';
import { scopesOf } from './scope.ts';

const T = 1_800_000_000_000;
const target: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };
const [ENDPOINT, MODEL, ACCOUNT, GROUP, KEY, KEY_MODEL] = scopesOf(target) as [string, string, string, string, string, string];

type More = Partial<Report>;
type Resting = Exclude<Belief, { tag: 'cool' }>;
const ok = (began: number, more: More = {}): Report => ({ outcome: 'ok', verdict: 'fact', phase: 'commit', began, chance: 0.5, ...more });
const failed = (kind: FailureKind, began: number, facts: FailureFacts = {}, more: More = {}): Report => ({
  outcome: { kind, facts },
  verdict: 'fact',
  phase: 'end',
  began,
  chance: 0.5,
  ...more,
});
const suspect = (began: number, prompt: string, caller?: string): Report =>
  failed('server', began, {}, { verdict: 'suspect', prompt, ...(caller === undefined ? {} : { caller }) });

const at = (belief: Belief, report: Report, now: number, scope = MODEL, of = target): Belief => fold(belief, scope, report, of, now);
const rests = (belief: Belief): Resting => {
  if (belief.tag === 'cool') throw new Error('it is cool');
  return belief;
};
const lease: Lease = { id: 'l', owner: 'o', until: T + DAY };
const probing = (belief: Belief, until = lease.until): Belief => ({ ...rests(belief), tag: 'probing', lease: { ...lease, until } });
const LEASED: More = { lease: 'l' };

/** Rests from T for 20 s. */
const OVERLOADED = at(COOL, failed('overload', T - SECOND), T);
/** Told: rests from T for an hour, probed after 10 minutes. */
const LIMITED = at(COOL, failed('rate-limit', T - 1, { retryAt: T + HOUR }, { chance: 0 }), T, GROUP);

describe('incidents and strikes', () => {
  it('a failure rests the scope it belongs to, and no other', () => {
    expect(OVERLOADED).toEqual({
      tag: 'resting',
      since: T,
      until: T + 20 * SECOND,
      probeAt: T + 20 * SECOND,
      told: false,
      byHand: false,
      strikes: 1,
      why: { kind: 'overload', endpoint: 'work' },
    });
    for (const scope of [ENDPOINT, ACCOUNT, GROUP, KEY, KEY_MODEL]) expect(at(COOL, failed('overload', T), T, scope)).toBe(COOL);
  });

  it('H1: what began before the last strike, or during the rest, is the same incident', () => {
    expect(at(OVERLOADED, failed('overload', T - 2 * SECOND), T + SECOND)).toBe(OVERLOADED);
    expect(at(OVERLOADED, failed('overload', T + 10 * SECOND), T + 30 * SECOND)).toBe(OVERLOADED);
    const next = rests(at(OVERLOADED, failed('overload', T + 20 * SECOND), T + 21 * SECOND));
    expect([next.strikes, next.since, next.until]).toEqual([2, T + 21 * SECOND, T + 61 * SECOND]);
  });

  it('H1: the same incident may lengthen the rest by its own hint, and only that', () => {
    const longer = at(OVERLOADED, failed('overload', T - SECOND, { retryAt: T + MINUTE }, { chance: 0 }), T + SECOND);
    expect(longer).toEqual({ ...OVERLOADED, until: T + MINUTE, probeAt: T + MINUTE, told: true });
    expect(at(longer, failed('overload', T - SECOND, { retryAt: T + 30 * SECOND }), T + SECOND)).toBe(longer);
    const cool = at(OVERLOADED, ok(T + 1), T + 2);
    expect(at(cool, failed('overload', T - SECOND), T + 3)).toBe(cool);
    const again = rests(at(cool, failed('overload', T - SECOND, { retryAt: T + MINUTE }, { chance: 0 }), T + 3));
    expect([again.strikes, again.since, again.until]).toEqual([1, T, T + MINUTE]);
  });

  it('H1: the hint of another call does not take the lease from the probe', () => {
    const during = at(probing(OVERLOADED), failed('overload', T - 1, { retryAt: T + HOUR }), T + 25 * SECOND);
    expect(during).toMatchObject({ tag: 'probing', lease, told: true, strikes: 1 });
  });

  it('H2: one strike is forgotten per 5 minutes without a failure; time spent resting is not such time', () => {
    const cool: Belief = { tag: 'cool', since: T, strikes: 3 };
    for (const [after, strikes] of [
      [MINUTE, 4],
      [5 * MINUTE, 3],
      [14 * MINUTE, 2],
      [HOUR, 1],
    ] as const)
      expect([after, at(cool, failed('overload', T + after), T + after)]).toMatchObject([after, { strikes }]);
    const denied = at(COOL, failed('access-denied', T), T, KEY_MODEL);
    const { until } = rests(denied);
    expect(at(denied, failed('access-denied', until), until + MINUTE, KEY_MODEL)).toMatchObject({ strikes: 2 });
  });

  it('why: kind, status, code and endpoint, never the words of a provider', () => {
    const facts = { status: 529, code: 'x'.repeat(99), detail: 'Dear Ada', type: 'overloaded_error', requestId: 'req_1' };
    expect(rests(at(COOL, failed('overload', T, facts), T)).why).toEqual({
      kind: 'overload',
      status: 529,
      code: 'x'.repeat(64),
      endpoint: 'work',
    });
  });
});

describe('successes', () => {
  it('H2: on what is pristine a success answers the very same belief', () => {
    const quiet: Belief = { tag: 'cool', since: T, strikes: 0 };
    for (const belief of [COOL, quiet]) for (const scope of scopesOf(target)) expect(at(belief, ok(T + 1), T + 2, scope)).toBe(belief);
  });

  it('H2: it ends a guessed rest and keeps the strikes, unless it began before it', () => {
    expect(at(OVERLOADED, ok(T), T + SECOND)).toBe(OVERLOADED);
    expect(at(OVERLOADED, ok(T + 1), T + SECOND)).toEqual({ tag: 'cool', since: T, strikes: 1 });
  });

  it('H2: a told rest is ended by its time, not by a success in it', () => {
    expect(at(LIMITED, ok(T + MINUTE), T + 2 * MINUTE, GROUP)).toBe(LIMITED);
    expect(at(LIMITED, ok(T + MINUTE), T + HOUR, GROUP)).toEqual({ tag: 'cool', since: T, strikes: 1 });
  });

  it('what is forgotten altogether is pristine again', () => {
    const cool: Belief = { tag: 'cool', since: T, strikes: 2 };
    expect(at(cool, ok(T + MINUTE), T + 2 * MINUTE)).toBe(cool);
    expect(at(cool, ok(T + 2 * HOUR), T + 2 * HOUR)).toBe(COOL);
    expect([isPristine(COOL), isPristine(cool), isPristine(OVERLOADED)]).toEqual([true, false, false]);
  });
});

describe('H5: suspicion', () => {
  const first = at(COOL, suspect(T, 'p', 'ann'), T);

  it('one witness cools nothing', () => {
    expect(first).toEqual({ tag: 'cool', since: 0, strikes: 0, suspect: { kind: 'server', prompt: 'p', caller: 'ann', at: T } });
    expect(usable(first, T)).toBe(true);
  });

  it.each<[string, Report, number, 'cool' | 'resting']>([
    ['another prompt of another caller', suspect(T, 'q', 'bob'), 1, 'resting'],
    ['another prompt, a caller without a name', suspect(T, 'q'), 1, 'resting'],
    ['another prompt of the same caller', suspect(T, 'q', 'ann'), 1, 'cool'],
    ['another prompt of a name that the same caller gave itself', suspect(T, 'q', 'ann/other'), 1, 'cool'],
    ['the same prompt', suspect(T, 'p', 'bob'), 1, 'cool'],
    ['a prompt that is not known', suspect(T, '', 'bob'), 1, 'cool'],
    ['another kind', { ...suspect(T, 'q', 'bob'), outcome: { kind: 'empty', facts: {} } }, 1, 'resting'],
    ['at 60 s', suspect(T, 'q', 'bob'), MINUTE, 'resting'],
    ['after 60 s', suspect(T, 'q', 'bob'), MINUTE + 1, 'cool'],
    ['a conviction', { ...suspect(T, 'p', 'ann'), verdict: 'convict' }, 1, 'resting'],
    ['a fact', failed('overload', T), 1, 'resting'],
  ])('%s', (_, second, after, tag) => expect(at(first, second, T + after).tag).toBe(tag));

  it('a success between acquits, unless it began before', () => {
    expect(at(first, ok(T + 1), T + 2)).toBe(COOL);
    expect(at(first, ok(T), T + 2)).toBe(first);
    expect(at(at(first, ok(T + 1), T + 2), suspect(T + 3, 'q', 'bob'), T + 3).tag).toBe('cool');
  });

  it('a suspicion about what rests already says nothing, and the last one is kept', () => {
    expect(at(OVERLOADED, suspect(T + 1, 'p'), T + 2)).toBe(OVERLOADED);
    expect(at(first, suspect(T, 'p', 'cat'), T + 5)).toMatchObject({ suspect: { caller: 'cat', at: T + 5 } });
  });
});

describe('H6: the probe', () => {
  const due = T + 20 * SECOND;
  const probe = probing(OVERLOADED);

  it('success cools what it was leased for, told rests too', () => {
    expect(at(probe, ok(due, LEASED), due + 1)).toEqual({ tag: 'cool', since: T, strikes: 1, ramp: newRamp(due + 1) });
    expect(at(probing(LIMITED), ok(T + 10 * MINUTE, LEASED), T + 11 * MINUTE, GROUP).tag).toBe('cool');
  });

  it('failure of the scope is one strike more, suspicion or not', () => {
    for (const report of [failed('overload', due, {}, LEASED), { ...suspect(due, 'p'), ...LEASED }])
      expect(at(probe, report, due + 1)).toMatchObject({ tag: 'resting', strikes: 2, since: due + 1, until: due + 1 + 40 * SECOND });
  });

  it.each<[FailureKind, FailureFacts, 'cool' | 'released']>([
    ['refusal', {}, 'cool'],
    ['bad-request', {}, 'cool'],
    ['context-length', {}, 'cool'],
    ['too-large', {}, 'cool'],
    ['cancelled', {}, 'released'],
    ['local', {}, 'released'],
    ['timeout', { shortened: true }, 'released'],
    ['auth', {}, 'released'],
  ])('%s %j: %s', (kind, facts, outcome) => {
    const after = at(probe, failed(kind, due, facts, LEASED), due + 1);
    if (outcome === 'cool') expect(after).toEqual({ tag: 'cool', since: T, strikes: 1, ramp: newRamp(due + 1) });
    else expect(after).toEqual({ ...OVERLOADED, until: due + 1 + 5 * SECOND, probeAt: due + 1 + 5 * SECOND });
  });

  it('a rate limit proves endpoint and key alive', () => {
    const refused = probing(at(COOL, failed('network', T), T, ENDPOINT));
    const rejected = probing(at(COOL, failed('auth', T), T, KEY));
    for (const [belief, scope] of [
      [refused, ENDPOINT],
      [rejected, KEY],
    ] as const)
      expect(at(belief, failed('rate-limit', T + HOUR, {}, LEASED), T + HOUR + 1, scope).tag).toBe('cool');
  });

  it('a long hint is probed at 10 minutes, then doubling, and stays what it is', () => {
    let belief: Belief = LIMITED;
    const asked: number[] = [];
    while (rests(belief).probeAt < rests(belief).until) {
      const now = rests(belief).probeAt;
      asked.push((now - T) / MINUTE);
      belief = at(probing(belief), failed('rate-limit', now, {}, LEASED), now, GROUP);
    }
    expect(asked).toEqual([10, 30]);
    expect(rests(belief)).toMatchObject({ until: T + HOUR, told: true, strikes: 3, tag: 'resting' });
  });

  it('a quota is probed daily', () => {
    let belief = at(COOL, failed('quota', T, { retryAt: T + 4 * DAY }, { chance: 0 }), T, ACCOUNT);
    for (const day of [1, 2, 3]) {
      expect(rests(belief).probeAt).toBe(T + day * DAY);
      belief = at(
        probing(belief),
        failed('quota', T + day * DAY, { retryAt: T + 4 * DAY }, { ...LEASED, chance: 0 }),
        T + day * DAY,
        ACCOUNT,
      );
    }
    expect(rests(belief)).toMatchObject({ until: T + 4 * DAY, probeAt: T + 4 * DAY });
  });

  it('a shorter guess of an early probe does not shorten the rest', () => {
    const long = at({ tag: 'cool', since: T - 1, strikes: 8 }, failed('overload', T), T);
    const after = at(probing(long), failed('overload', T + SECOND, {}, { ...LEASED, chance: 0 }), T + SECOND);
    expect(rests(after)).toMatchObject({ until: rests(long).until, probeAt: rests(long).until, strikes: 10, since: T + SECOND });
  });

  it('a lease that was lost decides nothing', () => {
    expect(at(probing(OVERLOADED), failed('overload', T, {}, { lease: 'another' }), due)).toMatchObject({ tag: 'probing', strikes: 1 });
    expect(at(OVERLOADED, failed('cancelled', due, {}, LEASED), due)).toBe(OVERLOADED);
  });
});

describe('H7, H8, clocks', () => {
  const old = { ...target, fingerprint: 'old' };
  const changed = { ...target, fingerprint: 'new' };

  it('H7: another key clears what is believed of key and account, nothing else', () => {
    for (const [kind, scope] of [
      ['auth', KEY],
      ['quota', ACCOUNT],
      ['rate-limit', GROUP],
      ['model-missing', KEY_MODEL],
    ] as const) {
      const belief = at(COOL, failed(kind, T), T, scope, old);
      expect(rests(belief).fingerprint).toBe('old');
      expect([usable(belief, T, 'old'), usable(belief, T, 'new'), usable(belief, T)]).toEqual([false, true, false]);
      expect(at(belief, ok(T - 1), T + 1, scope, changed)).toBe(COOL);
      expect(at(belief, ok(T - 1), T + 1, scope, old)).toBe(belief);
      expect(at(belief, failed(kind, T - 1), T + 1, scope, changed)).toMatchObject({ strikes: 1, since: T + 1, fingerprint: 'new' });
    }
    expect(rests(at(COOL, failed('overload', T), T, MODEL, old)).fingerprint).toBeUndefined();
  });

  it('H7: an account that a label joins outlives its keys', () => {
    const joined = { ...old, account: 'acme' };
    const belief = at(COOL, failed('quota', T), T, 'account:acme', joined);
    expect(at(belief, ok(T - 1), T + 1, 'account:acme', { ...joined, credential: 'work#B', fingerprint: 'b' })).toBe(belief);
  });

  it('the scopes in the way of a target', () => {
    const beliefs = new Map([
      [MODEL, OVERLOADED],
      [KEY, at(COOL, failed('auth', T), T, KEY, old)],
      [ENDPOINT, COOL],
    ]);
    expect(barring(old, beliefs, T)).toEqual([MODEL, KEY]);
    expect(barring(changed, beliefs, T)).toEqual([MODEL]);
  });

  it('H8: no fold touches a rest by hand until its time; then nothing is left of it but the strikes', () => {
    const hand = byHand(OVERLOADED, { until: T + HOUR, why: { kind: 'quota' } }, T);
    for (const report of [ok(T + 1), ok(T + 1, LEASED), failed('overload', T + 1, { retryAt: T + DAY }), suspect(T + 1, 'p')])
      expect(at(hand, report, T + MINUTE)).toBe(hand);
    expect([usable(hand, T + HOUR - 1), usable(hand, T + HOUR)]).toEqual([false, true]);
    expect(claimable(hand, T + MINUTE, true)).toBe(false);
    expect(at(hand, failed('overload', T + HOUR), T + HOUR)).toMatchObject({ byHand: false, why: { kind: 'overload' } });
  });

  it('a guess that ends beyond its kind’s cap was written by accident: it ends with the cap', () => {
    const odd = { ...OVERLOADED, until: T + 9_999 * DAY, probeAt: T + 9_999 * DAY } as Resting;
    expect(settle(odd, T)).toMatchObject({ until: T + 6 * MINUTE, probeAt: T + 6 * MINUTE });
    expect(settle({ ...odd, cap: HOUR }, T)).toMatchObject({ until: T + 1.2 * HOUR });
    expect(settle({ ...odd, told: true }, T)).toMatchObject({ until: odd.until });
    expect(settle({ ...odd, byHand: true }, T)).toMatchObject({ until: odd.until });
  });

  it('what counts is when it was written, not when the strike was taken', () => {
    const lengthened = { ...OVERLOADED, told: true, until: T + HOUR, probeAt: T + HOUR, setAt: T + 10 * MINUTE } as Resting;
    expect(settle(lengthened, T + 5 * MINUTE)).toMatchObject({ until: T + 55 * MINUTE, setAt: T + 5 * MINUTE });
    expect(settle(lengthened, T + 10 * MINUTE)).toBe(lengthened);
  });

  it('a clock that was set back moves the belief back', () => {
    const ahead = at(COOL, failed('overload', T + DAY), T + DAY);
    expect(settle(ahead, T)).toEqual(OVERLOADED);
    expect(settle(probing(ahead, T + DAY + 30 * SECOND), T)).toEqual(probing(OVERLOADED, T + 30 * SECOND));
    expect(settle({ tag: 'cool', since: T + DAY, strikes: 2 }, T)).toEqual({ tag: 'cool', since: T, strikes: 2 });
    expect(settle(OVERLOADED, T - 5 * SECOND)).toBe(OVERLOADED);
    expect(claimable(ahead, T + 20 * SECOND)).toBe(false);
    const first = at(ahead, failed('overload', T), T);
    expect(claimable(first, T + 20 * SECOND)).toBe(true);
  });
});

describe('H6: claims', () => {
  const known = new Map<string, Belief>([[MODEL, OVERLOADED]]);
  const claim = (now: number, early: boolean, beliefs = known) =>
    claimed(
      (scope) => beliefs.get(scope),
      { scopes: scopesOf(target), lease: { ...lease, until: now + 30_000 }, now, early },
      () => true,
    );

  it('claimable: cool, or its time has come and nobody holds it; a guess early', () => {
    const due = T + 20 * SECOND;
    const held = probing(OVERLOADED, due + 30 * SECOND);
    expect([claimable(COOL, T), claimable(OVERLOADED, T), claimable(OVERLOADED, due), claimable(held, due)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([claimable(OVERLOADED, T, true), claimable(LIMITED, T, true), claimable(held, due, true)]).toEqual([true, false, false]);
    expect(claimable(held, due + 30 * SECOND)).toBe(true);
    expect(claimable(LIMITED, T + 10 * MINUTE)).toBe(true);
  });

  it.each(['auth', 'quota', 'access-denied', 'model-missing'] as const)('P3: a guess about %s is not asked early', (kind) => {
    const belief: Belief = { ...rests(OVERLOADED), why: { kind } };
    expect(claimable(belief, T, true)).toBe(false);
  });

  it('a refusal says when, and whether only a lease is in the way', () => {
    expect(claim(T, false).claim).toEqual({ ok: false, until: T + 20 * SECOND, held: false });
    const held = new Map<string, Belief>([
      [MODEL, { ...probing(OVERLOADED, T + 30 * SECOND), lease: { ...lease, id: 'x', until: T + 30 * SECOND } } as Belief],
    ]);
    expect(claim(T + 20 * SECOND, false, held).claim).toEqual({ ok: false, until: T + 30 * SECOND, held: true });
    expect(claim(T, false, held).claim).toEqual({ ok: false, until: T + 30 * SECOND, held: false });
    expect(claim(T + 30 * SECOND, false, held).claim).toEqual({ ok: true });
  });

  it('a renewal asks nothing of what rests since', () => {
    const beliefs = new Map<string, Belief>([
      [MODEL, probing(OVERLOADED, T + 30 * SECOND)],
      [GROUP, LIMITED],
    ]);
    const { claim: granted, changes } = claim(T + 25 * SECOND, false, beliefs);
    expect(granted).toEqual({ ok: true });
    expect(changes.map(([scope, belief]) => [scope, belief.tag === 'probing' && belief.lease.until])).toEqual([[MODEL, T + 55 * SECOND]]);
  });

  it('a lease that another clock wrote bars nobody', () => {
    expect(claimable(probing(OVERLOADED, T + DAY), T + 20 * SECOND)).toBe(true);
  });
});
