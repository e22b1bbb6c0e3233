import type { ServerResponse } from 'node:http';
import { responsesProtocol, type ClientError, type JsonObject } from '@holdfast/core/wire';
import type { Exchange, Route } from '../ports.ts';
import type { ResponsesStore } from '../responses-store.ts';
import { listed, type KeptResponse } from '../rules/kept-response.ts';
import { pageOf } from '../rules/page.ts';

/** OpenAI's routes for responses that are kept; without a store none is found. `store`: the one of this moment. */
export function responsesRoutes(store: () => ResponsesStore | undefined): readonly Route[] {
  const found = async (exchange: Exchange, show: (kept: KeptResponse) => JsonObject | ClientError): Promise<void> => {
    const { holder, params, res } = exchange;
    const id = params['id'] ?? '';
    const kept = await store()?.get(holder.name, id);
    answer(res, kept ? show(kept) : notFound(id));
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
      handle: async ({ holder, params, res }) => {
        const id = params['id'] ?? '';
        const deleted = (await store()?.delete(holder.name, id)) === true;
        answer(res, deleted ? { id, object: 'response', deleted: true } : notFound(id));
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

function answer(res: ServerResponse, shown: JsonObject | ClientError): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (isError(shown)) res.writeHead(shown.status, { ...headers, 'x-should-retry': 'false' }).end(responsesProtocol.error(shown));
  else res.writeHead(200, headers).end(JSON.stringify(shown));
}
