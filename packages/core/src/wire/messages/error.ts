import type { ClientError, ClientErrorClass } from '../client-error.ts';

const TYPES: Readonly<Record<ClientErrorClass, string>> = {
  'invalid-request': 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  'not-found': 'not_found_error',
  'too-large': 'request_too_large',
  'context-length': 'invalid_request_error',
  'rate-limit': 'rate_limit_error',
  quota: 'rate_limit_error',
  'upstream-config': 'api_error',
  refusal: 'invalid_request_error',
  server: 'api_error',
};

/** Note 8: an error's body, as Anthropic writes it. A provider's own is passed on byte for byte. */
export function errorBody(error: ClientError): string {
  if (error.body !== undefined) return error.body;
  return JSON.stringify({
    type: 'error',
    error: { type: error.code ?? TYPES[error.class], message: error.message },
    ...(error.call !== undefined && { request_id: error.call }),
  });
}
