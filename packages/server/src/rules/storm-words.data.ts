/**
 * What makes a client send a request again by itself, whatever the gateway tells it in `x-should-retry`. Read in November 2026.
 *
 * `words` are looked for anywhere in an error's message and, by some, in the whole body, without regard to case. `statuses` count wherever
 * their digits stand, in a date or an id too. `codes` are compared with the error's code or type.
 */
export interface StormList {
  readonly client: string;
  /** Where it was read. */
  readonly source: string;
  readonly words: readonly string[];
  readonly statuses: readonly number[];
  readonly codes: readonly string[];
  /** What is sent again when nothing else says so: HTTP statuses. */
  readonly http: (status: number) => boolean;
}

const USUAL = (status: number): boolean => status === 408 || status === 409 || status === 429 || status >= 500;

const ways = (...pairs: readonly (readonly [string, string])[]): string[] =>
  pairs.flatMap(([a, b]) => [' ', '-', '_'].map((between) => a + between + b));

const BROKEN_OFF = ['request', 'response', 'connection', 'network', 'stream', 'read'].flatMap((what) =>
  ['timeout', 'timed out', 'time out'].map((end) => `${what} ${end}`),
);

export const STORM_LISTS: readonly StormList[] = [
  {
    client: 'opencode',
    source: 'packages/opencode/src/session/retry.ts: its message patterns, as a fork of September 2026 has them; provider/error.ts',
    words: [
      'rate increased too quickly',
      ...ways(['rate', 'limit'], ['service', 'unavailable'], ['server', 'error'], ['resource', 'exhausted'], ['network', 'error']),
      'networkerror',
      'too many requests',
      'too_many_requests',
      'overloaded',
      'exhausted',
      'unavailable',
      'internal error',
      'internal_error',
      'internal server error',
      'provider returned error',
      'provider_returned_error',
      'provider-returned-error',
      'terminated',
      'fetch failed',
      'failed to fetch',
      'upstream connect',
      'connection error',
      'connection refused',
      'connection lost',
      'socket connection was closed',
      'socket hang up',
      'reset before headers',
      'getaddrinfo',
      'enotfound',
      'eai_again',
      'econnrefused',
      'econnreset',
      'etimedout',
      ...BROKEN_OFF,
      'try your request again',
      'retry your request',
      'try again later',
      'try again in',
      'currently at capacity',
      'temporarily at capacity',
      'freeusagelimiterror',
      'gousagelimiterror',
    ],
    statuses: [429, 500, 502, 503, 504, 524],
    codes: ['too_many_requests', 'rate_limit_error'],
    http: USUAL,
  },
  {
    client: 'AI SDK',
    source: 'ai: retry-with-exponential-backoff.ts; @ai-sdk/openai: openai-stream-error.ts; @ai-sdk/anthropic: anthropic-language-model.ts',
    words: ['rate_limit', 'overload'],
    statuses: [],
    codes: ['api_error', 'overloaded_error', 'rate_limit_error', 'server_error'],
    http: USUAL,
  },
  {
    client: 'Codex',
    source: 'codex-rs/codex-api/src/sse/responses.rs: every code but context_length_exceeded, insufficient_quota, usage_not_included',
    words: ['try again in'],
    statuses: [],
    codes: ['rate_limit_exceeded', 'server_error', 'upstream_config', 'server_is_overloaded'],
    http: (status) => status === 429 || status >= 500,
  },
  {
    client: 'Claude Code',
    source: 'what is published of it: code.claude.com/docs/errors, and the error texts in its issues; its code is not',
    words: ['overloaded_error', 'overloaded'],
    statuses: [529],
    codes: ['overloaded_error'],
    http: USUAL,
  },
  {
    client: 'openai and @anthropic-ai/sdk',
    source: 'client.js of both: shouldRetry. They heed x-should-retry first.',
    words: [],
    statuses: [],
    codes: [],
    http: USUAL,
  },
];

/** Words by which clients know that a request is too long, and then send a shorter one instead of the same again. */
export const OVERFLOW_WORDS: readonly string[] = ['prompt is too long', 'exceeds the context window', 'maximum context length is'];
