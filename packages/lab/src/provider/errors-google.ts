import type { Reason } from '../outage.ts';
import type { ErrorAnswer, Trouble } from './protocol.ts';

type Shape = readonly [
  code: number,
  status: string,
  message: (trouble: Trouble) => string,
  detail?: (trouble: Trouble) => readonly unknown[],
];

const RPC = 'type.googleapis.com/google.rpc';
const violation = (quotaId: string, model: string) => ({
  '@type': `${RPC}.QuotaFailure`,
  violations: [
    {
      quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
      quotaId,
      quotaDimensions: { location: 'global', model },
      quotaValue: '250',
    },
  ],
});
const retryInfo = ({ retryAfter }: Trouble) =>
  retryAfter === undefined ? [] : [{ '@type': `${RPC}.RetryInfo`, retryDelay: `${retryAfter}s` }];
const EXCEEDED =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.';

const again = ({ retryAfter }: Trouble) => (retryAfter === undefined ? '' : `\nPlease retry in ${retryAfter}s.`);

const SHAPES: Readonly<Record<Reason, Shape>> = {
  'rate-limit': [
    429,
    'RESOURCE_EXHAUSTED',
    (t) => EXCEEDED + again(t),
    (t) => [violation('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', t.model), ...retryInfo(t)],
  ],
  quota: [
    429,
    'RESOURCE_EXHAUSTED',
    (t) => EXCEEDED + again(t),
    (t) => [violation('GenerateRequestsPerDayPerProjectPerModel-FreeTier', t.model), ...retryInfo(t)],
  ],
  credit: [
    403,
    'PERMISSION_DENIED',
    () => 'This API method requires billing to be enabled.',
    () => [{ '@type': `${RPC}.ErrorInfo`, reason: 'BILLING_DISABLED', domain: 'googleapis.com' }],
  ],
  overload: [503, 'UNAVAILABLE', () => 'The model is overloaded. Please try again later.'],
  server: [
    500,
    'INTERNAL',
    () => 'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  ],
  auth: [
    400,
    'INVALID_ARGUMENT',
    () => 'API key not valid. Please pass a valid API key.',
    () => [{ '@type': `${RPC}.ErrorInfo`, reason: 'API_KEY_INVALID', domain: 'googleapis.com' }],
  ],
  'access-denied': [403, 'PERMISSION_DENIED', (t) => `Permission denied on resource models/${t.model}.`],
  'model-missing': [
    404,
    'NOT_FOUND',
    (t) =>
      `models/${t.model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models.`,
  ],
  overflow: [
    400,
    'INVALID_ARGUMENT',
    ({ tokens: { requested, limit } = { requested: 1_200_000, limit: 1_048_576 } }) =>
      `The input token count (${requested}) exceeds the maximum number of tokens allowed (${limit}).`,
  ],
  'too-large': [413, 'INVALID_ARGUMENT', () => 'Request payload size exceeds the limit: 20971520 bytes.'],
  prefill: [400, 'INVALID_ARGUMENT', () => 'Please ensure that multiturn requests end with a user role or a function response.'],
  'bad-request': [400, 'INVALID_ARGUMENT', () => '* GenerateContentRequest.contents: contents is not specified'],
};

const STATUS: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  429: 'RESOURCE_EXHAUSTED',
  504: 'DEADLINE_EXCEEDED',
};

export function googleError(trouble: Trouble): ErrorAnswer {
  const [usual, name, message, detail] = SHAPES[trouble.reason];
  const code = trouble.status ?? usual;
  const details = detail?.(trouble) ?? retryInfo(trouble);
  return {
    status: code,
    headers: {},
    body: {
      error: {
        code,
        message: trouble.complaint?.message ?? message(trouble),
        status: STATUS[code] ?? name,
        ...(details.length > 0 && { details }),
      },
    },
  };
}
