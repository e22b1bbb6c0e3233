import { describe, expect, it } from 'vitest';
import { abc, beliefs, failed, NOW, one, plan, rest, step, target, YES } from '../testing/plan-fixture.ts';
import { NO_IMAGES, NO_ROOM, type Fit } from './fit.ts';
import { FAILURE_KINDS, type FailureKind } from './failure.ts';
import type { PastAttempt, Plan } from './plan.ts';

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
    expect(step(abc(), [failed(0, 'auth', { repair: 'refresh' }), failed(0, 'auth', { repair: 'refresh' })])).toMatchObject({
      place: 1,
    });
    const refused = (repair: string) => failed(0, 'bad-request', { repair });
    expect(step(abc(), [refused('drop-signatures')])).toMatchObject({ place: 0 });
    expect(step(abc(), [refused('drop-signatures'), refused('drop-signatures')])).toMatchObject({ place: 1 });
    expect(step(abc(), [refused('drop-signatures'), refused('no-images')])).toMatchObject({ place: 0 });
    expect(step(abc(), [refused('a'), refused('b'), refused('a')])).toMatchObject({ place: 1 });
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
    expect(step(one(), [failed(0, 'local')], new Map(), { waited: 30_001 })).toMatchObject({ do: 'stop', kind: 'local' });
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
