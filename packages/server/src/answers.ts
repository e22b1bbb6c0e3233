import type { ServerResponse } from 'node:http';

/** Everything under `/api` is private, and as fresh as it is asked for. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  send(res, status, 'application/json', `${JSON.stringify(value)}\n`);
}

export function send(res: ServerResponse, status: number, type: string, body: string): void {
  if (res.headersSent || res.destroyed) return;
  const bytes = Buffer.from(body);
  res.writeHead(status, { 'content-type': type, 'content-length': bytes.length, 'cache-control': 'no-store' });
  res.end(res.req.method === 'HEAD' ? undefined : bytes);
}

/** A request to `/api` that cannot be meant. `param`: what of it is wrong. */
export function sendError(res: ServerResponse, status: number, message: string, param?: string): void {
  const type = status === 404 ? 'not_found' : 'invalid_request';
  sendJson(res, status, { error: { type, message, ...(param !== undefined && { param }) } });
}
