import { isSessionError, type SessionErrorKind } from '@holdfast/agent/engine';
import type { ClientErrorClass } from '@holdfast/core/wire';
import { Refusal } from '../rules/refusal.ts';
import type { Handler } from '../ports.ts';

const STATUS: Readonly<Record<SessionErrorKind, readonly [status: number, kind: ClientErrorClass, retryAfter?: number]>> = {
  missing: [404, 'not-found'],
  busy: [409, 'invalid-request'],
  'moved-on': [409, 'invalid-request'],
  gone: [410, 'invalid-request'],
  invalid: [400, 'invalid-request'],
  full: [429, 'rate-limit', 1],
  locked: [503, 'server', 1],
  newer: [500, 'server'],
  corrupt: [500, 'server'],
  unwritable: [507, 'server'],
};

/** What is wrong with a session, as its client is told: `code` is the kind of the `SessionError`. */
function sessionRefusal(error: unknown): unknown {
  if (!isSessionError(error)) return error;
  const [status, kind, retryAfter] = STATUS[error.kind];
  return new Refusal({ status, class: kind, message: error.message, code: error.kind, ...(retryAfter !== undefined && { retryAfter }) });
}

export const told =
  (handle: Handler): Handler =>
  async (exchange) => {
    try {
      await handle(exchange);
    } catch (error) {
      throw sessionRefusal(error);
    }
  };
