import { send, sendJson } from '../http/answers.ts';
import type { Route } from '../ports.ts';

export interface ProbePorts {
  /** No new calls are taken: the gateway is about to leave. */
  readonly draining: () => boolean;
  readonly version: string;
  /** What Prometheus reads, of all workers together. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/**
 * `/healthz`: the process answers. `/readyz`: it takes calls. A state folder that cannot be written makes nobody unready: calls go on
 * without it, and all gateways that share it would be taken out at once.
 */
export function probeRoutes({ draining, version, metrics }: ProbePorts): readonly Route[] {
  return [
    { method: 'GET', path: '/healthz', access: 'open', handle: async (exchange) => sendJson(exchange, 200, { ok: true, version }) },
    {
      method: 'GET',
      path: '/readyz',
      access: 'open',
      handle: async (exchange) =>
        draining() ? sendJson(exchange, 503, { ready: false, why: 'draining' }) : sendJson(exchange, 200, { ready: true }),
    },
    {
      method: 'GET',
      path: '/metrics',
      access: 'open',
      handle: async (exchange) => {
        const { type, text } = await metrics();
        send(exchange, 200, type, text);
      },
    },
  ];
}
