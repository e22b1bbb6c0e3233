import { describe, expect, it } from 'vitest';
import type { Belief, Beliefs } from './belief.ts';
import { NO_IMAGES, NO_ROOM, type Fit } from './fit.ts';
import { FAILURE_KINDS, type FailureFacts, type FailureKind } from './failure.ts';
import { next, type Moment, type PastAttempt, type Plan, type Step } from './plan.ts';
import type { Target } from './target.ts';

const NOW = 1_000_000;

const target = (place: number, entry: string, model: string, more: Partial<Target> = {}): Target => ({
  place,
  ref: `${entry}/${model}`,
  entry,
  model,
  protocol: 'other',
  credential: `${entry}#KEY`,
  account: `${entry}#KEY`,
  group: model,
  ...more,
});

const YES: Fit = { fits: 'yes' };

function plan(targets: readonly Target[], more: Partial<Plan> = {}): Plan {
  return {
    targets,
    fits: targets.map(() => YES),
    firstToken: targets.map(() => 90_000),
    retries: 2,
    maxAttempts: 20,
    patience: 30_000,
    total: 900_000,
    onRefusal: 'pass',
    ...more,
  };
}

const abc = (more: Partial<Plan> = {}): Plan => plan([target(0, 'a', 'm'), target(1, 'b', 'n'), target(2, 'c', 'o')], more);
const one = (more: Partial<Plan> = {}): Plan => plan([target(0, 'a', 'm')], more);

const failed = (place: number, kind: FailureKind, facts: FailureFacts = {}, more: Partial<PastAttempt> = {}): PastAttempt => ({
  place,
  began: NOW - 100,
  ended: NOW,
  failure: { kind, facts },
  shown: 'nothing',
  chance: 0.5,
  ...more,
});

interface RestSpec {
  readonly kind?: FailureKind;
  readonly until?: number;
  readonly probeAt?: number;
  readonly told?: boolean;
  readonly byHand?: boolean;
  readonly since?: number;
  readonly fingerprint?: string;
  readonly heldUntil?: number;
}

function rest({ kind = 'server', until = NOW + 20_000, told = false, heldUntil, ...more }: RestSpec = {}): Belief {
  const base = { since: NOW - 5000, until, probeAt: until, told, byHand: false, strikes: 1, why: { kind }, ...more };
  return heldUntil === undefined
    ? { tag: 'resting', ...base }
    : { tag: 'probing', ...base, lease: { id: 'x', owner: 'o', until: heldUntil } };
}

const beliefs = (of: Record<string, Belief>): Beliefs => new Map(Object.entries(of));
const moment = (more: Partial<Moment> = {}): Moment => ({ now: NOW, left: 900_000, waited: 0, ...more });
const step = (p: Plan, past: readonly PastAttempt[] = [], known: Beliefs = new Map(), more: Partial<Moment> = {}): Step =>
  next(p, past, known, moment(more));

describe('P1: the order of the chain', () => {
  it('P1: asks the first target when nothing is believed', () => {
    expect(step(abc())).toEqual({ do: 'try', place: 0, pause: 0, share: 300_000, lease: 'none', skips: [] });
  });

  it('P1: passes over a resting target and says why and until when', () => {
    expect(step(abc(), [], beliefs({ 'endpoint:a/m': rest({ kind: 'overload' }) }))).toMatchObject({
      do: 'try',
      place: 1,
      lease: 'none',
      skips: [{ target: 'a/m', place: 0, reason: 'resting', until: NOW + 20_000, why: { kind: 'overload' } }],
    });
  });

  it('P1: a rest of any of the six scopes counts', () => {
    for (const scope of ['endpoint:a', 'endpoint:a/m', 'account:a#KEY', 'account:a#KEY/m', 'credential:a#KEY', 'credential:a#KEY/m'])
      expect(step(abc(), [], beliefs({ [scope]: rest() }))).toMatchObject({ place: 1 });
  });

  it('P1: a target that cannot take the request is passed over, one whose estimate says no is asked last', () => {
    const no: Fit = { fits: 'no', reason: NO_IMAGES };
    const soft: Fit = { fits: 'soft', reason: NO_ROOM };
    const p = abc({ fits: [no, soft, YES] });
    expect(step(p)).toMatchObject({ place: 2, skips: [{ reason: NO_IMAGES }, { reason: NO_ROOM }] });
    expect(step(p, [failed(2, 'timeout')])).toMatchObject({ do: 'try', place: 1 });
    expect(step(p, [failed(2, 'timeout'), failed(1, 'timeout')])).toMatchObject({ do: 'stop', kind: 'timeout' });
  });

  it('H6: a rest that is over is asked in its turn, under the lease', () => {
    expect(step(abc(), [], beliefs({ 'endpoint:a': rest({ until: NOW }) }))).toMatchObject({ place: 0, lease: 'due' });
  });

  it('H7: another fingerprint clears what is believed of a key', () => {
    const p = plan([target(0, 'a', 'm', { fingerprint: 'new' }), target(1, 'b', 'n')]);
    const old = { kind: 'auth', fingerprint: 'old' } as const;
    expect(step(p, [], beliefs({ 'credential:a#KEY': rest(old) }))).toMatchObject({ place: 0, lease: 'none' });
    expect(step(p, [], beliefs({ 'endpoint:a': rest(old) }))).toMatchObject({ place: 1 });
  });

  it('H7: on an account joined by a label another fingerprint is another key', () => {
    const p = plan([target(0, 'a', 'm', { fingerprint: 'two', account: 'acme' }), target(1, 'b', 'n')]);
    expect(step(p, [], beliefs({ 'account:acme': rest({ fingerprint: 'one', told: true }) }))).toMatchObject({ place: 1 });
  });
});

describe('section 2: same target again, and next', () => {
  const SAME: Record<FailureKind, number | 'stop' | 'next'> = {
    'rate-limit': 'next',
    quota: 'next',
    overload: 2,
    server: 2,
    network: 2,
    timeout: 'next',
    auth: 'next',
    'access-denied': 'next',
    'model-missing': 'next',
    'context-length': 'next',
    'too-large': 'next',
    refusal: 'stop',
    'bad-request': 'next',
    empty: 1,
    truncated: 2,
    malformed: 1,
    local: 5,
    cancelled: 'stop',
    unknown: 'next',
    resting: 'next',
  };

  it.each(FAILURE_KINDS)('P2: %s', (kind) => {
    const past: PastAttempt[] = [failed(0, kind)];
    let again = 0;
    for (;;) {
      const now = step(abc(), past);
      if (now.do === 'try' && now.place === 0) past.push(failed(0, kind, {}, { began: NOW + ++again }));
      else {
        const rule = SAME[kind];
        if (rule === 'stop') expect(now).toMatchObject({ do: 'stop', kind, decisive: 0 });
        else if (kind === 'local') expect(now).toMatchObject({ do: 'stop', kind });
        else expect(now).toMatchObject({ do: 'try', place: 1 });
        if (kind === 'local') expect(again).toBeGreaterThan(2);
        else expect(again).toBe(typeof rule === 'number' ? rule : 0);
        return;
      }
    }
  });

  it('P2: full jitter over min(200 ms × 2^n, 2 s), what has passed already counts', () => {
    expect(step(abc(), [failed(0, 'server', {}, { chance: 0.5 })])).toMatchObject({ place: 0, pause: 100 });
    expect(step(abc(), [failed(0, 'server', {}, { chance: 0.5, ended: NOW - 60 })])).toMatchObject({ pause: 40 });
    expect(
      step(
        abc({ retries: 9 }),
        Array.from({ length: 8 }, () => failed(0, 'server', {}, { chance: 0.5 })),
      ),
    ).toMatchObject({ pause: 1000 });
    expect(step(abc({ retries: 0 }), [failed(0, 'server')])).toMatchObject({ place: 1 });
  });

  it('H4: a short hint is the pause, a long one sends the call elsewhere', () => {
    expect(step(abc(), [failed(0, 'overload', { retryAt: NOW + 1500 })])).toMatchObject({ place: 0, pause: 1500 });
    expect(step(abc(), [failed(0, 'overload', { retryAt: NOW + 2500 })])).toMatchObject({ place: 1, pause: 0 });
    const told = beliefs({ 'endpoint:a/m': rest({ kind: 'overload', told: true, since: NOW, until: NOW + 1600 }) });
    expect(step(abc(), [failed(0, 'overload', { retryAt: NOW + 1500 })], told)).toMatchObject({ place: 0, pause: 1600, lease: 'due' });
  });

  it('H4: the rest this call made does not bar its own retry; that of another call, kind or time does', () => {
    const past = [failed(0, 'overload')];
    expect(step(abc(), past, beliefs({ 'endpoint:a/m': rest({ kind: 'overload', since: NOW }) }))).toMatchObject({
      place: 0,
      lease: 'none',
    });
    expect(step(abc(), past, beliefs({ 'endpoint:a/m': rest({ kind: 'overload', since: NOW - 101 }) }))).toMatchObject({ place: 1 });
    expect(step(abc(), past, beliefs({ 'credential:a#KEY': rest({ kind: 'auth', since: NOW }) }))).toMatchObject({ place: 1 });
  });

  it('rate-limit: again only when nothing else is usable: after 1 s, after 2 s, or after the hint', () => {
    expect(step(abc(), [failed(0, 'rate-limit')])).toMatchObject({ place: 1 });
    const limited = [failed(0, 'rate-limit', {}, { chance: 0 })];
    expect(step(one(), limited)).toMatchObject({ do: 'try', place: 0, pause: 1000 });
    expect(step(one(), [...limited, ...limited])).toMatchObject({ do: 'try', place: 0, pause: 2000 });
    expect(step(one(), [...limited, ...limited, ...limited])).toMatchObject({ do: 'stop', kind: 'rate-limit', decisive: 2 });
    const told = [failed(0, 'rate-limit', { retryAt: NOW + 8000 })];
    expect(step(one(), told)).toMatchObject({ do: 'wait', ms: 8000, why: 'told' });
    expect(step(one(), told, new Map(), { now: NOW + 8000, waited: 8000 })).toMatchObject({ do: 'try', place: 0, pause: 0 });
    expect(step(one(), [failed(0, 'rate-limit', { retryAt: NOW + 31_000 })])).toMatchObject({
      do: 'stop',
      kind: 'rate-limit',
      retryAt: NOW + 31_000,
    });
  });

  it('auth: once after a refresh; bad-request: once after a known repair', () => {
    expect(step(abc(), [failed(0, 'auth', { repair: 'refresh' })])).toMatchObject({ place: 0, pause: 0 });
    expect(step(abc(), [failed(0, 'auth', { repair: 'other' })])).toMatchObject({ place: 1 });
    expect(
      step(abc(), [failed(0, 'auth', { repair: 'refresh' }), failed(0, 'auth', { repair: 'refresh' }, { repaired: true })]),
    ).toMatchObject({
      place: 1,
    });
    expect(step(abc(), [failed(0, 'bad-request', { repair: 'drop-signatures' })])).toMatchObject({ place: 0 });
  });

  it('bad-request: only another provider entry is asked', () => {
    const p = plan([target(0, 'a', 'm'), target(1, 'a', 'n'), target(2, 'b', 'o')]);
    expect(step(p, [failed(0, 'bad-request')])).toMatchObject({ place: 2, skips: [{ place: 1, reason: 'same-provider' }] });
    const same = plan([target(0, 'a', 'm'), target(1, 'a', 'n')]);
    expect(step(same, [failed(0, 'bad-request')])).toMatchObject({ do: 'stop', kind: 'bad-request', decisive: 0 });
  });

  it('refusal: the next target only where the tier says so', () => {
    expect(step(abc(), [failed(0, 'refusal')])).toMatchObject({ do: 'stop', kind: 'refusal' });
    expect(step(abc({ onRefusal: 'next' }), [failed(0, 'refusal')])).toMatchObject({ place: 1 });
  });

  it('E3: a target that forbids it is not asked again', () => {
    expect(step(abc(), [failed(0, 'overload', { sameTarget: false })])).toMatchObject({ place: 1 });
  });

  it('local: after 1, 2, 5 s up to patience, at no cost of retries; what runs here is asked before a long wait', () => {
    const pauses: number[] = [];
    const past = [failed(0, 'local')];
    for (let now = step(one({ retries: 0 }), past); now.do === 'try'; now = step(one({ retries: 0 }), past)) {
      pauses.push(now.pause);
      past.push(failed(0, 'local'));
    }
    expect(pauses).toEqual([1000, 2000, 5000, 5000, 5000, 5000, 5000]);
    const here = plan([target(0, 'a', 'm'), target(1, 'b', 'n'), target(2, 'ollama', 'o', { loopback: true })]);
    expect(step(here, [failed(0, 'local')])).toMatchObject({ place: 0, pause: 1000 });
    expect(step(here, [failed(0, 'local'), failed(0, 'local')])).toMatchObject({ place: 2, skips: [{ place: 1, reason: 'offline' }] });
  });

  it('context-length: the next only if it may be larger', () => {
    const windows = (...sizes: (number | undefined)[]): Plan =>
      plan(sizes.map((window, place) => target(place, `e${place}`, 'm', window === undefined ? {} : { window })));
    const past = [failed(0, 'context-length')];
    expect(step(windows(128, 128, 200), past)).toMatchObject({ place: 2, skips: [{ place: 1, reason: 'smaller-window' }] });
    expect(step(windows(128, undefined), past)).toMatchObject({ place: 1 });
    expect(step(windows(undefined, 128), past)).toMatchObject({ place: 1 });
    expect(step(windows(128, 100), past)).toMatchObject({ do: 'stop', kind: 'context-length', decisive: 0 });
  });
});

describe('P3: a guess orders, it never forbids', () => {
  it('P3: those resting by guess are asked, soonest end first, under the early lease', () => {
    const known = beliefs({ 'endpoint:a': rest({ until: NOW + 9000 }), 'endpoint:b': rest({ until: NOW + 5000 }), 'endpoint:c': rest() });
    expect(step(abc(), [], known)).toMatchObject({ do: 'try', place: 1, lease: 'early', skips: [{ place: 0 }, { place: 2 }] });
  });

  it.each(['auth', 'quota', 'access-denied', 'model-missing'] as const)('P3: never %s before its time', (kind) => {
    const known = beliefs({ 'credential:a#KEY': rest({ kind, until: NOW + 40_000 }) });
    expect(step(one(), [], known)).toMatchObject({ do: 'stop', kind: 'resting', retryAt: NOW + 40_000 });
    expect(step(one(), [], known, { now: NOW + 40_000 })).toMatchObject({ do: 'try', lease: 'due' });
  });

  it('P3: a told rest is not asked before its probe is due, and then under the lease', () => {
    const known = beliefs({ 'account:a#KEY': rest({ kind: 'quota', told: true, until: NOW + 9e6, probeAt: NOW + 600_000 }) });
    expect(step(one(), [], known)).toMatchObject({ do: 'stop', kind: 'resting', retryAt: NOW + 600_000 });
    expect(step(one(), [], known, { now: NOW + 600_000 })).toMatchObject({ do: 'try', lease: 'due' });
  });

  it('P3: one guess among told rests that are over needs the early lease', () => {
    const known = beliefs({ 'endpoint:a': rest(), 'account:a#KEY': rest({ told: true, until: NOW - 1 }) });
    expect(step(one(), [], known)).toMatchObject({ do: 'try', lease: 'early' });
  });

  it('P3: a target that another call probes is passed over, and waited for in steps when it is the only one', () => {
    const held = beliefs({ 'endpoint:a': rest({ until: NOW - 1, heldUntil: NOW + 9000 }) });
    expect(step(abc(), [], held)).toMatchObject({ place: 1, skips: [{ place: 0, reason: 'probing' }] });
    expect(step(one(), [], held)).toMatchObject({ do: 'wait', ms: 250, why: 'lease', place: 0 });
    expect(step(one(), [], held, { waited: 29_900 })).toMatchObject({ do: 'wait', ms: 100 });
    expect(step(one(), [], held, { waited: 30_000 })).toMatchObject({ do: 'stop', kind: 'resting' });
    expect(step(one(), [], beliefs({ 'endpoint:a': rest({ until: NOW - 1, heldUntil: NOW }) }))).toMatchObject({ do: 'try', lease: 'due' });
  });

  it('P3: a limited target without a word is one of those asked last, by the end of its rest', () => {
    const p = plan([target(0, 'a', 'm'), target(1, 'b', 'n')]);
    const past = [failed(0, 'rate-limit', {}, { chance: 0 })];
    expect(step(p, past, beliefs({ 'endpoint:b': rest({ until: NOW + 9000 }) }))).toMatchObject({ place: 1, lease: 'early' });
    expect(step(p, past, beliefs({ 'endpoint:b': rest({ until: NOW + 90_000 }) }))).toMatchObject({ place: 0, pause: 1000 });
  });
});

describe('P4: told rests', () => {
  const told = (ms: number): Belief => rest({ told: true, until: NOW + ms, kind: 'rate-limit' });

  it('P4: the soonest is waited for within patience', () => {
    expect(step(abc(), [], beliefs({ 'endpoint:a': told(20_000), 'endpoint:b': told(10_000), 'endpoint:c': told(9e6) }))).toMatchObject({
      do: 'wait',
      ms: 10_000,
      place: 1,
      why: 'told',
    });
  });

  it('P4: else the call stops at once, with every reason and the time', () => {
    expect(
      step(plan([target(0, 'a', 'm'), target(1, 'b', 'n')]), [], beliefs({ 'endpoint:a': told(50_000), 'endpoint:b': told(40_000) })),
    ).toMatchObject({
      do: 'stop',
      kind: 'resting',
      retryAt: NOW + 40_000,
      skips: [{ place: 0 }, { place: 1 }],
    });
  });

  it('P4: what was waited before counts, and so does the time left', () => {
    expect(step(one(), [], beliefs({ 'endpoint:a': told(10_000) }), { waited: 20_001 })).toMatchObject({ do: 'stop' });
    expect(step(one(), [], beliefs({ 'endpoint:a': told(10_000) }), { left: 10_000 })).toMatchObject({ do: 'stop' });
  });
});

describe('P5: shares of the time', () => {
  it('P5: at most three targets are counted, the last may use all that is left', () => {
    const four = plan([0, 1, 2, 3].map((place) => target(place, `e${place}`, 'm')));
    expect(step(four, [], new Map(), { left: 90_000 })).toMatchObject({ share: 30_000 });
    expect(step(four, [failed(0, 'timeout'), failed(1, 'timeout'), failed(2, 'timeout')], new Map(), { left: 50_000 })).toMatchObject({
      place: 3,
      share: 50_000,
    });
  });

  it('P5: an attempt may use min(first_token, 15 s) at least', () => {
    expect(step(abc(), [], new Map(), { left: 30_000 })).toMatchObject({ share: 15_000 });
    expect(step(abc({ firstToken: [2000, 1, 1] }), [], new Map(), { left: 30_000 })).toMatchObject({ share: 10_000 });
    expect(step(abc(), [], new Map(), { left: 8000 })).toMatchObject({ share: 8000 });
  });

  it('P5: resting and unfit targets are not counted', () => {
    expect(step(abc(), [], beliefs({ 'endpoint:c': rest() }), { left: 90_000 })).toMatchObject({ share: 45_000 });
  });

  it('P5: the first attempt always begins, a further one only with time left', () => {
    expect(step(abc(), [], new Map(), { left: 1 })).toMatchObject({ do: 'try' });
    expect(step(abc(), [failed(0, 'timeout')], new Map(), { left: 4999 })).toMatchObject({ do: 'stop', kind: 'timeout', decisive: 0 });
    expect(step(abc({ total: 8000 }), [failed(0, 'timeout')], new Map(), { left: 2000 })).toMatchObject({ do: 'try' });
  });

  it('P5: when the pause would use up the time, the next target is asked at once', () => {
    expect(step(abc(), [failed(0, 'server', {}, { chance: 0.99 })], new Map(), { left: 5100 })).toMatchObject({ place: 1, pause: 0 });
  });
});

describe('P7: what the caller is told', () => {
  const two = plan([target(0, 'a', 'm', { window: 128 }), target(1, 'b', 'n', { window: 1000 })]);

  it('P7: context-length is not told while one that could hold the request only rests', () => {
    const known = beliefs({ 'endpoint:b': rest({ told: true, until: NOW + 60_000 }) });
    expect(step(two, [failed(0, 'context-length')], known)).toMatchObject({ do: 'stop', kind: 'resting', retryAt: NOW + 60_000 });
  });

  it('P7: a dead target does not stand in its way', () => {
    expect(step(two, [failed(0, 'context-length'), failed(1, 'auth')])).toMatchObject({ do: 'stop', kind: 'context-length', decisive: 0 });
    const known = beliefs({ 'credential:b#KEY': rest({ kind: 'auth', until: NOW + 60_000 }) });
    expect(step(two, [failed(0, 'context-length')], known)).toMatchObject({ do: 'stop', kind: 'context-length' });
  });

  it('P7: nor does one that failed for a moment make it context-length', () => {
    expect(step(two, [failed(0, 'context-length'), failed(1, 'timeout')])).toMatchObject({ kind: 'timeout', decisive: 1 });
  });

  it('P7: nobody large enough at all', () => {
    const no: Fit = { fits: 'no', reason: NO_ROOM };
    expect(step(plan(two.targets, { fits: [no, no] }))).toEqual({
      do: 'stop',
      kind: 'context-length',
      skips: [
        { target: 'a/m', place: 0, reason: NO_ROOM },
        { target: 'b/n', place: 1, reason: NO_ROOM },
      ],
    });
  });

  it('P7: a failure that may pass outranks the caller’s to mend, and that a dead target', () => {
    expect(step(two, [failed(0, 'timeout'), failed(1, 'auth')])).toMatchObject({ kind: 'timeout', decisive: 0 });
    expect(step(two, [failed(0, 'bad-request'), failed(1, 'auth')])).toMatchObject({ kind: 'bad-request', decisive: 0 });
    expect(step(two, [failed(0, 'auth'), failed(1, 'access-denied')])).toMatchObject({ kind: 'access-denied', decisive: 1 });
  });

  it('P7: a call cut short does not make the caller throw history away', () => {
    expect(step({ ...two, maxAttempts: 1 }, [failed(0, 'context-length')])).toMatchObject({ kind: 'unknown' });
    expect(step(two, [failed(0, 'context-length')], new Map(), { left: 10 })).toMatchObject({ kind: 'timeout' });
  });
});

describe('P8: the place that last answered', () => {
  it('P8: is kept while it is usable', () => {
    expect(step(abc({ keep: 1 }))).toMatchObject({ place: 1, lease: 'none' });
    expect(step(abc({ keep: 1 }), [], beliefs({ 'endpoint:c': rest() }))).toMatchObject({ place: 1 });
    expect(step(abc({ keep: 1 }), [], beliefs({ 'endpoint:b': rest() }))).toMatchObject({ place: 0 });
    expect(step(abc({ keep: 2 }), [failed(2, 'timeout')])).toMatchObject({ place: 0 });
  });
});

describe('P9: after a hard commit', () => {
  const hard = (place: number, kind: FailureKind = 'truncated'): PastAttempt => failed(place, kind, {}, { shown: 'hard' });
  const p = plan([target(0, 'a', 'm'), target(1, 'b', 'n'), target(2, 'c', 'm'), target(3, 'd', 'o')]);

  it('P9: the same model elsewhere, then the next target, the broken one last and once', () => {
    const past = [hard(0)];
    const order: number[] = [];
    for (let now = step(p, past); now.do === 'try'; now = step(p, past)) {
      order.push(now.place);
      past.push(failed(now.place, now.place === 0 ? 'truncated' : 'timeout'));
    }
    expect(order).toEqual([2, 1, 3, 0]);
  });

  it('P9: the broken one only if its kind allows', () => {
    expect(step(one(), [hard(0)])).toMatchObject({ do: 'try', place: 0 });
    expect(step(one(), [hard(0, 'timeout')])).toMatchObject({ do: 'stop', kind: 'timeout' });
  });

  it('P9: at most three takeovers', () => {
    const many = plan([0, 1, 2, 3, 4].map((place) => target(place, `e${place}`, 'm')));
    expect(step(many, [hard(0), hard(1), hard(2)])).toMatchObject({ do: 'try', place: 3 });
    expect(step(many, [hard(0), hard(1), hard(2), hard(3)])).toMatchObject({ do: 'stop', kind: 'truncated', decisive: 3 });
  });
});
