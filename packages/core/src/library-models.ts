import type { Reachable } from './compose.ts';
import { libraryJson } from './object-mode.ts';
import { libraryPrice } from './library-prices.ts';
import type { Model } from './model.ts';
import { refuse } from './option-checks.ts';
import { askModel } from './providers/ask.ts';
import type { Price, Protocol, Target } from './rules/target.ts';

/**
 * A model of the chain. `endpoint` and `account` join models that share a server or a limit. `price`, in US dollars per million tokens, where
 * it is not the published one or none is known.
 */
export type ModelEntry = Model | { readonly model: Model; readonly endpoint?: string; readonly account?: string; readonly price?: Price };

const PROTOCOLS: readonly (readonly [RegExp, Protocol])[] = [
  [/^anthropic/, 'anthropic-messages'],
  [/^openai\.responses/, 'openai-responses'],
  [/^google/, 'google'],
  [/^openai|\.chat/, 'openai-chat'],
];

/** An element of `models` as it came: from JavaScript it may be anything. */
const entryOf = (entry: ModelEntry): Partial<Exclude<ModelEntry, Model>> =>
  typeof entry === 'object' && entry !== null && 'model' in entry ? entry : { model: entry };

/** The models of a chain, each a place of its own. */
export function reachableOf(entries: readonly ModelEntry[], where: (name: string) => string): readonly Reachable[] {
  const seen = new Map<string, number>();
  return entries.map((entry, place) => {
    const { model, endpoint, account, price: given } = entryOf(entry);
    if (typeof model?.doStream !== 'function') return refuse(where('models'), `element ${place} is not an AI SDK language model`);
    const plain = `${model.provider}/${model.modelId}`;
    const times = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, times);
    const name = times === 1 ? plain : `${plain}#${times}`;
    const credential = `${name}#key`;
    const price = libraryPrice(model, given, (option) => where(`models[${place}].${option}`));
    const target: Target = {
      place,
      ref: name,
      entry: endpoint ?? name,
      model: model.modelId,
      protocol: PROTOCOLS.find(([pattern]) => pattern.test(model.provider))?.[1] ?? 'other',
      credential,
      account: account ?? credential,
      group: model.modelId,
      ...libraryJson(model),
      ...(price && { price }),
    };
    return { target, ask: askModel(() => Promise.resolve(model)) };
  });
}
