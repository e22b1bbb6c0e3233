import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { PRICES } from '../packages/core/src/rules/prices.data.ts';
import { priceFor } from '../packages/core/src/rules/prices.ts';
import { priceUsage } from '../packages/core/src/rules/usage.ts';
import { AS_OF, tables, VENDORS } from './prices.ts';

describe('published prices', () => {
  it('the table is what the script makes of the list', () => expect(PRICES).toEqual(tables));

  const models = Object.entries(VENDORS).flatMap(([vendor, providerId]) =>
    findProvider({ providerId })!.models.map(({ id }) => ({ vendor, providerId, id })),
  );

  it.each([
    ['a short request', { input: 1000, cacheRead: 200, output: 500 }],
    ['a long one', { input: 400_000, cacheRead: 300_000, output: 2000 }],
  ])('every price we give is the list\u2019s own: %s', (_, usage) => {
    let known = 0;
    for (const { vendor, providerId, id } of models) {
      const price = priceFor(vendor, id);
      if (!price) continue;
      known += 1;
      const told = { input_tokens: usage.input, cache_read_tokens: usage.cacheRead, output_tokens: usage.output };
      const theirs = calcPrice(told, id, { providerId, timestamp: new Date(AS_OF) });
      expect({ id, usd: priceUsage(usage, price) }).toEqual({ id, usd: expect.closeTo(theirs!.total_price, 9) });
    }
    expect(known).toBeGreaterThan(150);
  });

  it.each([
    ['openai', 'gpt-4o-audio-preview'],
    ['openai', 'gpt-5.9'],
    ['deepseek', 'deepseek-v4-pro'],
    ['google', 'claude-sonnet-4-5'],
    ['nobody', 'gpt-5'],
    ['constructor', 'name'],
  ])('%s/%s has no price', (vendor, model) => expect(priceFor(vendor, model)).toBeUndefined());
});
