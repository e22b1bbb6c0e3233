import { expect, it } from 'vitest';
import { MemoryHealth } from './io/health-memory.ts';
import { retryBudget } from './retry-budget.ts';

const T = 1_700_000_000_000;

it('note 29: a caller that goes by many names has no more than half of it while others call', async () => {
  const budget = retryBudget(new MemoryHealth());
  for (let nth = 0; nth < 50; nth++) budget.called('work', nth % 2 === 0 ? 'ann' : `ci/job-${nth}`, T);
  const drawn: boolean[] = [];
  for (let nth = 0; nth < 10; nth++) drawn.push(await budget.draw('work', `ci/job-${nth}`, T));
  expect(drawn.filter(Boolean)).toHaveLength(5);
});
