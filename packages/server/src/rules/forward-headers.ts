import type { ClientProtocol } from '@holdfast/core/wire';

/** Headers of a request as Node gives them: names in lower case. */
export type ClientHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

interface Allowed {
  readonly names: ReadonlySet<string>;
  /** Open lists: a vendor's newest header passes before we know of it. */
  readonly prefixes: readonly string[];
}

const OPENAI: Allowed = { names: new Set(['openai-beta']), prefixes: [] };

const ALLOWED: Readonly<Record<ClientProtocol, Allowed>> = {
  'anthropic-messages': { names: new Set(['anthropic-version', 'anthropic-beta']), prefixes: ['anthropic-'] },
  'openai-chat': OPENAI,
  'openai-responses': OPENAI,
};

/** Whatever a list says: the account that is asked, and who asks. */
const NEVER: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'keep-alive',
  'expect',
  'accept-encoding',
]);

const NONE: ReadonlySet<string> = new Set();

/** Browsers' leave to use a key from a page: nothing of a gateway's. */
const NOT_OURS: ReadonlySet<string> = new Set(['anthropic-dangerous-direct-browser-access', 'anthropic-organization-id']);

/**
 * What of a client's headers goes on to a provider of its own protocol (field notes 30, 31). Credentials, cookies and what belongs to the
 * connection never do; `x-forwarded-*`, ids of sessions and whatever else is on no list only where the file's `forward_headers` names it.
 */
export function forwardHeaders(protocol: ClientProtocol, headers: ClientHeaders, named: readonly string[] = []): Record<string, string> {
  const { names, prefixes } = ALLOWED[protocol];
  const extra = named.length === 0 ? NONE : new Set(named.map((name) => name.toLowerCase()));
  const forwarded: Record<string, string> = {};
  for (const written of Object.keys(headers)) {
    const value = headers[written];
    const name = written.toLowerCase();
    if (value === undefined || NEVER.has(name)) continue;
    const listed = names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    if (extra.has(name) || (listed && !NOT_OURS.has(name))) forwarded[name] = typeof value === 'string' ? value : value.join(',');
  }
  return forwarded;
}
