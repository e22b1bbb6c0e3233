import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failed, NOW, plan, rest, step, target, beliefs } from '../testing/plan-fixture.ts';
import { hash53 } from './hash.ts';
import { keyGroups, rankedBy } from './key-order.ts';
import type { FailureKind } from './failure.ts';
import type { Target } from './target.ts';

/** `a/m` with three keys, then `b/n` with two, then `c/o`. */
const KEYS = ['a/m', 'a/m', 'a/m', 'b/n', 'b/n', 'c/o'];
const chain: readonly Target[] = KEYS.map((ref, place) => {
  const [entry = '', model = ''] = ref.split('/');
  return target(place, entry, model, { credential: `${entry}#K${place}`, account: `${entry}#K${place}` });
});
const groups = keyGroups(chain);
const orderFor = (conversation: string): readonly number[] =>
  rankedBy(chain.length, groups, (place) => hash53(`${chain[place]!.credential} ${conversation}`));
const asked = (order: readonly number[]): readonly number[] => order.map((_, place) => place).toSorted((a, b) => order[a]! - order[b]!);

describe('the keys of a model', () => {
  it('are places of the same model and entry with different keys', () => {
    expect(groups).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(keyGroups([chain[0]!, { ...chain[0]!, place: 1 }])).toEqual([]);
    expect(keyGroups([chain[0]!, { ...chain[1]!, place: 1, effort: 'low' }])).toEqual([]);
  });

  it('P8: change places among themselves; no model passes another', () => {
    fc.assert(
      fc.property(fc.string(), (conversation) => {
        const order = orderFor(conversation);
        expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
        expect(asked(order).map((place) => chain[place]!.ref)).toEqual(KEYS);
        expect(orderFor(conversation)).toEqual(order);
      }),
    );
  });

  it('P8: conversations spread over them, and one that is gone moves only its own', () => {
    const first = (order: readonly number[]): number => order.indexOf(0);
    const counts = [0, 0, 0];
    for (let n = 0; n < 3000; n++) {
      const conversation = `conversation ${n}`;
      const place = first(orderFor(conversation));
      counts[place]! += 1;
      const without = rankedBy(6, [[0, 1]], (one) => hash53(`${chain[one]!.credential} ${conversation}`));
      if (place !== 2) expect(first(without)).toBe(place);
    }
    for (const count of counts) expect(count).toBeGreaterThan(850);
  });
});

describe('P1, P8: rotation without leaving the model', () => {
  const OF_KEY: readonly FailureKind[] = ['rate-limit', 'quota', 'auth', 'access-denied', 'model-missing'];

  it('what fails with one key or account is tried with the next key of that model, before any other model', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...OF_KEY), fc.constantFrom(...OF_KEY), (conversation, one, two) => {
        const order = orderFor(conversation);
        const p = plan(chain, { order });
        const [a = -1, b = -1, c = -1, d] = asked(order);
        expect(step(p)).toMatchObject({ do: 'try', place: a });
        expect(step(p, [failed(a, one)])).toMatchObject({ do: 'try', place: b, pause: 0 });
        expect(step(p, [failed(a, one), failed(b, two)])).toMatchObject({ do: 'try', place: c });
        expect(step(p, [failed(a, one), failed(b, two), failed(c, one)])).toMatchObject({ do: 'try', place: d });
      }),
    );
  });

  it('a key that rests is passed over with its reason, the next one answers', () => {
    const p = plan(chain);
    const known = beliefs({ 'account:a#K0/m': rest({ kind: 'rate-limit', told: true, until: NOW + 9000 }) });
    expect(step(p, [], known)).toMatchObject({
      do: 'try',
      place: 1,
      skips: [{ place: 0, reason: 'resting', until: NOW + 9000, why: { kind: 'rate-limit' } }],
    });
  });

  it('what fails at the endpoint is not tried with every key of it while another endpoint is there', () => {
    const p = plan(chain, { retries: 0 });
    for (const kind of ['server', 'overload', 'network', 'timeout', 'empty'] as const)
      expect(step(p, [failed(0, kind)])).toMatchObject({
        place: 3,
        skips: [
          { place: 1, reason: 'shares-failure' },
          { place: 2, reason: 'shares-failure' },
        ],
      });
    const all = [failed(0, 'server'), failed(3, 'server'), failed(5, 'server')];
    expect(step(p, all)).toMatchObject({ do: 'try', place: 1 });
  });

  it('an account that a label joins is spent for all of its keys', () => {
    const joined = chain.map((one) => (one.entry === 'a' && one.place < 2 ? { ...one, account: 'acme' } : one));
    expect(step(plan(joined), [failed(0, 'quota')])).toMatchObject({ place: 2, skips: [{ place: 1, reason: 'shares-failure' }] });
    const p = plan(joined);
    expect(step(p, [failed(0, 'auth')])).toMatchObject({ place: 1 });
  });

  it('a kept target that rests is passed over, and the record says so', () => {
    const p = plan(chain, { keep: 5 });
    expect(step(p)).toMatchObject({ place: 5, skips: [] });
    expect(step(p, [], beliefs({ 'endpoint:c': rest() }))).toMatchObject({ place: 0, skips: [{ place: 5, reason: 'resting' }] });
  });
});
