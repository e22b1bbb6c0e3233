import type { ClientError, ClientErrorClass } from './client-error.ts';

/** Type and code of OpenAI's error bodies. Their SDKs retry by status and `x-should-retry`; people and agents read these. */
const WORDS: Readonly<Record<ClientErrorClass, readonly [type: string, code: string | null]>> = {
  'invalid-request': ['invalid_request_error', null],
  authentication: ['invalid_request_error', 'invalid_api_key'],
  permission: ['permission_error', 'permission_denied'],
  'not-found': ['invalid_request_error', 'model_not_found'],
  'too-large': ['invalid_request_error', 'request_too_large'],
  'context-length': ['invalid_request_error', 'context_length_exceeded'],
  'rate-limit': ['rate_limit_error', 'rate_limit_exceeded'],
  quota: ['insufficient_quota', 'insufficient_quota'],
  'upstream-config': ['server_error', 'upstream_config'],
  refusal: ['invalid_request_error', 'content_filter'],
  server: ['server_error', null],
};

/** The JSON text of an error as OpenAI's APIs answer it. */
export function openaiErrorBody({ body, class: kind, message, param, code }: ClientError): string {
  if (body !== undefined) return body;
  const [type, known] = WORDS[kind];
  return JSON.stringify({ error: { message, type, param: param ?? null, code: code ?? known } });
}
