import type { AffinityStore } from '../ports.ts';
import type { Kept } from '../rules/affinity.ts';
import { equal } from './expect.ts';
import type { Suite } from './health-store.contract.ts';

/** Two ways into one store: two adapters over one file, or twice the same. */
export interface SharedAffinity {
  readonly a: AffinityStore;
  readonly b: AffinityStore;
  close(): Promise<void>;
}

const T = 1_700_000_000_000;
const kept = (at: number, more: Partial<Kept> = {}): Kept => ({ ref: 'work/small', credential: 'work#KEY', at, warm: 300_000, ...more });

const CASES: readonly (readonly [string, (shared: SharedAffinity) => Promise<void>])[] = [
  [
    'P8: a conversation nobody answered is unknown, and so is one that was forgotten',
    async ({ a, b }) => {
      equal(await a.read('k'), undefined, 'unknown');
      await a.write('k', kept(T));
      await b.forget('k', T);
      equal(await a.read('k'), undefined, 'forgotten');
      await a.forget('never', T);
    },
  ],
  [
    'P8: what one writes, all read; each conversation by itself',
    async ({ a, b }) => {
      await a.write('k', kept(T, { warm: 3_600_000, ref: 'ref with "quotes" — und Ümläute' }));
      await b.write('l', kept(T + 1, { credential: 'work#OTHER' }));
      equal(await b.read('k'), kept(T, { warm: 3_600_000, ref: 'ref with "quotes" — und Ümläute' }), 'k');
      equal(await a.read('l'), kept(T + 1, { credential: 'work#OTHER' }), 'l');
    },
  ],
  [
    'P8: what was answered later wins, in whatever order it is told',
    async ({ a, b }) => {
      await a.write('k', kept(T + 10));
      await b.write('k', kept(T + 5, { ref: 'late' }));
      equal(await a.read('k'), kept(T + 10), 'an older answer replaces nothing');
      await b.forget('k', T + 5);
      equal(await a.read('k'), kept(T + 10), 'and forgets nothing');
      await b.write('k', kept(T + 20, { ref: 'newer' }));
      equal(await a.read('k'), kept(T + 20, { ref: 'newer' }), 'a newer one does');
    },
  ],
  [
    'P8: after the clock was set back by an hour what is said is the newer',
    async ({ a, b }) => {
      const [before, now] = [T + 3_600_000, T];
      await a.write('k', kept(before));
      await b.write('k', kept(now, { ref: 'since' }));
      equal(await a.read('k'), kept(now, { ref: 'since' }), 'it replaces');
      await a.write('l', kept(before));
      await b.forget('l', now);
      equal(await a.read('l'), undefined, 'and forgets');
    },
  ],
  [
    'P8: many at once lose nothing',
    async ({ a, b }) => {
      await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 ? a : b).write(`k${n % 20}`, kept(T + n))));
      for (let n = 0; n < 20; n++) equal(await a.read(`k${n}`), kept(T + 180 + n), `k${n}`);
    },
  ],
];

/** What every store of conversations must keep. `open` gives a fresh one. */
export function affinityStoreContract({ describe, it }: Suite, name: string, open: () => Promise<SharedAffinity>): void {
  describe(`where conversations were answered, ${name}`, () => {
    for (const [what, check] of CASES)
      it(what, async () => {
        const shared = await open();
        try {
          await check(shared);
        } finally {
          await shared.close();
        }
      });
  });
}
