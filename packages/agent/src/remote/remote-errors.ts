import { SessionError, type SessionErrorKind } from '../rules/session-error.ts';

const KINDS: readonly string[] = [
  'busy',
  'moved-on',
  'newer',
  'corrupt',
  'locked',
  'unwritable',
  'missing',
  'full',
  'gone',
  'invalid',
] satisfies readonly SessionErrorKind[];

/** Characters of an answer that is no JSON of ours. */
const SHOWN = 200;

/** Nobody was reached: trying again later makes sense. `code` tells it across copies of this package. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly code = 'unreachable';
}

/** The server was reached and said no. `code` tells it across copies of this package. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly code = 'refused';
}

/** An answer with an error, as what it was at the server. */
export function errorOf(status: number, body: string, url: string): Error {
  const { code, message } = readError(body);
  if (code !== undefined && KINDS.includes(code)) return new SessionError(code as SessionErrorKind, message ?? code);
  if (status === 401 || status === 403)
    return new Refused(`${url} lets nobody in with this token (${status}). Its token lies in api.token of the server's state folder`);
  return new Refused(message ?? `${url} answered with ${status}${body === '' ? '' : `: ${body.slice(0, SHOWN)}`}`);
}

function readError(body: string): { readonly code?: string; readonly message?: string } {
  try {
    const { error } = JSON.parse(body) as { readonly error?: { readonly code?: unknown; readonly message?: unknown } };
    return {
      ...(typeof error?.code === 'string' && { code: error.code }),
      ...(typeof error?.message === 'string' && { message: error.message }),
    };
  } catch {
    return {};
  }
}

/** Why nobody was reached, in words; undici keeps the reason in the cause. */
export function wordsOf(error: unknown): string {
  const { cause, message } = error as {
    readonly cause?: { readonly code?: unknown; readonly message?: unknown };
    readonly message?: unknown;
  };
  return String(cause?.code ?? cause?.message ?? message ?? error);
}
