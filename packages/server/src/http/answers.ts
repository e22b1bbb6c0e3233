import type { Exchange } from '../ports.ts';
import { refusal, type Refusal } from '../rules/refusal.ts';

type Asked = Pick<Exchange, 'res' | 'id'>;

/** As fresh as it is asked for. */
export const sendJson = (exchange: Asked, status: number, value: unknown): void =>
  send(exchange, status, 'application/json', `${JSON.stringify(value)}\n`);

export function send({ res, id }: Asked, status: number, type: string, body: string): void {
  if (res.headersSent || res.destroyed) return;
  const bytes = Buffer.from(body);
  const length = bytes.length;
  res.writeHead(status, {
    'content-type': type,
    'content-length': length,
    'cache-control': 'no-store',
    'request-id': id,
    'x-request-id': id,
  });
  res.end(res.req.method === 'HEAD' ? undefined : bytes);
}

/** A request that cannot be meant. `param`: what of it is wrong. */
export const unmeant = (message: string, param: string): Refusal => refusal(400, 'invalid-request', message, { param });
