import { PRICES, type PriceCells } from './prices.data.ts';
import type { Price } from './target.ts';

/** The published price of a model, by vendor name (`openai`, …) and id; undefined when nobody knows it, or when it changes with the hour. */
export function priceFor(vendor: string, model: string): Price | undefined {
  const id = model.toLowerCase();
  const [, cells, above, longer] =
    (Object.hasOwn(PRICES, vendor) ? PRICES[vendor]! : []).find(([pattern]) => new RegExp(pattern).test(id)) ?? [];
  if (!cells) return undefined;
  return { ...rateOf(cells), ...(above !== undefined && longer && { longer: { above, ...rateOf(longer) } }) };
}

const rateOf = ([input, output, cacheRead, cacheWrite]: PriceCells): Omit<Price, 'longer'> => ({
  input,
  output,
  ...(typeof cacheRead === 'number' && { cacheRead }),
  ...(typeof cacheWrite === 'number' && { cacheWrite }),
});
