import type { BudgetStore } from '../ports.ts';
import type { Window } from '../rules/budget/budget.ts';
import type { Hold } from '../rules/budget/reserve.ts';
import { equal } from './expect.ts';
import type { Suite } from './health-store.contract.ts';

/** Two ways to one store: the same process twice, or two processes. */
export interface SharedBudgets {
  readonly a: BudgetStore;
  readonly b: BudgetStore;
  /** A process that lives, and one that is gone. */
  readonly owner: string;
  readonly deadOwner: string;
  close(): Promise<void>;
}

/** Far ahead: a store forgets what is over when it is opened. */
const T = 2_000_000_000_000;
const HOUR = 3_600_000;

const day: Window = { id: 'nightly usd day', budget: 'nightly', unit: 'usd', per: 'day', limit: 10, renewsAt: T + 10 * HOUR };
const calls: Window = { id: 'nightly calls run', budget: 'nightly', unit: 'calls', per: 'run', limit: 2 };

const hold = (id: string, owner: string, usd: number, more: Partial<Hold> = {}): Hold => ({
  id,
  owner,
  until: T + HOUR,
  parts: [
    { window: day, amount: usd },
    { window: calls, amount: 1 },
  ],
  ...more,
});

type Case = readonly [name: string, run: (shared: SharedBudgets) => Promise<void>];

const CASES: readonly Case[] = [
  [
    'B1: all parts are held or none',
    async ({ a, b, owner }) => {
      equal(await a.reserve(hold('1', owner, 4), T), { ok: true }, 'first');
      equal(await b.reserve(hold('2', owner, 7), T), { ok: false, window: day, left: 6 }, 'too dear');
      equal(await b.reserve(hold('3', owner, 1), T), { ok: true }, 'second');
      equal(await a.reserve(hold('4', owner, 1), T), { ok: false, window: calls, left: 0 }, 'too many');
      equal(
        (await b.list(T)).map(({ id, used, held }) => [id, used, held]),
        [
          [calls.id, 0, 2],
          [day.id, 0, 5],
        ],
        'list',
      );
    },
  ],
  [
    'B2: however many reserve at once, no more is held than there is',
    async ({ a, b, owner }) => {
      const asked = await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          (i % 2 === 0 ? a : b).reserve(hold(`${i}`, owner, 3, { parts: [{ window: day, amount: 3 }] }), T),
        ),
      );
      equal(asked.filter(({ ok }) => ok).length, 3, 'granted');
    },
  ],
  [
    'what was paid stays counted, the rest is free again; a call counts once',
    async ({ a, b, owner }) => {
      await a.reserve(hold('1', owner, 9), T);
      await a.settle(
        '1',
        [
          { window: day, amount: 0.5 },
          { window: calls, amount: 1 },
        ],
        T + 1,
      );
      equal(
        (await b.list(T + 1)).map(({ id, used, held }) => [id, used, held]),
        [
          [calls.id, 1, 0],
          [day.id, 0.5, 0],
        ],
        'settled',
      );
      equal(
        (await b.list(T + 1)).map(({ renewsAt }) => renewsAt),
        [undefined, T + 10 * HOUR],
        'renews',
      );
      equal(await b.reserve(hold('2', owner, 9.5), T + 2), { ok: true }, 'fits exactly');
      await b.settle('2', [], T + 3);
      equal(
        (await a.list(T + 3)).map(({ id, used, held }) => [id, used, held]),
        [
          [calls.id, 1, 0],
          [day.id, 0.5, 0],
        ],
        'released',
      );
    },
  ],
  [
    'the same call again replaces what it held, or keeps it where more does not fit',
    async ({ a, b, owner }) => {
      await a.reserve(hold('1', owner, 6), T);
      equal((await b.reserve(hold('1', owner, 8), T)).ok, true, 'grown');
      equal((await b.reserve(hold('1', owner, 11), T)).ok, false, 'too much');
      equal(
        (await a.list(T)).map(({ held }) => held),
        [1, 8],
        'as before',
      );
    },
  ],
  [
    'what a dead process holds is free, and so is what was held too long',
    async ({ a, b, owner, deadOwner }) => {
      equal((await a.reserve(hold('dead', deadOwner, 10), T)).ok, true, 'held');
      equal(await b.list(T), [], 'void');
      equal((await b.reserve(hold('1', owner, 10), T)).ok, true, 'free');
      equal((await a.reserve(hold('2', owner, 10), T + HOUR - 1)).ok, false, 'still held');
      equal((await a.reserve(hold('2', owner, 10), T + HOUR)).ok, true, 'too long');
    },
  ],
];

export function budgetStoreContract({ describe, it }: Suite, name: string, open: () => Promise<SharedBudgets>): void {
  describe(`budget store: ${name}`, () => {
    for (const [title, run] of CASES) {
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
