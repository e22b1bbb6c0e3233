/**
 * What is wrong with a session: another process drives it, it moved on, a newer version wrote it, its bytes are damaged, the
 * file is locked or cannot be written, or there is none.
 */
export type SessionErrorKind = 'busy' | 'moved-on' | 'newer' | 'corrupt' | 'locked' | 'unwritable' | 'missing';

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
 * seconds · `missing`: no such session.
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

export const movedOn = (session: string, last: number, after: number) =>
  new SessionError('moved-on', `session ${session} moved on: it is at ${last}, not ${after}`, { session });
