import type { MovingStore } from '../moving-store.ts';
import type { Origin } from '../rules/transcript/origin.ts';
import { equal } from './expect.ts';
import type { Suite } from './health-store.contract.ts';

/** Two ways into one store: two adapters over one file, or twice the same. */
export interface SharedMoving {
  readonly a: MovingStore;
  readonly b: MovingStore;
  close(): Promise<void>;
}

const T = 1_700_000_000_000;
const EAST: Origin = { entry: 'east', protocol: 'google', model: 'gemini', account: 'east#KEY' };
const WEST: Origin = { ...EAST, entry: 'west "quoted" ümläut' };

const CASES: readonly (readonly [string, (shared: SharedMoving) => Promise<void>])[] = [
  [
    'T1: who made a value is known to all, by its hash; the unknown is left out; the last maker counts',
    async ({ a, b }) => {
      await a.handedOut(['h1', 'h2'], EAST, T);
      await b.handedOut(['h2'], WEST, T + 1);
      const known = await b.makers(['h1', 'h2', 'h3'], T);
      equal(
        known,
        new Map([
          ['h1', EAST],
          ['h2', WEST],
        ]),
        'makers',
      );
    },
  ],
  [
    'T1: a value handed out before the time asked for is unknown',
    async ({ a, b }) => {
      await a.handedOut(['h1'], EAST, T);
      equal((await b.makers(['h1'], T + 1)).size, 0, 'old');
    },
  ],
  [
    'T1: a thousand values at once',
    async ({ a, b }) => {
      const hashes = Array.from({ length: 1000 }, (_, n) => `hash${n}`);
      await a.handedOut(hashes, EAST, T);
      equal((await b.makers(hashes, T)).size, 1000, 'many');
    },
  ],
  [
    'T3: a repair is known at its scope only, once, and from its last time on',
    async ({ a, b }) => {
      await a.learn('east/m', 'setting:temperature', T);
      await b.learn('east/m', 'setting:temperature', T + 5);
      await a.learn('east/m', 'no-images', T);
      equal([...(await b.repairs('east/m', T))].toSorted(), ['no-images', 'setting:temperature'], 'all');
      equal([...(await b.repairs('east/m', T + 1))], ['setting:temperature'], 'since');
      equal([...(await a.repairs('east/n', 0))], [], 'elsewhere');
    },
  ],
];

/** What every `MovingStore` must keep. `open` gives a fresh one. */
export function movingStoreContract({ describe, it }: Suite, name: string, open: () => Promise<SharedMoving>): void {
  describe(`what moves between models, ${name}`, () => {
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
