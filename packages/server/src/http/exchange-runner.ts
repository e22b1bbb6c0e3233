import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequest } from '@holdfast/core/wire';
import type { Connections } from './connections.ts';
import type { HeldExchange } from './held-exchange.ts';
import { invalidRequest } from '../rules/own-errors.ts';
import { Refusal, refusal } from '../rules/refusal.ts';
import { cutOff, isOver } from './write.ts';

/** A fault of ours: what a handler threw that says nothing to a client. */
export interface ServerFault {
  /** The request's id, as its client was told. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly error: unknown;
}

/** Writes a refusal as its client's protocol wants it. */
export type Refuse = (
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  refusal: Refusal,
  asked: Pick<HeldExchange, 'id' | 'waits'>,
) => void;

const FAULT = refusal(500, 'server', 'The gateway failed by a fault of its own; its log names this request by its id.');
const CLOSED = new Refusal({ status: 503, class: 'server', message: 'The gateway was closed before there was an answer.', retryAfter: 1 });

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof BadRequest) {
    const { message, param, code } = error;
    return new Refusal({ ...invalidRequest({ message, param }), ...(code !== undefined && { code }) });
  }
  return;
}

/** Runs a handler, and answers for it where it does not. */
export function exchangeRunner(
  connections: Connections,
  refuse: Refuse,
  log?: (fault: ServerFault) => void,
): (held: HeldExchange) => Promise<void> {
  const failed = (held: HeldExchange, error: unknown): void => {
    const { req, res, path, id, gone } = held;
    const known = asRefusal(error);
    if (!known && !gone) log?.({ id, method: req.method!, path, error });
    if (isOver(res) || (gone && gone.why !== 'closing')) return;
    if (res.headersSent) cutOff(res);
    else refuse(req, res, path, known ?? (gone ? CLOSED : FAULT), held);
  };
  return async (held) => {
    try {
      await held.admitted.route.handle(held);
      if (!isOver(held.res)) failed(held, held.gone ?? new Error('the handler ended without an answer'));
    } catch (error) {
      failed(held, error);
    } finally {
      connections.settled(held);
    }
  };
}
