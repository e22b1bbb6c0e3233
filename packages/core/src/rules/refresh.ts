/** Ms after a failed refresh before the next: doubling with each failure in a row. */
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 600_000;

export const refreshPause = (failures: number): number => Math.min(FIRST_PAUSE * 2 ** Math.max(0, failures - 1), LONGEST_PAUSE);

/** A clock that was set back by more than this does not make a pause longer. */
const SET_BACK = 5_000;

/** `gone`: ms since the last of so many failures in a row, by the wall clock: it goes on while a machine sleeps. */
export const pauseIsOver = (failures: number, gone: number): boolean =>
  failures === 0 || gone >= refreshPause(failures) || gone < -SET_BACK;

/** What of an error may be told: a status, a code word, or nothing. Its message and its body may hold the very secret. */
interface Told {
  readonly kind?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
  readonly name?: unknown;
}

const WORD = /^[a-z][a-z0-9_]{1,39}$/;

const NETWORK = /^(ECONN|ENET|EHOST|EAI_|ENOTFOUND$|ETIMEDOUT$|EPIPE$|UND_ERR|CERT_|SELF_SIGNED|UNABLE_TO)|^(FETCH_FAILED|ERR_TLS|ERR_SSL)/;

/** Node's codes for a file, in words. */
const OF_FILES: Readonly<Record<string, string>> = {
  ENOENT: 'not_found',
  EACCES: 'not_readable',
  EPERM: 'not_readable',
  EISDIR: 'not_a_file',
  ENOTDIR: 'not_found',
  EMFILE: 'out_of_files',
  ENFILE: 'out_of_files',
};

/** OAuth's words, from RFC 6749 5.2 and RFC 8628 3.5: the only words of a server that are repeated. */
const OAUTH = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'access_denied',
  'expired_token',
  'slow_down',
  'authorization_pending',
]);

/** Why a key could not be had, in a word that can hold no secret: `http_401`, `auth_invalid_grant`, `network`, `timeout`, `exit_1`, `invalid_response`. */
export function refreshLabel(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null) return 'failed';
  const { code, error: oauth, name, status, statusCode } = error as Told;
  if (typeof oauth === 'string' && OAUTH.has(oauth)) return `auth_${oauth}`;
  if (typeof code === 'string' && OAUTH.has(code)) return `auth_${code}`;
  const http = [status, statusCode].find((one) => Number.isInteger(one) && (one as number) >= 100 && (one as number) <= 599);
  if (http !== undefined) return `http_${http as number}`;
  if (typeof code === 'string') {
    if (Object.hasOwn(OF_FILES, code)) return OF_FILES[code]!;
    if (NETWORK.test(code)) return 'network';
  }
  if (error instanceof RefreshFailure && WORD.test(error.label)) return error.label;
  if (name === 'TimeoutError' || name === 'AbortError') return 'timeout';
  if (name === 'SyntaxError') return 'invalid_response';
  const { cause } = error as { readonly cause?: unknown };
  // Causes may go round in a ring.
  return cause === undefined || depth > 4 ? 'failed' : refreshLabel(cause, depth + 1);
}

/** A key that could not be had, by one of our own sources. */
export class RefreshFailure extends Error {
  override readonly name = 'RefreshFailure';
  readonly label: string;

  constructor(label: string) {
    super(label);
    this.label = label;
  }
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** The key a source gave, alone or as `{ key }`: from JavaScript it may be anything. White space around it is a shell's doing and would break the header. */
export function keyOf(issued: unknown): string | undefined {
  const key = typeof issued === 'object' && issued !== null ? (issued as { readonly key?: unknown }).key : issued;
  const text = typeof key === 'string' ? key.trim() : '';
  if (CONTROL.test(text)) throw new RefreshFailure('invalid_response');
  return text === '' ? undefined : text;
}
