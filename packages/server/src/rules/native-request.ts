import type { ResolvedProvider } from '@holdfast/core/engine';
import { withoutBetas, type ClientProtocol } from '@holdfast/core/wire';

const PATHS: Readonly<Record<ClientProtocol, string>> = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'anthropic-messages': '/messages',
};

/** `base`: the path of the provider's base URL. The client's query goes along. */
export const pathOf = (protocol: ClientProtocol, base: string, query: string): string =>
  `${base.endsWith('/') ? base.slice(0, -1) : base}${PATHS[protocol]}${query}`;

export interface NativeHeaders {
  readonly provider: Pick<ResolvedProvider, 'headers'>;
  /** The key, if there is one. */
  readonly value: string | undefined;
  readonly forwarded: { readonly headers: Readonly<Record<string, string>> };
  readonly stream: boolean;
  readonly repairs: readonly string[];
  /** What the file sets for this target alone. */
  readonly own: Readonly<Record<string, string | undefined>>;
}

const VERSION = '2023-06-01';

/** What a provider of the client's own protocol is sent: the file's own headers win over the client's, and a key is always ours. */
export function forwardedOf(
  protocol: ClientProtocol,
  { provider, value, forwarded, stream, repairs, own: ofTarget }: NativeHeaders,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
    // A compressed stream is held back until a block is full.
    'accept-encoding': 'identity',
    'user-agent': 'holdfast',
  };
  if (protocol === 'anthropic-messages') headers['anthropic-version'] = VERSION;
  Object.assign(headers, forwarded.headers);
  for (const [name, own] of Object.entries(provider.headers)) headers[name.toLowerCase()] = own;
  for (const [name, own] of Object.entries(ofTarget)) {
    const before = name === 'anthropic-beta' ? headers[name] : undefined;
    if (own !== undefined) headers[name] = before === undefined ? own : `${before},${own}`;
  }
  if (value !== undefined && value !== '') {
    if (protocol === 'anthropic-messages') headers['x-api-key'] ??= value;
    else headers['authorization'] ??= `Bearer ${value}`;
  }
  const betas = headers['anthropic-beta'];
  const kept = betas === undefined || repairs.length === 0 ? betas : withoutBetas(betas, repairs);
  if (kept === undefined) delete headers['anthropic-beta'];
  else headers['anthropic-beta'] = kept;
  return headers;
}
