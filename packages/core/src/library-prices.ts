import type { Model } from './model.ts';
import { known, refuse } from './option-checks.ts';
import { knownModel } from './rules/known.ts';
import type { Price } from './rules/target.ts';

/** The AI SDK's word for who serves a model, and ours. Others sell the same models at prices of their own. */
const VENDORS: readonly (readonly [RegExp, string])[] = [
  [/^anthropic\b/, 'anthropic'],
  [/^openai\.(?:responses|chat)/, 'openai'],
  [/^google\.generative-ai/, 'google'],
  [/^mistral\b/, 'mistral'],
  [/^xai\b/, 'xai'],
  [/^deepseek\b/, 'deepseek'],
  [/^groq\b/, 'groq'],
];

const RATES = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

/** The price an entry is given, else the published one of a model asked at its own vendor; undefined: nobody knows. */
export function libraryPrice({ provider, modelId }: Model, given: unknown, where: (name: string) => string): Price | undefined {
  if (given !== undefined) return checkedPrice(given, where);
  return publishedOf(provider, modelId)?.price;
}

/** The most tokens of output that are published of a model: what a budget holds where a request says nothing. */
export const libraryOutput = ({ provider, modelId }: Model): number | undefined => publishedOf(provider, modelId)?.maxOutput;

function publishedOf(provider: string, modelId: string): ReturnType<typeof knownModel> {
  const vendor = VENDORS.find(([pattern]) => pattern.test(provider))?.[1];
  return vendor === undefined ? undefined : knownModel(vendor, modelId);
}

function checkedPrice(given: unknown, where: (name: string) => string): Price {
  if (typeof given !== 'object' || given === null) return refuse(where('price'), 'must be an object of US dollars per million tokens');
  const { longer, ...rest } = given as Readonly<Record<string, unknown>>;
  known(rest, RATES, (name) => where(`price.${name}`));
  rates(rest, where, 'price');
  if (longer === undefined) return rest as unknown as Price;
  if (typeof longer !== 'object' || longer === null) return refuse(where('price.longer'), 'must be an object');
  known(longer, [...RATES, 'above'], (name) => where(`price.longer.${name}`));
  const { above, ...more } = longer as Readonly<Record<string, unknown>>;
  rates(more, where, 'price.longer');
  if (!isAmount(above)) return refuse(where('price.longer.above'), 'must be a number of tokens');
  return { ...rest, longer: { ...more, above } } as unknown as Price;
}

const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

function rates(given: Readonly<Record<string, unknown>>, where: (name: string) => string, of: string): void {
  for (const name of RATES) {
    const missing = given[name] === undefined && (name === 'cacheRead' || name === 'cacheWrite');
    if (!missing && !isAmount(given[name])) refuse(where(`${of}.${name}`), 'must be US dollars per million tokens, zero or more');
  }
}
