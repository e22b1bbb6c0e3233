import { describe, expect, it } from 'vitest';
import { abc, beliefs, failed, NOW, one, rest, step } from '../testing/plan-fixture.ts';
import { costsRetry } from './plan-again.ts';

const refused = new Set([0]);

describe('P6: a retry that the bucket refused', () => {
  it('goes to the next target at once, and the record says so', () => {
    expect(step(abc(), [failed(0, 'server')], new Map(), { refused })).toMatchObject({
      do: 'try',
      place: 1,
      pause: 0,
      skips: [{ place: 0, reason: 'retry-budget' }],
    });
  });

  it('is the last resort where there is no other target, after a long pause', () => {
    expect(step(one(), [failed(0, 'server')], new Map(), { refused })).toMatchObject({ do: 'try', place: 0, pause: 1500, lease: 'none' });
    expect(step(one({ retries: 0 }), [failed(0, 'server')], new Map(), { refused })).toMatchObject({ do: 'stop', kind: 'server' });
  });

  it('H4: has no part in its own failure any more: it goes under the lease, and waits while another holds it', () => {
    const past = [failed(0, 'overload')];
    const own = { kind: 'overload', since: NOW - 50 } as const;
    const known = beliefs({ 'endpoint:a/m': rest(own) });
    expect(step(one(), past, known)).toMatchObject({ do: 'try', lease: 'none' });
    expect(step(one(), past, known, { refused })).toMatchObject({ do: 'try', place: 0, lease: 'early' });
    const held = beliefs({ 'endpoint:a/m': rest({ ...own, heldUntil: NOW + 30_000 }) });
    expect(step(one(), past, held, { refused })).toMatchObject({ do: 'wait', place: 0, why: 'lease' });
  });

  it.each([
    ['a failure', failed(0, 'server'), true],
    ['another place', failed(1, 'server'), false],
    ['a takeover', failed(0, 'server', {}, { shown: 'hard' }), false],
    ['this machine', failed(0, 'local'), false],
    ['a known repair', failed(0, 'bad-request', { repair: 'x' }), false],
  ])('%s: %s draws on the bucket', (_, past, draws) => {
    expect(costsRetry([past], 0)).toBe(draws);
  });
});
