import { classifier, drawn, type ChainSpec } from '@holdfast/agent/engine';
import { pickedModel } from './picked-model.ts';
import type { Model, ModelOptions } from '@holdfast/core/engine';

/**
 * Docker's rule-based routing: what the last user message is most like opens the chain; the router's own model and its fallback follow. A tool
 * exchange stays with the route it began on, since its user message stays the last. `ofPlaces`: places count the chain's targets, then those
 * of its routes.
 */
export function router(chain: ChainSpec, ofPlaces: (order: readonly number[]) => Model): Model {
  const own = drawn(chain, 0);
  let first = own.length;
  const orders = chain.routes.map(({ targets }) => {
    // A route to what the chain asks anyway only moves it to the front.
    const mine = targets.map((target, index) => {
      const same = chain.targets.findIndex((one) => JSON.stringify(one) === JSON.stringify(target));
      return same >= 0 ? same : first + index;
    });
    first += targets.length;
    return [...mine, ...own.filter((place) => !mine.includes(place))];
  });
  const models = orders.map(ofPlaces);
  const otherwise = ofPlaces(own);
  const route = classifier(chain.routes);
  return pickedModel(chain.name, (options) => models[route(lastWords(options)) ?? -1] ?? otherwise);
}

function lastWords({ prompt }: ModelOptions): string {
  const message = prompt.findLast(({ role }) => role === 'user');
  return message?.role === 'user' ? message.content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n') : '';
}
