import type { Reason } from '../outage.ts';
import type { ErrorAnswer, Trouble } from './protocol.ts';

interface Shape {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param?: string;
  readonly message: (trouble: Trouble) => string;
}

const again = ({ retryAfter }: Trouble) => (retryAfter === undefined ? '' : ` Please try again in ${retryAfter}s.`);

const SHAPES: Readonly<Record<Reason, Shape>> = {
  'rate-limit': {
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: (t) =>
      `Rate limit reached for ${t.model} in organization org-lab on requests per min (RPM): Limit 500, Used 500, Requested 1.${again(t)} Visit https://platform.openai.com/account/rate-limits to learn more.`,
  },
  quota: {
    status: 429,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: () =>
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
  },
  credit: {
    status: 402,
    type: 'invalid_request_error',
    code: 'insufficient_credits',
    message: () => 'Insufficient credits. Add more credits to your account to go on.',
  },
  overload: {
    status: 503,
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    message: () => 'Our servers are currently overloaded. Please try again later.',
  },
  server: {
    status: 500,
    type: 'server_error',
    code: null,
    message: () => 'The server had an error while processing your request. Sorry about that!',
  },
  auth: {
    status: 401,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message: () => 'Incorrect API key provided: lab-****key. You can find your API key at https://platform.openai.com/account/api-keys.',
  },
  'access-denied': {
    status: 403,
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: (t) => `Project \`proj_lab\` does not have access to model \`${t.model}\``,
  },
  'model-missing': {
    status: 404,
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: (t) => `The model \`${t.model}\` does not exist or you do not have access to it.`,
  },
  overflow: {
    status: 400,
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    param: 'messages',
    message: ({ tokens: { requested, limit } = { requested: 130_000, limit: 128_000 } }) =>
      `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${requested} tokens. Please reduce the length of the messages.`,
  },
  'too-large': {
    status: 413,
    type: 'invalid_request_error',
    code: 'request_too_large',
    message: () => 'The request body is larger than the limit of 50 MB.',
  },
  prefill: {
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_value',
    param: 'messages',
    message: () => 'This model does not support assistant message prefill. The conversation must end with a user message.',
  },
  'bad-request': {
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_value',
    param: 'messages',
    message: () => "Invalid value for 'messages': expected a non-empty array.",
  },
};

export function openaiError(trouble: Trouble): ErrorAnswer {
  const shape = SHAPES[trouble.reason];
  return {
    status: trouble.status ?? shape.status,
    headers: { 'x-request-id': 'req_lab', 'openai-organization': 'org-lab', ...limits(trouble) },
    body: { error: { ...said(shape, trouble), type: shape.type } },
  };
}

function said(
  { message, param, code }: Shape,
  trouble: Trouble,
): { readonly message: string; readonly param: string | null; readonly code: string | null } {
  const { complaint } = trouble;
  if (complaint) return { message: complaint.message, param: null, code: complaint.code ?? null };
  return { message: message(trouble), param: param ?? null, code };
}

/** The spent dimension with its reset, and one with room whose reset is no hint. */
function limits({ reason, retryAfter }: Trouble): Record<string, string> {
  if (retryAfter === undefined) return {};
  const told = { 'retry-after': String(Math.ceil(retryAfter)), 'retry-after-ms': String(Math.round(retryAfter * 1000)) };
  if (reason !== 'rate-limit') return told;
  return {
    ...told,
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': `${retryAfter}s`,
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-tokens': '199000',
    'x-ratelimit-reset-tokens': '6m0s',
  };
}
