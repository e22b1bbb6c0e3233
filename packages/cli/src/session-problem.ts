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
};

/** What the session store refuses is the user's to know, with the documented exit code; anything else stays what it is. */
export const sessionProblem = (error: unknown): unknown =>
  isSessionError(error) ? new CommandError(EXITS[error.kind], error.message, { cause: error }) : error;
