/**
 * What is wrong with a session: another process drives it, it moved on, a newer version wrote it, its bytes are damaged, the
 * file is locked or cannot be written, there is none, too much waits for it, or what was answered is no question any more.
 */
export type SessionErrorKind =
  | 'busy'
  | 'moved-on'
  | 'newer'
  | 'corrupt'
  | 'locked'
  | 'unwritable'
  | 'missing'
  | 'full'
  | 'gone'
  | 'invalid';

export interface SessionFacts {
  readonly session?: string;
  /** The database, when one is to blame. */
  readonly file?: string;
  /** `busy`: who holds the session. */
  readonly writer?: { readonly pid: number; readonly started: string; readonly boot: string };
}

const MARK = Symbol.for('holdfast.session-error');

/**
 * What went wrong with stored sessions. `busy`: a live process drives it · `moved-on`: somebody else appended · `newer`: written by a
 * newer version · `corrupt`, `unwritable`: the message names the way out, nothing was changed · `locked`: others kept writing for
 * seconds · `missing`: no such session · `full`: too many messages wait to be taken, nothing was dropped · `gone`: the question is answered
 * or was never asked · `invalid`: an answer its question cannot be answered with.
 */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly [MARK] = true;
  readonly kind: SessionErrorKind;
  readonly facts: SessionFacts;

  constructor(kind: SessionErrorKind, message: string, facts: SessionFacts = {}, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.facts = facts;
  }
}

/** True across duplicate copies of this package. */
export const isSessionError = (error: unknown): error is SessionError => typeof error === 'object' && error !== null && MARK in error;

export const busyError = (session: string, writer: NonNullable<SessionFacts['writer']>) =>
  new SessionError('busy', `session ${session} is being driven by process ${writer.pid}`, { session, writer });

export const missingError = (session: string) => new SessionError('missing', `no session ${session}`, { session });

/** To who wrote to a session when it was deleted. */
export const deletedError = (session: string) =>
  new SessionError(
    'missing',
    `session ${session} is no longer there: it was deleted while a run wrote to it; nothing more of it is stored`,
    {
      session,
    },
  );

export const movedOn = (session: string, last: number, after: number) =>
  new SessionError('moved-on', `session ${session} moved on: it is at ${last}, not ${after}`, { session });

/** Items that may wait for one session; answers to questions are taken above it. */
export const INBOX_LIMIT = 100;

export const fullError = (session: string) =>
  new SessionError(
    'full',
    `session ${session} has ${INBOX_LIMIT} messages waiting, as many as it takes: wait until its run has taken some, or resume it`,
    { session },
  );

export const goneError = (session: string, question: string) =>
  new SessionError(
    'gone',
    `session ${session} has no open question ${question}: it was answered already, or its call is over; look at what is pending`,
    { session },
  );

export const wrongAnswer = (session: string, why: string) => new SessionError('invalid', why, { session });
