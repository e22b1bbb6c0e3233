import { SessionError } from '../rules/session-error.ts';

const BUSY: ReadonlySet<number> = new Set([5, 6]);
const CORRUPT: ReadonlySet<number> = new Set([11, 26]);
const FULL = 13;

/** An error of SQLite or the file system as a `SessionError`; any other comes back as it is. */
export function named(file: string, error: unknown): unknown {
  if (error instanceof SessionError) return error;
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string };
  const options = { cause: error };
  if (code === 'ERR_SQLITE_ERROR') {
    const primary = (errcode ?? 0) & 0xff;
    if (BUSY.has(primary))
      return new SessionError('locked', `${file} is locked: another program has been writing to it for seconds`, { file }, options);
    if (CORRUPT.has(primary)) return corrupt(file, message, error);
    return new SessionError('unwritable', primary === FULL ? full(file) : unwritable(file, message), { file }, options);
  }
  if (error instanceof SyntaxError) return corrupt(file, `a stored event is not JSON: ${message}`, error);
  // What the file system said: EACCES, EROFS, ENOTDIR, ENOSPC …
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error;
  return new SessionError('unwritable', code === 'ENOSPC' ? full(file) : unwritable(file, message), { file }, options);
}

export const corrupt = (file: string, why: string, cause?: unknown) =>
  new SessionError(
    'corrupt',
    `${file} cannot be read as a database of sessions (${why}). It was not changed. Move it aside with its -wal and -shm files to start afresh, ` +
      `or use another folder (--state DIR); "sqlite3 ${file} .recover" saves what can be read`,
    { file },
    { cause },
  );

export const newer = (file: string) =>
  new SessionError('newer', `${file} was written by a newer version of holdfast: update holdfast, or use another folder (--state DIR)`, {
    file,
  });

const unwritable = (file: string, why: string) =>
  `sessions cannot be stored in ${file} (${why}): make it writable, or use another folder (--state DIR or HOLDFAST_STATE)`;

const full = (file: string) =>
  `sessions cannot be stored in ${file}: the disk is full. What was stored before is whole: make room and go on with the session, ` +
  'or use another folder (--state DIR or HOLDFAST_STATE)';
