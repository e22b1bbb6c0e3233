import { sendJson } from '../http/answers.ts';
import type { Exchange, Route } from '../ports.ts';
import { modelList, modelNamed, modelPage } from '../rules/model-list.ts';
import type { ModelNames } from '../rules/model-names.ts';
import { unknownModel } from '../rules/own-errors.ts';
import { Refusal } from '../rules/refusal.ts';

interface Read {
  readonly names: ModelNames;
  /** Epoch ms. */
  readonly loaded: number;
}

/** What this holder may ask for, as OpenAI's and as Anthropic's clients read it. */
export function modelsRoutes(now: () => Read): readonly Route[] {
  const contextOf = ({ holder: { tiers } }: Exchange) => ({ allowed: tiers, loaded: now().loaded });
  return [
    {
      method: 'GET',
      path: '/v1/models',
      access: 'key',
      handle: async (exchange) => sendJson(exchange, 200, modelPage(modelList(now().names, contextOf(exchange)), exchange.query)),
    },
    {
      method: 'GET',
      path: '/v1/models/:id',
      access: 'key',
      handle: async (exchange) => {
        const id = exchange.params['id']!;
        const found = modelNamed(id, now().names, contextOf(exchange));
        if (!found) throw new Refusal(unknownModel(id));
        sendJson(exchange, 200, found);
      },
    },
  ];
}
