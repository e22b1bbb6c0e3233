import { KNOWN_MODELS, type KnownRow } from './known.data.ts';
import { priceFor } from './prices.ts';
import type { Target } from './target.ts';

/** What a target takes over from the table where its configuration says nothing. */
export type KnownModel = Pick<Target, 'window' | 'maxOutput' | 'images' | 'price'>;

/** After an id: a date in one of the vendors' spellings, or a word for "as it is now". */
const VERSION = /^[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest|preview|exp|preview-\d{2}-\d{2}(?:-?\d{2,4})?|preview-\d{2}-\d{4})$/;

/** Asks for the long-context beta; no part of the id that is sent. */
export const LONG = '[1m]';

export const isLong = (model: string): boolean => model.toLowerCase().endsWith(LONG);

/** The id that is sent. */
export const withoutLong = (model: string): string => (isLong(model) ? model.slice(0, -LONG.length) : model);

/** By vendor name (`openai`, …) and model id; undefined when nothing is known. A model may have a price that is known by nothing else. */
export function knownModel(vendor: string, model: string): KnownModel | undefined {
  const id = withoutLong(model);
  const found = Object.hasOwn(KNOWN_MODELS, vendor) ? rowOf(KNOWN_MODELS[vendor]!, id) : undefined;
  const price = priceFor(vendor, id) ?? found?.price;
  if (found === undefined) return price && { price };
  return {
    window: isLong(model) ? (found.long ?? found.window) : found.window,
    images: found.images,
    ...(found.maxOutput !== null && { maxOutput: found.maxOutput }),
    ...(price && { price }),
  };
}

/** The longest id that `model` is a version of: `gpt-4o-mini-2024-07-18` is no `gpt-4o`. */
function rowOf(rows: readonly KnownRow[], model: string): KnownRow | undefined {
  let best: KnownRow | undefined;
  for (const one of rows) {
    if (!model.startsWith(one.id) || one.id.length <= (best?.id.length ?? 0)) continue;
    const rest = model.slice(one.id.length);
    if (rest === '' || VERSION.test(rest)) best = one;
  }
  return best;
}
