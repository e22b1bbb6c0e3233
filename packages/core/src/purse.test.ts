import { describe, expect, it } from 'vitest';
import { MemoryBudgets } from './io/budget-memory.ts';
import type { BudgetStore, Clock } from './ports.ts';
import { Purse } from './purse.ts';
import type { Budget } from './rules/budget/budget.ts';
import type { Reserved } from './rules/budget/reserve.ts';
import type { Plan } from './rules/plan.ts';
import type { RequestFacts } from './rules/target.ts';

const T = 1_800_000_000_000;
const clock = { now: () => T } as Clock;
const budget: Budget = { name: 'day', each: false, limits: [{ unit: 'usd', per: 'day', most: 10 }], allowUnpriced: false, renewsAt: 0 };
const plan = { fits: [{ fits: 'yes' }] } as unknown as Plan;
const facts = {} as RequestFacts;
const nothing = { usd: 0, tokens: 0 };

/** A store that answers when it is told to. */
function slowStore() {
  const inner = new MemoryBudgets();
  const waiting: (() => void)[] = [];
  const store: BudgetStore = {
    reserve: (hold, now) => new Promise<Reserved>((resolve) => waiting.push(() => resolve(inner.reserve(hold, now)))),
    settle: (id, paid, now) => inner.settle(id, paid, now),
    list: (now) => inner.list(now),
    close: () => {},
  };
  return { inner, store, answer: () => waiting.splice(0).forEach((go) => go()) };
}

const purseOf = (store: BudgetStore): Purse =>
  new Purse([budget], { id: 'call' }, () => ({ usd: 3, tokens: 0, calls: 1 }), { store, clock, owner: 'me' });

describe('B5: what a call held is free again when it is over', () => {
  it('also where the store answers only then', async () => {
    const { inner, store, answer } = slowStore();
    const purse = purseOf(store);
    const asked = purse.bars(plan, 0, facts, nothing);
    purse.settle({ usd: 0, tokens: 0, calls: 0 });
    answer();
    await asked;
    expect(inner.list(T)).toEqual([]);
  });

  it('also where it is a further attempt that is asked for; what was paid is counted once', async () => {
    const { inner, store, answer } = slowStore();
    const purse = purseOf(store);
    const first = purse.bars(plan, 0, facts, nothing);
    answer();
    await first;
    const second = purse.bars(plan, 0, facts, { usd: 2, tokens: 0 });
    purse.settle({ usd: 2, tokens: 0, calls: 1 });
    answer();
    await second;
    expect(inner.list(T).map(({ used, held }) => [used, held])).toEqual([[2, 0]]);
  });
});
