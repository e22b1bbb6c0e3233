import type { Row } from '../row.ts';

/** The last resort, only where neither a status nor a code was seen. Connections first: they are named most precisely. */
export const WORDS: readonly Row[] = [
  {
    id: 'words/cancelled',
    match: /^(?:the |this )?(?:operation|request|user)? ?(?:was )?(?:aborted|cancell?ed)(?: (?:by|a request)[^\n]{0,30})?\.?$/i,
    kind: 'cancelled',
  },
  { id: 'words/refused', match: /connection refused|econnrefused/i, kind: 'network', say: 'connection refused' },
  {
    id: 'words/no-host',
    match: /no such host|enotfound|getaddrinfo|name or service not known|name resolution|dns (?:error|lookup)/i,
    kind: 'network',
    say: 'host not found',
  },
  { id: 'words/offline', match: /network is (?:unreachable|down)|enetunreach|no route to host|too many open files|emfile/i, kind: 'local' },
  { id: 'words/tls', match: /certificate|tls handshake|ssl (?:error|handshake)|x509/i, kind: 'network', say: 'the TLS handshake failed' },
  {
    id: 'words/closed',
    match:
      /connection (?:reset|closed|error|lost|aborted|was closed)|econnreset|socket hang up|other side closed|broken pipe|epipe|premature(?:ly)? close|reset before headers|upstream connect|network error|fetch failed|server disconnected|goaway/i,
    kind: 'network',
    sent: true,
    say: 'connection closed',
  },
  {
    id: 'words/cut',
    match:
      /unexpected e(?:of|nd of (?:json|file|input|stream|data))|incomplete chunked read|unterminated string in json|stream (?:ended|closed) (?:unexpectedly|before|without)|^interrupted$|^terminated$/i,
    kind: 'truncated',
  },
  { id: 'words/gateway', match: /bad gateway|gateway time-?out|upstream (?:request )?time-?out/i, kind: 'server' },
  { id: 'words/timeout', match: /time(?:d)?[- ]?out|deadline exceeded/i, kind: 'timeout' },
  {
    id: 'words/server',
    match:
      /internal[ _](?:server[ _])?error|service unavailable|server[ _]error|temporary failure|provider returned error|an error occurred while processing/i,
    kind: 'server',
  },
  { id: 'words/capacity', match: /capacity|temporarily.?unavailable|unavailable/i, kind: 'overload' },
  { id: 'words/again', match: /try.?again|retry(?:ing)? (?:in|later)|稍后(?:再试|重试)/i, kind: 'server' },
  { id: 'words/limit', match: /limit (?:reached|exceeded)|over limit|cool(?:ing)?.?down/i, kind: 'rate-limit' },
  { id: 'words/auth', match: /unauthori[sz]ed|authentication|api[ _-]?key|credentials?\b/i, kind: 'auth' },
  { id: 'words/forbidden', match: /\bforbidden\b|permission denied|access denied/i, kind: 'access-denied' },
  { id: 'words/not-found', match: /model[^\n]{0,60}not found|unknown (?:model|provider)|provider not found/i, kind: 'model-missing' },
  {
    id: 'words/bad-request',
    match: /bad request|invalid (?:request|argument|parameter|params|input|value|type|schema|json|message)|validation (?:error|failed)/i,
    kind: 'bad-request',
  },
  { id: 'words/quota', match: /quota|credits?\b|balance|billing/i, kind: 'quota' },
  {
    id: 'words/empty',
    match: /no (?:content|output) (?:was )?generated|empty (?:response|answer|output)|returned no output/i,
    kind: 'empty',
  },
];
