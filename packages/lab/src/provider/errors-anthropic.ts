import type { Reason } from '../outage.ts';
import type { ErrorAnswer, Trouble } from './protocol.ts';

type Shape = readonly [status: number, type: string, message: (trouble: Trouble) => string];

const SHAPES: Readonly<Record<Reason, Shape>> = {
  'rate-limit': [
    429,
    'rate_limit_error',
    () =>
      "This request would exceed your organization's rate limit of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.",
  ],
  quota: [
    400,
    'invalid_request_error',
    (t) => `You have reached your specified API usage limits. You will regain access on ${day(t)} at 00:00 UTC.`,
  ],
  credit: [
    400,
    'invalid_request_error',
    () => 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  ],
  overload: [529, 'overloaded_error', () => 'Overloaded'],
  server: [500, 'api_error', () => 'Internal server error'],
  auth: [401, 'authentication_error', () => 'invalid x-api-key'],
  'access-denied': [403, 'permission_error', (t) => `Your API key does not have permission to use the model ${t.model}.`],
  'model-missing': [404, 'not_found_error', (t) => `model: ${t.model}`],
  overflow: [
    400,
    'invalid_request_error',
    ({ tokens: { requested, limit } = { requested: 210_000, limit: 200_000 } }) =>
      `prompt is too long: ${requested} tokens > ${limit} maximum`,
  ],
  'too-large': [413, 'request_too_large', () => 'Request exceeds the maximum size'],
  prefill: [
    400,
    'invalid_request_error',
    () => 'This model does not support assistant message prefill. The conversation must end with a user message.',
  ],
  'bad-request': [400, 'invalid_request_error', () => 'messages: at least one message is required'],
};

/** The UTC day on which a spend limit ends: the hint's, else the first of the next month. */
function day({ now, retryAfter }: Trouble): string {
  const at = new Date(retryAfter === undefined ? now : now + retryAfter * 1000);
  const until = retryAfter === undefined ? new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1)) : at;
  return until.toISOString().slice(0, 10);
}

const TYPES: Readonly<Record<number, string>> = { 402: 'billing_error', 504: 'timeout_error' };

export function anthropicError(trouble: Trouble): ErrorAnswer {
  const [status, type, message] = SHAPES[trouble.reason];
  const error = { details: null, type: TYPES[trouble.status ?? 0] ?? type, message: trouble.complaint?.message ?? message(trouble) };
  return {
    status: trouble.status ?? status,
    headers: { 'request-id': 'req_lab', 'anthropic-organization-id': 'org-lab', ...limits(trouble) },
    body: { type: 'error', error, request_id: 'req_lab' },
  };
}

/** The spent dimension, and one with room, whose reset is sent on every answer and is no hint. */
function limits({ reason, retryAfter, now }: Trouble): Record<string, string> {
  if (retryAfter === undefined) return {};
  const told = { 'retry-after': String(Math.ceil(retryAfter)) };
  if (reason !== 'rate-limit') return told;
  const stamp = (seconds: number) => new Date(now + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    ...told,
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': stamp(retryAfter),
    'anthropic-ratelimit-tokens-limit': '400000',
    'anthropic-ratelimit-tokens-remaining': '399000',
    'anthropic-ratelimit-tokens-reset': stamp(retryAfter + 300),
  };
}
