import { readBudgets } from '@holdfast/core/engine';
import { expect, it } from 'vitest';
import { unpricedError } from './priced.ts';

const PRICE = { input: 1, output: 2 };
const { budgets } = readBudgets(
  [
    { name: 'key ci', caller: 'ci', usdPerDay: 1 },
    { name: 'calls', caller: 'ann', callsPerDay: 9 },
    { name: 'free', caller: 'bob', usdPerDay: 1, unpriced: 'allow' },
  ],
  'camel',
);
const told = (caller: string, ...targets: readonly (readonly [string, boolean])[]) =>
  unpricedError(
    budgets,
    targets.map(([ref, priced]) => ({ ref, ...(priced && { price: PRICE }) })),
    { id: 'x', caller },
  );

it('what has no price is not asked under a budget of money of this caller, which may allow it', () => {
  expect(told('ci', ['work/small', false], ['openai/gpt-5', true])).toMatchObject({
    status: 429,
    param: 'model',
    message: expect.stringContaining('the price of work/small is not known'),
  });
  expect(told('ci/nightly', ['work/small', false])?.status).toBe(429);
  expect(told('ci', ['work/gpt-429', false])?.message).toContain('this model has no known price');
  expect([told('ci', ['openai/gpt-5', true]), told('ann', ['work/small', false]), told('bob', ['work/small', false])]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
