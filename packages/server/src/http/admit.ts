import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import type { Admitted } from './held-exchange.ts';
import type { Route } from '../ports.ts';
import { corsHeaders, isPreflight, preflightHeaders, refusedHost, refusedOrigin, refusedType } from '../rules/guard.ts';
import { Refusal, refusal } from '../rules/refusal.ts';
import type { RouteTable } from '../rules/routes.ts';

const UNKNOWN = 'Nothing is served at this path. There are /v1/chat/completions, /v1/responses, /v1/messages and /v1/models.';

const closing = (): Refusal =>
  new Refusal(
    { status: 503, class: 'server', message: 'The gateway is closing; it takes no new requests.', retryAfter: 1 },
    { connection: 'close' },
  );

/** Behind the name and the origin: is there such a route, who asks, and may it bring such a body. */
function entered(req: IncomingMessage, path: string, table: RouteTable<Route>, access: Access): Admitted | Refusal {
  const method = req.method!;
  const found = table.find(method, path);
  if (found === undefined) return refusal(404, path.startsWith('/v1') ? 'invalid-request' : 'not-found', UNKNOWN);
  if (typeof found === 'string') return refusal(405, 'invalid-request', `This path takes only ${found}.`, { headers: { allow: found } });
  const { route, params } = found;
  const holder = access.admit(route.access, req.headers, req.socket.remoteAddress);
  if (holder instanceof Refusal) return holder;
  const wrong = method === 'GET' || method === 'HEAD' ? undefined : refusedType(req.headers);
  return wrong ?? { route, params, holder, access };
}

/** Undefined: a browser's question before the request, which is answered. */
export function admit(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  { table, access, draining }: { readonly table: RouteTable<Route>; readonly access: Access; readonly draining: boolean },
): Admitted | Refusal | undefined {
  const { headers } = req;
  const { names } = access;
  const foreign = refusedHost(headers, req.rawHeaders, names) ?? refusedOrigin(headers, names);
  if (foreign) return foreign;
  const { origin } = headers;
  if (origin !== undefined && names.origins.has(origin.toLowerCase())) {
    const methods = isPreflight(req.method!, headers) ? table.find('OPTIONS', path) : undefined;
    if (typeof methods === 'string') return void res.writeHead(204, preflightHeaders(headers, methods)).end();
    for (const [name, value] of Object.entries(corsHeaders(origin))) res.setHeader(name, value);
  }
  const admitted = entered(req, path, table, access);
  if (draining && !(admitted instanceof Refusal) && admitted.route.access !== 'open') return closing();
  return admitted;
}
