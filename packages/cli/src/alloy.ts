import { drawn, type ChainSpec } from '@holdfast/agent/engine';
import { pickedModel } from './picked-model.ts';
import type { Model, ModelOptions, Random } from '@holdfast/core/engine';

interface Kept {
  readonly place: number;
  readonly ref: string;
}

/**
 * Docker's alloy: one member of the comma list opens the chain, drawn anew for each call. A conversation in the middle of a tool
 * exchange stays with the order in which it was answered (P8). Without an alloy this is the chain itself. `keys`: how many keys the
 * place of a target stands for; each is a place of its own in the chain that asks.
 */
export function alloy(
  chain: ChainSpec,
  ofPlaces: (order: readonly number[]) => Model,
  random: Random,
  keys: (place: number) => number = () => 1,
): Model {
  if (chain.members.length < 2) return ofPlaces(drawn(chain, 0));
  const orders = chain.members.map((_, index) => drawn(chain, index / chain.members.length));
  const models = orders.map(ofPlaces);
  const refs = orders.map((order) => order.flatMap((place) => Array.from({ length: keys(place) }, () => chain.targets[place]?.ref)));
  return pickedModel(chain.name, (options) => {
    const keep = options.prompt.at(-1)?.role === 'tool' ? keptBy(options) : undefined;
    const kept = keep === undefined ? -1 : refs.findIndex((order) => order[keep.place] === keep.ref);
    return models[kept >= 0 ? kept : Math.floor(random() * models.length)]!;
  });
}

function keptBy({ providerOptions }: ModelOptions): Kept | undefined {
  const keep = providerOptions?.['holdfast']?.['keep'] as Partial<Kept> | undefined;
  return typeof keep?.place === 'number' && typeof keep.ref === 'string' ? { place: keep.place, ref: keep.ref } : undefined;
}
