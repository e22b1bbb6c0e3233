import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../failure.ts';
import { diagnose } from '../classify.ts';
import { TRANSPORT } from './transport.data.ts';

const context = { protocol: 'openai-chat', now: 0 } as const;
const err = (code: string | undefined, message = '', more: object = {}): Error =>
  Object.assign(new Error(message), { ...(code !== undefined && { code }), ...more });
const failed = (cause: unknown): Error => new TypeError('fetch failed', { cause });

/** An entry, what it means, and an error that it decides. */
const CASES: readonly (readonly [row: string, kind: FailureKind, error: unknown])[] = [
  ['cut/terminated', 'truncated', new TypeError('terminated', { cause: err('UND_ERR_SOCKET', 'other side closed') })],
  ['cut/aborted', 'truncated', err('ECONNRESET', 'aborted')],
  ['net/refused', 'network', failed(err('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:443', { syscall: 'connect' }))],
  ['net/refused', 'network', err('ConnectionRefused', 'Unable to connect. Is the computer able to access the url?')],
  ['net/no-host', 'network', failed(err('ENOTFOUND', 'getaddrinfo ENOTFOUND api.example.com'))],
  ['net/dns', 'network', failed(err('EAI_AGAIN'))],
  ['net/host-down', 'network', failed(err('EHOSTUNREACH'))],
  ['net/no-socket-file', 'network', failed(err('ENOENT', '', { syscall: 'connect' }))],
  ['net/connect-timeout', 'network', failed(err('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'))],
  ['net/connect-timed-out', 'network', failed(err('ETIMEDOUT', '', { syscall: 'connect' }))],
  ['net/open-socket', 'network', err('FailedToOpenSocket')],
  ['net/tls-cut', 'network', failed(err('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'))],
  ['net/certificate', 'network', failed(err('CERT_HAS_EXPIRED'))],
  ['net/certificate', 'network', failed(err('DEPTH_ZERO_SELF_SIGNED_CERT'))],
  ['net/tls', 'network', failed(err('ERR_SSL_WRONG_VERSION_NUMBER'))],
  ['net/reset', 'network', failed(err('ECONNRESET', 'read ECONNRESET'))],
  ['net/closed', 'network', failed(err('UND_ERR_SOCKET', 'other side closed'))],
  ['net/pipe', 'network', failed(err('EPIPE'))],
  ['net/timed-out', 'network', failed(err('ETIMEDOUT', '', { syscall: 'read' }))],
  ['net/http2', 'network', failed(err('ERR_HTTP2_STREAM_ERROR', 'Stream closed with error code NGHTTP2_INTERNAL_ERROR'))],
  ['net/client-closed', 'network', failed(err('UND_ERR_CLOSED'))],
  ['limit/headers', 'timeout', failed(err('UND_ERR_HEADERS_TIMEOUT'))],
  ['limit/body', 'timeout', new TypeError('terminated', { cause: err('UND_ERR_BODY_TIMEOUT') })],
  ['cut/length', 'truncated', err('UND_ERR_RES_CONTENT_LENGTH_MISMATCH')],
  ['cut/compressed', 'truncated', err('Z_BUF_ERROR', 'unexpected end of file')],
  ['cut/words', 'truncated', new Error('The response body was closed')],
  ['odd/http', 'malformed', failed(err('HPE_INVALID_CONSTANT', 'Expected HTTP/'))],
  ['odd/url', 'malformed', err('ERR_INVALID_URL', 'Invalid URL')],
  ['odd/url-words', 'malformed', new TypeError('Failed to parse URL from nope/v1')],
  ['odd/url-words', 'malformed', failed(new Error('unknown scheme'))],
  ['odd/port', 'malformed', failed(new Error('bad port'))],
  ['odd/http-words', 'malformed', failed(new Error('Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)'))],
  ['odd/redirect', 'malformed', new Error('unexpected redirect')],
  ['own/request', 'bad-request', failed(err('UND_ERR_INVALID_ARG', 'invalid content-length header'))],
  ['local/offline', 'local', failed(err('ENETUNREACH'))],
  ['local/sockets', 'local', failed(err('EMFILE'))],
  ['local/forbidden', 'local', failed(err('EACCES'))],
  ['local/proxy', 'local', failed(err('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling'))],
  ['local/proxy-code', 'local', err('ERR_TUNNEL_CONNECTION_FAILED')],
  ['local/offline-words', 'local', new Error('net::ERR_INTERNET_DISCONNECTED')],
  ['words/closed', 'network', new Error('socket hang up')],
  ['words/refused', 'network', new Error('connection refused')],
  ['words/fetch', 'network', new TypeError('Failed to fetch')],
];

describe('E1: transport errors by code, through causes', () => {
  it.each(CASES)('%s → %s', (row, kind, error) => {
    const found = diagnose(error, context);
    expect({ row: found.row, kind: found.failure.kind }).toEqual({ row, kind });
    // As the vendor packages wrap it, and once more.
    const wrapped = Object.assign(new Error('Cannot connect to API: x', { cause: error }), { name: 'AI_APICallError', isRetryable: true });
    expect(diagnose(new Error('Failed after 3 attempts.', { cause: wrapped }), context).row).toBe(row);
  });

  it('no entry is without a case', () => {
    const covered = new Set(CASES.map(([row]) => row));
    expect(TRANSPORT.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it('several addresses: the machine is to blame only if all of them say so', () => {
    const both = (...codes: string[]): Error =>
      failed(Object.assign(new AggregateError(codes.map((code) => err(code))), { code: codes[0] }));
    expect(diagnose(both('ENETUNREACH', 'ECONNREFUSED'), context).failure.kind).toBe('network');
    expect(diagnose(both('ECONNREFUSED', 'ENETUNREACH'), context).failure.kind).toBe('network');
    expect(diagnose(both('ENETUNREACH', 'ENETUNREACH'), context).failure.kind).toBe('local');
  });
});
