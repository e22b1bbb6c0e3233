import { drawn, type ChainSpec } from '@holdfast/agent/engine';
import type { Model, ModelOptions, Random } from '@holdfast/core/engine';

/**
 * Docker's alloy: one member of the comma list opens the chain, drawn anew for each call. A conversation in the middle of a tool
 * exchange stays where it was (P8): its target opens the chain. Without an alloy this is the chain itself.
 */
export function alloy(chain: ChainSpec, ofPlaces: (order: readonly number[]) => Model, random: Random): Model {
  if (chain.members.length < 2) return ofPlaces(drawn(chain, 0));
  const orders = chain.members.map((_, index) => drawn(chain, index / chain.members.length));
  const models = orders.map(ofPlaces);
  const pick = (options: ModelOptions): Model => {
    const keep = options.prompt.at(-1)?.role === 'tool' ? keptRef(options) : undefined;
    const kept = keep === undefined ? -1 : orders.findIndex(([first]) => first !== undefined && chain.targets[first]?.ref === keep);
    return models[kept >= 0 ? kept : Math.floor(random() * models.length)]!;
  };
  return {
    specificationVersion: 'v4',
    provider: 'holdfast',
    modelId: chain.name,
    supportedUrls: {},
    doGenerate: (options) => pick(options).doGenerate(options),
    doStream: (options) => pick(options).doStream(options),
  };
}

function keptRef({ providerOptions }: ModelOptions): string | undefined {
  const keep = providerOptions?.['holdfast']?.['keep'];
  const ref = typeof keep === 'object' && keep !== null && 'ref' in keep ? keep['ref'] : undefined;
  return typeof ref === 'string' ? ref : undefined;
}
