import type { HealthStore } from '../ports.ts';
import type { Lease } from '../rules/belief.ts';
import { equal } from './expect.ts';
import {
  GROUP,
  MINUTE,
  MODEL,
  OTHER,
  SCOPES,
  T,
  TARGET,
  failed,
  ok,
  one,
  tagOf,
  type Case,
  type SharedHealth,
  untilOf,
} from './health-cases.ts';
import { RAMPS } from './health-ramp-cases.ts';
import { REPORTS } from './health-report-cases.ts';

export type { SharedHealth } from './health-cases.ts';

export interface Suite {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** A rest of two scopes of one target that is over at the answered time. */
async function restTwo(store: HealthStore): Promise<number> {
  await store.report(TARGET, failed('overload', T), T);
  await store.report(TARGET, failed('rate-limit', T), T);
  return Math.max(await untilOf(store, MODEL), await untilOf(store, GROUP));
}

const leases = (shared: SharedHealth) => {
  return (id: string, now: number, owner = shared.owner): Lease => ({ id, owner, until: now + 30_000 });
};

const PROBES: readonly Case[] = [
  [
    'H6: where nothing rests no lease is needed',
    async (shared) => {
      equal(await shared.a.claim(SCOPES, leases(shared)('l', T), T), { ok: true }, 'claim');
      equal((await shared.a.read(SCOPES)).size, 0, 'beliefs');
    },
  ],
  [
    'H6: all resting scopes or none, and not before the last may be probed',
    async (shared) => {
      const { a, b } = shared;
      const end = await restTwo(a);
      const early = (await untilOf(a, MODEL)) + 1;
      equal(await b.claim(SCOPES, leases(shared)('l', early), early), { ok: false, until: end, held: false }, 'too early');
      equal([await tagOf(a, MODEL), await tagOf(a, GROUP)], ['resting', 'resting'], 'none');
      equal(await b.claim(SCOPES, leases(shared)('l', end), end), { ok: true }, 'in time');
      equal([await tagOf(a, MODEL), await tagOf(a, GROUP)], ['probing', 'probing'], 'all');
    },
  ],
  [
    'H6: one probe, however many ask at once',
    async (shared) => {
      const { a, b } = shared;
      const end = await restTwo(a);
      const lease = leases(shared);
      const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? a : b).claim(SCOPES, lease(`l${i}`, end), end)));
      equal(claims.filter((claim) => claim.ok).length, 1, 'granted');
      for (const claim of claims) if (!claim.ok) equal(claim, { ok: false, until: end + 30_000, held: true }, 'refused');
    },
  ],
  [
    'H6: the holder renews; others get the lease when it has run out',
    async (shared) => {
      const { a, b } = shared;
      const end = await restTwo(a);
      const lease = leases(shared);
      await a.claim(SCOPES, lease('mine', end), end);
      equal((await a.claim(SCOPES, lease('mine', end + 20_000), end + 20_000)).ok, true, 'renewed');
      equal((await b.claim(SCOPES, lease('other', end + 40_000), end + 40_000)).ok, false, 'still held');
      equal((await b.claim(SCOPES, lease('other', end + 50_000), end + 50_000)).ok, true, 'run out');
    },
  ],
  [
    'H6: the lease of a process that is gone is free at once',
    async (shared) => {
      const { a, b } = shared;
      const end = await restTwo(a);
      const lease = leases(shared);
      equal((await a.claim(SCOPES, lease('dead', end, shared.deadOwner), end)).ok, true, 'taken');
      equal(await tagOf(b, MODEL), 'resting', 'void');
      equal((await b.claim(SCOPES, lease('alive', end + 1), end + 1)).ok, true, 'free');
    },
  ],
  [
    'P3: a guess is claimed early, a told rest and a bad key are not',
    async (shared) => {
      const { a, b } = shared;
      const lease = leases(shared);
      await a.report(TARGET, failed('overload', T), T);
      equal((await b.claim(SCOPES, lease('l', T + 1), T + 1, true)).ok, true, 'guess');
      await a.report(OTHER, failed('overload', T, {}, { retryAt: T + MINUTE }), T);
      equal((await b.claim(['endpoint:work/large'], lease('m', T + 1), T + 1, true)).ok, false, 'told');
      await a.report(TARGET, failed('auth', T), T);
      equal((await b.claim(['credential:work#KEY'], lease('n', T + 1), T + 1, true)).ok, false, 'auth');
    },
  ],
  [
    'H6: what the probe says is believed: success cools, failure strikes, a cancel gives the lease back',
    async (shared) => {
      const { a, b } = shared;
      const lease = leases(shared);
      let now = await restTwo(a);
      await a.claim(SCOPES, lease('one', now), now);
      await a.report(TARGET, failed('cancelled', now, { lease: 'one' }), now + 1);
      equal(await tagOf(b, MODEL), 'resting', 'released');
      equal(await untilOf(b, MODEL), now + 1 + 5_000, 'rest after a cancel');
      equal((await one(b, MODEL))?.strikes, 1, 'no strike');
      now = now + 1 + 5_000;
      equal((await b.claim(SCOPES, lease('two', now), now)).ok, true, 'claimed again');
      await b.report(TARGET, failed('server', now, { verdict: 'suspect', lease: 'two' }), now + 1);
      equal((await one(a, MODEL))?.strikes, 2, 'a strike');
      now = Math.max(await untilOf(a, MODEL), await untilOf(a, GROUP));
      equal((await a.claim(SCOPES, lease('three', now), now)).ok, true, 'claimed for the last time');
      await a.report(TARGET, ok(now, { lease: 'three' }), now + 1);
      equal([await tagOf(b, MODEL), await tagOf(b, GROUP)], ['cool', 'cool'], 'cool');
    },
  ],
];

const BY_HAND: readonly Case[] = [
  [
    'H8: no fold overwrites a rest by hand; clearing ends it',
    async ({ a, b }) => {
      const until = T + 10 * MINUTE;
      await a.set(MODEL, { until, why: { kind: 'overload' } }, T);
      await b.report(TARGET, ok(T + 1), T + 2);
      await b.report(TARGET, failed('overload', T + 1, {}, { retryAt: T + 60 * MINUTE }), T + 3);
      equal(await untilOf(b, MODEL), until, 'until');
      equal(await b.clear(MODEL), 1, 'cleared');
      equal((await a.read(SCOPES)).size, 0, 'beliefs');
    },
  ],
  [
    'clear takes everything below, by whole segments, and says how much',
    async ({ a, b }) => {
      const ids = ['endpoint:work', 'endpoint:work/small', 'endpoint:works', 'credential:work#KEY/small', 'account:work#KEY'];
      for (const id of ids) await a.set(id, { until: T + MINUTE, why: { kind: 'overload' } }, T);
      equal(await b.clear('endpoint:work'), 2, 'an endpoint and its models');
      equal(await b.clear('credential:work'), 1, 'the keys of an entry');
      equal(await b.clear('endpoint:work'), 0, 'nothing is left');
      equal(
        (await a.list()).map(({ scope }) => scope),
        ['account:work#KEY', 'endpoint:works'],
        'the rest',
      );
    },
  ],
  [
    'list gives what is believed, by scope, without what is pristine',
    async ({ a, b }) => {
      await a.report(TARGET, failed('rate-limit', T, {}, { status: 429, code: 'slow_down', detail: 'dear Ada, slow down' }), T);
      await b.report(TARGET, failed('overload', T), T);
      const rows = await a.list();
      equal(
        rows.map(({ scope }) => scope),
        [GROUP, MODEL],
        'scopes',
      );
      const [first] = rows;
      equal(
        first?.belief.tag === 'resting' && first.belief.why,
        { kind: 'rate-limit', status: 429, code: 'slow_down', endpoint: 'work' },
        'why',
      );
    },
  ],
];

export function healthStoreContract({ describe, it }: Suite, name: string, open: () => Promise<SharedHealth>): void {
  describe(`health store: ${name}`, () => {
    for (const [title, run] of [...REPORTS, ...PROBES, ...RAMPS, ...BY_HAND]) {
      it(title, async () => {
        const shared = await open();
        try {
          await run(shared);
        } finally {
          await shared.close();
        }
      });
    }
  });
}
