import type { FailureKind } from '../failure.ts';

/** One way a connection fails, known by the code the runtime gives it, or by the runtime's own words where it gives none. */
export interface TransportRow {
  readonly id: string;
  /** Any of them, in lower case. */
  readonly code?: readonly string[];
  readonly syscall?: string;
  readonly match?: RegExp;
  /** Its words say more than a code beside them. */
  readonly first?: true;
  readonly kind: FailureKind;
  /** The request may have reached the provider (H5). */
  readonly sent?: true;
  readonly say: string;
}

/** Rows with `first`, then codes, then words; within each the first that matches. */
export const TRANSPORT: readonly TransportRow[] = [
  { id: 'cut/terminated', match: /^terminated$/i, first: true, kind: 'truncated', say: 'the answer broke off' },
  { id: 'cut/aborted', code: ['econnreset'], match: /^aborted$/, first: true, kind: 'truncated', say: 'the answer broke off' },
  // Nothing was sent.
  { id: 'net/refused', code: ['econnrefused', 'connectionrefused'], kind: 'network', say: 'connection refused' },
  { id: 'net/no-host', code: ['enotfound', 'eai_noname', 'eai_nodata', 'enodata'], kind: 'network', say: 'host not found' },
  {
    id: 'net/dns',
    code: ['eai_again', 'eai_fail', 'eservfail', 'etimeout', 'erefused', 'ebadresp'],
    kind: 'network',
    say: 'name lookup failed',
  },
  { id: 'net/host-down', code: ['ehostunreach', 'ehostdown'], kind: 'network', say: 'host cannot be reached' },
  { id: 'net/no-socket-file', code: ['enoent'], syscall: 'connect', kind: 'network', say: 'connection refused' },
  {
    id: 'net/connect-timeout',
    code: ['und_err_connect_timeout', 'err_socket_connection_timeout'],
    kind: 'network',
    say: 'no connection in time',
  },
  { id: 'net/connect-timed-out', code: ['etimedout'], syscall: 'connect', kind: 'network', say: 'no connection in time' },
  { id: 'net/open-socket', code: ['failedtoopensocket'], kind: 'network', say: 'no connection' },
  {
    id: 'net/tls-cut',
    match: /before secure tls connection was established/i,
    first: true,
    kind: 'network',
    say: 'the TLS handshake was cut',
  },
  {
    id: 'net/certificate',
    code: [
      'cert_has_expired',
      'cert_not_yet_valid',
      'cert_untrusted',
      'cert_revoked',
      'cert_rejected',
      'cert_signature_failure',
      'depth_zero_self_signed_cert',
      'self_signed_cert_in_chain',
      'unable_to_verify_leaf_signature',
      'unable_to_get_issuer_cert',
      'unable_to_get_issuer_cert_locally',
      'err_tls_cert_altname_invalid',
      'hostname_mismatch',
    ],
    kind: 'network',
    say: 'its certificate was not accepted',
  },
  { id: 'net/tls', code: ['eproto', 'err_ssl_*', 'err_tls_*', 'und_err_prx_tls'], kind: 'network', say: 'the TLS handshake failed' },
  // The request may have arrived.
  { id: 'net/reset', code: ['econnreset', 'econnaborted', 'connectionreset'], kind: 'network', sent: true, say: 'connection reset' },
  {
    id: 'net/closed',
    code: ['und_err_socket', 'connectionclosed', 'err_stream_premature_close', 'eof'],
    kind: 'network',
    sent: true,
    say: 'connection closed',
  },
  {
    id: 'net/pipe',
    code: ['epipe', 'err_stream_destroyed', 'err_socket_closed', 'enotconn'],
    kind: 'network',
    sent: true,
    say: 'connection closed',
  },
  { id: 'net/timed-out', code: ['etimedout', 'esockettimedout', 'timeout'], kind: 'network', sent: true, say: 'connection timed out' },
  { id: 'net/http2', code: ['err_http2_*', 'nghttp2_*'], kind: 'network', sent: true, say: 'the HTTP/2 stream was reset' },
  { id: 'net/client-closed', code: ['und_err_destroyed', 'und_err_closed'], kind: 'network', sent: true, say: 'connection closed' },
  // Limits of the client library: the request was sent.
  { id: 'limit/headers', code: ['und_err_headers_timeout'], kind: 'timeout', say: 'no answer in time' },
  { id: 'limit/body', code: ['und_err_body_timeout'], kind: 'timeout', say: 'the answer stalled' },
  // The head had come, the body broke.
  {
    id: 'cut/length',
    code: ['und_err_res_content_length_mismatch', 'hpe_invalid_eof_state', 'hpe_invalid_chunk_size', 'hpe_invalid_transfer_encoding'],
    kind: 'truncated',
    say: 'the answer broke off',
  },
  {
    id: 'cut/compressed',
    code: ['z_buf_error', 'z_data_error', 'err_zlib_*', 'err__error_format_*'],
    kind: 'truncated',
    say: 'the answer broke off',
  },
  { id: 'cut/words', match: /response body.{0,40}(?:closed|interrupted|disturbed)/i, kind: 'truncated', say: 'the answer broke off' },
  // What answered does not speak HTTP as we do.
  {
    id: 'odd/http',
    code: ['hpe_*', 'und_err_headers_overflow', 'und_err_response*'],
    kind: 'malformed',
    say: 'what answered does not speak HTTP',
  },
  {
    id: 'odd/url',
    code: ['err_invalid_url', 'err_invalid_protocol', 'err_unescaped_characters'],
    kind: 'malformed',
    say: 'the base URL is no URL',
  },
  {
    id: 'odd/url-words',
    match: /^(?:invalid url|failed to parse url|unknown scheme)/i,
    kind: 'malformed',
    say: 'the base URL is no URL',
  },
  {
    id: 'odd/port',
    match: /^bad port$/i,
    kind: 'malformed',
    say: 'the port of the base URL is one that HTTP clients refuse to ask',
  },
  {
    id: 'odd/http-words',
    match: /does not match the http\/1\.1 protocol|expected http\/|malformed http response/i,
    kind: 'malformed',
    say: 'what answered does not speak HTTP',
  },
  {
    id: 'odd/redirect',
    match: /redirect (?:count exceeded|mode is set to error)|unexpected redirect/i,
    kind: 'malformed',
    say: 'it answered with a redirect',
  },
  // Our own request.
  {
    id: 'own/request',
    code: [
      'und_err_req_content_length_mismatch',
      'und_err_invalid_arg',
      'und_err_not_supported',
      'err_invalid_char',
      'err_http_invalid_header_value',
    ],
    kind: 'bad-request',
    say: 'the request could not be written',
  },
  // This machine.
  { id: 'local/offline', code: ['enetunreach', 'enetdown', 'enetreset', 'enonet'], kind: 'local', say: 'this machine is offline' },
  {
    id: 'local/sockets',
    code: ['emfile', 'enfile', 'enobufs', 'enomem', 'eaddrnotavail', 'eagain'],
    kind: 'local',
    say: 'this machine is out of sockets or memory',
  },
  { id: 'local/forbidden', code: ['eacces', 'eperm'], kind: 'local', say: 'this machine does not let us connect' },
  {
    id: 'local/proxy',
    match:
      /proxy response \(\d+\)|proxy (?:authentication required|connection (?:ended|refused|timed out))|tunneling socket could not be established/i,
    first: true,
    kind: 'local',
    say: 'the proxy of this machine refused',
  },
  {
    id: 'local/proxy-code',
    code: ['und_err_prx_*', 'err_proxy_*', 'err_tunnel_connection_failed', 'eproxy'],
    kind: 'local',
    say: 'the proxy of this machine refused',
  },
  {
    id: 'local/offline-words',
    match: /err_internet_disconnected|the internet connection appears to be offline/i,
    kind: 'local',
    say: 'this machine is offline',
  },
  // Runtimes that give no code.
  {
    id: 'words/closed',
    match:
      /other side closed|socket hang up|network connection (?:was )?lost|socket (?:was )?closed|connection (?:was )?closed|premature close/i,
    kind: 'network',
    sent: true,
    say: 'connection closed',
  },
  {
    id: 'words/refused',
    match: /^connect(?:ion)? (?:was )?refused|unable to connect\. is the computer able|client error \(connect\)/i,
    kind: 'network',
    say: 'connection refused',
  },
  {
    id: 'words/fetch',
    match:
      /^fetch failed$|^failed to fetch$|^load failed$|networkerror when attempting|^network ?error$|^connection error\.?$|error sending request for url|^cannot connect to api/i,
    kind: 'network',
    sent: true,
    say: 'no connection',
  },
];
