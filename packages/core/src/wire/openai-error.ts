import type { ClientError, ClientErrorClass } from './client-error.ts';

interface Words {
  readonly type: string;
  readonly code: string | null;
}

/** OpenAI's words (field note 8). Clients act on the code: `context_length_exceeded` compacts, `insufficient_quota` stops them. */
const WORDS: Readonly<Record<ClientErrorClass, Words>> = {
  'invalid-request': { type: 'invalid_request_error', code: null },
  authentication: { type: 'invalid_request_error', code: 'invalid_api_key' },
  permission: { type: 'invalid_request_error', code: 'permission_denied' },
  'not-found': { type: 'invalid_request_error', code: 'model_not_found' },
  'too-large': { type: 'invalid_request_error', code: 'request_too_large' },
  'context-length': { type: 'invalid_request_error', code: 'context_length_exceeded' },
  'rate-limit': { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  quota: { type: 'insufficient_quota', code: 'insufficient_quota' },
  'upstream-config': { type: 'api_error', code: 'upstream_config' },
  refusal: { type: 'invalid_request_error', code: 'content_filter' },
  server: { type: 'server_error', code: 'server_error' },
};

/** The JSON text of an error's body, for both of OpenAI's protocols. What is ours stands in a field that no client reads. */
export function openaiErrorBody(error: ClientError): string {
  if (error.body !== undefined) return error.body;
  const { type, code } = WORDS[error.class];
  const { kind, retryAt, call } = error;
  const ours = {
    ...(kind !== undefined && { kind }),
    ...(retryAt !== undefined && { retry_at: retryAt }),
    ...(call !== undefined && { call }),
  };
  return JSON.stringify({
    error: {
      message: error.message,
      type,
      param: error.param ?? null,
      code: error.code ?? code,
      ...(Object.keys(ours).length > 0 && { holdfast: ours }),
    },
  });
}
