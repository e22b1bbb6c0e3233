import { describe, expect, it } from 'vitest';
import { abc, beliefs, failed, NOW, one, plan, rest, step, target } from '../testing/plan-fixture.ts';
import type { Belief } from './belief.ts';

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

  it('H6: a large request probes nobody while another target is usable', () => {
    const over = beliefs({ 'endpoint:a/m': rest({ until: NOW - 1 }) });
    expect(step(abc({ dear: true }), [], over)).toMatchObject({
      place: 1,
      lease: 'none',
      skips: [{ place: 0, reason: 'probe-too-large' }],
    });
    expect(step(abc(), [], over)).toMatchObject({ place: 0, lease: 'due' });
    expect(step(one({ dear: true }), [], over)).toMatchObject({ do: 'try', place: 0, lease: 'due' });
  });
});
