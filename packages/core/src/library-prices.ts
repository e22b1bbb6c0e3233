import type { Model } from './model.ts';
import { known, refuse } from './option-checks.ts';
import { vendorAt } from './providers/hosts.ts';
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
export function libraryPrice(model: Model, given: unknown, where: (name: string) => string): Price | undefined {
  if (given !== undefined) return checkedPrice(given, where);
  const { provider, modelId } = model;
  return isElsewhere(model) ? undefined : publishedOf(provider, modelId)?.price;
}

/** The model says where it asks, and that is no host of its vendor's: a proxy or a gateway with prices of its own. Models that do not say are believed. */
function isElsewhere(model: Model): boolean {
  const base = baseOf(model);
  const vendor = vendorOf(model.provider);
  return base !== undefined && vendor !== undefined && vendorAt(base) !== vendor;
}

/** The AI SDK's own models keep their address in `config`, as a text or as a function of a path. */
function baseOf(model: Model): URL | undefined {
  try {
    const { baseURL, url } = ((model as { readonly config?: unknown }).config ?? {}) as {
      readonly baseURL?: unknown;
      readonly url?: unknown;
    };
    const said: unknown = baseURL ?? (typeof url === 'function' ? url({ path: '/', modelId: model.modelId }) : undefined);
    return typeof said === 'string' ? new URL(said) : undefined;
  } catch {
    // A model of another make: what is called `url` there is something else.
    return undefined;
  }
}

const vendorOf = (provider: string): string | undefined => VENDORS.find(([pattern]) => pattern.test(provider))?.[1];

/** The most tokens of output that are published of a model: what a budget holds where a request says nothing. */
export const libraryOutput = ({ provider, modelId }: Model): number | undefined => publishedOf(provider, modelId)?.maxOutput;

function publishedOf(provider: string, modelId: string): ReturnType<typeof knownModel> {
  const vendor = vendorOf(provider);
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
