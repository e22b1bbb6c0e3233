import type { ClientError, JsonObject } from '@holdfast/core/wire';
import { sendJson } from '../http/answers.ts';
import type { Exchange, Route } from '../ports.ts';
import type { ResponsesStore } from '../responses/responses-store.ts';
import { listed, type KeptResponse } from '../rules/kept-response.ts';
import { pageOf } from '../rules/page.ts';
import { Refusal } from '../rules/refusal.ts';

/** OpenAI's routes for responses that are kept; without a store none is found. `store`: the one of this moment. */
export function responsesRoutes(store: () => ResponsesStore | undefined): readonly Route[] {
  const found = async (exchange: Exchange, show: (kept: KeptResponse) => JsonObject | ClientError): Promise<void> => {
    const id = exchange.params['id'] ?? '';
    const kept = await store()?.get(exchange.holder.name, id);
    const shown = kept ? show(kept) : notFound(id);
    if (isError(shown)) throw new Refusal(shown);
    sendJson(exchange, 200, shown);
  };
  return [
    {
      method: 'GET',
      path: '/v1/responses/:id',
      access: 'key',
      handle: (exchange) => found(exchange, (kept) => (exchange.query.get('stream') === 'true' ? NO_STREAM : kept.response)),
    },
    {
      method: 'DELETE',
      path: '/v1/responses/:id',
      access: 'key',
      handle: async (exchange) => {
        const id = exchange.params['id'] ?? '';
        if ((await store()?.delete(exchange.holder.name, id)) !== true) throw new Refusal(notFound(id));
        sendJson(exchange, 200, { id, object: 'response', deleted: true });
      },
    },
    {
      method: 'GET',
      path: '/v1/responses/:id/input_items',
      access: 'key',
      handle: (exchange) => found(exchange, (kept) => pageOf(listed(kept), exchange.query)),
    },
  ];
}

const notFound = (id: string): ClientError => ({
  status: 404,
  class: 'invalid-request',
  message: `Response with id '${id}' not found.`,
});

const NO_STREAM: ClientError = {
  status: 400,
  class: 'invalid-request',
  message: "Unsupported parameter: 'stream' is not supported for a response that is kept.",
  param: 'stream',
  code: 'unsupported_parameter',
};

const isError = (shown: JsonObject | ClientError): shown is ClientError => 'class' in shown;
