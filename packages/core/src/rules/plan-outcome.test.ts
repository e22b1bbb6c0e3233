import { describe, expect, it } from 'vitest';
import { abc, beliefs, failed, NOW, one, plan, rest, step, target } from '../testing/plan-fixture.ts';
import type { FailureKind } from './failure.ts';
import { NO_ROOM, type Fit } from './fit.ts';
import type { PastAttempt } from './plan.ts';

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

  it('P7: no time is told where trying again helps nothing', () => {
    const known = beliefs({ 'credential:b#KEY': rest({ kind: 'auth', until: NOW + 60_000 }) });
    expect(step(two, [failed(0, 'context-length')], known)).not.toHaveProperty('retryAt');
    expect(step(two, [failed(0, 'bad-request')], known)).not.toHaveProperty('retryAt');
    expect(step(two, [failed(0, 'timeout')], known)).toMatchObject({ kind: 'timeout', retryAt: NOW + 60_000 });
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
