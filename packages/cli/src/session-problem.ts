import { isSessionError, type SessionErrorKind } from '@holdfast/agent/engine';
import { CommandError, EXIT } from './context.ts';

const EXITS: Readonly<Record<SessionErrorKind, number>> = {
  busy: EXIT.busy,
  'moved-on': EXIT.busy,
  locked: EXIT.busy,
  newer: EXIT.failed,
  corrupt: EXIT.failed,
  unwritable: EXIT.failed,
  missing: EXIT.usage,
  full: EXIT.tryLater,
  gone: EXIT.usage,
  invalid: EXIT.usage,
};

/** A server that is not reached, or says no. */
const REMOTE: Readonly<Record<string, number>> = { unreachable: EXIT.tryLater, refused: EXIT.failed };

/** What the session store or a server refuses is the user's to know, with the documented exit code; anything else stays what it is. */
export function sessionProblem(error: unknown): unknown {
  if (isSessionError(error)) return new CommandError(EXITS[error.kind], error.message, { cause: error });
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const exit = error instanceof Error && typeof code === 'string' ? REMOTE[code] : undefined;
  return exit === undefined ? error : new CommandError(exit, String(message), { cause: error });
}
