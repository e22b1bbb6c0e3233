import type { Claim, HealthStore } from '../ports.ts';
import { equal } from './expect.ts';
import { MODEL, SCOPES, T, TARGET, failed, ok, one, untilOf, type Case, type SharedHealth } from './health-cases.ts';

type Ask = (store: HealthStore, id: string, now: number, width?: number) => PromiseLike<Claim> | Claim;

const asking =
  ({ owner }: SharedHealth): Ask =>
  (store, id, now, width) =>
    store.claim(SCOPES, { id, owner, until: now + 30_000, ...(width !== undefined && { width }) }, now);

/** A target whose probe has succeeded at the answered time. */
async function back(shared: SharedHealth): Promise<number> {
  await shared.a.report(TARGET, failed('overload', T), T);
  const now = await untilOf(shared.a, MODEL);
  await asking(shared)(shared.a, 'probe', now);
  await shared.b.report(TARGET, ok(now, { lease: 'probe' }), now);
  return now;
}

async function admitted(shared: SharedHealth, at: number, prefix: string, width?: number, askers = 20): Promise<number> {
  const { a, b } = shared;
  const ask = asking(shared);
  const claims = await Promise.all(Array.from({ length: askers }, (_, i) => ask(i % 2 === 0 ? a : b, `${prefix}${i}`, at, width)));
  return claims.filter((claim) => claim.ok).length;
}

/** H6, the way back; P6, the buckets. */
export const RAMPS: readonly Case[] = [
  [
    'H6: without a lane 1, 2, 4 calls a second come back after a probe, counted over all who share the state',
    async (shared) => {
      const now = await back(shared);
      const counts = [];
      for (let second = 0; second < 4; second++) counts.push(await admitted(shared, now + second * 1000, `s${second}-`));
      equal(counts, [1, 2, 4, 8], 'let in');
      equal(await admitted(shared, now + 30_000, 'after'), 20, 'when it is over');
    },
  ],
  [
    'H6: of a lane 8 wide a quarter, a half and the whole come back, 10 s apart, counted over all who share the state',
    async (shared) => {
      const now = await back(shared);
      equal(await admitted(shared, now, 'a', 8), 2, 'at once');
      equal(await admitted(shared, now + 9_999, 'b', 8), 0, 'they are still under way');
      equal(await admitted(shared, now + 10_000, 'c', 8), 2, 'after 10 s');
      equal(await admitted(shared, now + 20_000, 'd', 8), 4, 'after 20 s');
      equal(await admitted(shared, now + 30_000, 'e', 8), 20, 'after 30 s');
    },
  ],
  [
    'H6: a place in the ramp is free when its call ends, or its process is gone',
    async (shared) => {
      const { a, b, deadOwner } = shared;
      const now = await back(shared);
      const ask = asking(shared);
      equal(await ask(a, 'one', now, 4), { ok: true, ramp: true }, 'one of four');
      equal((await ask(b, 'two', now, 4)).ok, false, 'no room');
      await a.report(TARGET, ok(now, { phase: 'end', lease: 'one' }), now + 1);
      const gone = await b.claim(SCOPES, { id: 'two', owner: deadOwner, until: now + 30_000, width: 4 }, now + 1);
      equal(gone.ok, true, 'freed by its end');
      equal((await ask(a, 'three', now + 2, 4)).ok, true, 'freed by the death of its process');
    },
  ],
  [
    'H6: a failure on the way back rests it again, whoever else is under way',
    async (shared) => {
      const { a, b } = shared;
      const now = await back(shared);
      await asking(shared)(a, 'one', now + 1, 8);
      await b.report(TARGET, failed('overload', now + 1), now + 2);
      equal((await one(a, MODEL))?.tag, 'resting', 'tag');
      equal((await one(a, MODEL))?.strikes, 2, 'strikes');
      equal((await asking(shared)(b, 'two', now + 3, 8)).ok, false, 'claim');
    },
  ],
  [
    'P6: the retries of an endpoint come from one bucket, whoever asks',
    async ({ a, b }) => {
      const draws = async (endpoint: string, calls: number): Promise<number> => {
        let granted = 0;
        for (let i = 0; i < 20; i++) {
          const counted = i === 0 ? [{ at: T, calls, seen: [''] }] : [];
          if ((await (i % 2 === 0 ? a : b).draw!(endpoint, { calls: counted }, T)).ok) granted++;
        }
        return granted;
      };
      equal([await draws('work', 0), await draws('busy', 30)], [3, 6], 'granted');
      const drawn = await b.draw!('work', { calls: [] }, T);
      equal(drawn, { ok: false, until: T + 20_000 }, 'refused');
      equal((await a.read(['retries:work'])).size, 0, 'a bucket is no belief');
    },
  ],
];
