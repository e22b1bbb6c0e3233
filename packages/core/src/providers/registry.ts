import type { Environment } from '../ports.ts';
import { isLoopback, vendorAt } from './hosts.ts';
import { API_NAMES, KNOWN_PROVIDERS, type KnownProvider, type ServedProtocol } from './known.data.ts';
import type { OrError, ProviderAnswer, ProviderEntry } from './provider-entry.ts';
import { consentFor, keyConsentFor, keysOf } from './provider-keys.ts';

export { isLoopback, keyMayGoTo, knownKeyVariables } from './hosts.ts';
export type * from './provider-entry.ts';

const list = (words: readonly string[]): string => words.join(', ');

const atHome = (entry: ProviderEntry): boolean =>
  entry.base_url === undefined || (URL.canParse(entry.base_url) && vendorAt(new URL(entry.base_url)) === entry.name);

function protocolOf(entry: ProviderEntry, known: KnownProvider | undefined): OrError<ServedProtocol> {
  const written = entry.api ?? entry.api_type;
  if (written !== undefined) {
    const ok = Object.hasOwn(API_NAMES, written) ? API_NAMES[written] : undefined;
    if (ok) return { ok };
    const message = `provider "${entry.name}": api "${written}" is not one that can be spoken`;
    const wayOut = `use one of ${list(Object.keys(API_NAMES))}`;
    return { error: { kind: 'unknown-api', provider: entry.name, field: 'api', message, wayOut } };
  }
  if (known) return { ok: known.elsewhere && !atHome(entry) ? known.elsewhere : known.protocol };
  if (entry.base_url !== undefined) return { ok: 'openai-chat' };
  const message = `provider "${entry.name}" is not known by name`;
  const wayOut = `give it \`api\` and \`base_url\`, or use one of ${list(Object.keys(KNOWN_PROVIDERS))}`;
  return { error: { kind: 'unknown-provider', provider: entry.name, field: 'name', message, wayOut } };
}

function urlOf(entry: ProviderEntry, known: KnownProvider | undefined, protocol: ServedProtocol): OrError<URL> {
  const bad = (kind: 'missing-url' | 'bad-url', message: string, wayOut: string): OrError<URL> => ({
    error: { kind, provider: entry.name, field: 'base_url', message: `provider "${entry.name}": ${message}`, wayOut },
  });
  const written = entry.base_url ?? known?.baseUrl;
  if (written === undefined) return bad('missing-url', 'no base_url', 'give it a `base_url`, such as https://llm.example.com/v1');
  const shape = 'write it as http(s)://host[:port]/path';
  if (!URL.canParse(written)) return bad('bad-url', `base_url "${written}" is not a URL`, shape);
  const url = new URL(written);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return bad('bad-url', `base_url "${written}" is not http or https`, shape);
  if (url.username !== '' || url.password !== '')
    return bad('bad-url', 'base_url holds a user or a password', 'use `token_key` or `headers` instead');
  if (url.search !== '' || url.hash !== '') return bad('bad-url', `base_url "${written}" has a query or a fragment`, shape);
  url.pathname = url.pathname.replace(/\/+$/, '');
  if (protocol === 'anthropic-messages' && !/\/v\d$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1`;
  return { ok: url };
}

/** What an entry means: protocol, URL and keys, or what is wrong with it and the way out. Looks nowhere but at `entry` and `env`. */
export function resolveProvider(entry: ProviderEntry, env: Environment): ProviderAnswer {
  const known = Object.hasOwn(KNOWN_PROVIDERS, entry.name) ? KNOWN_PROVIDERS[entry.name] : undefined;
  const protocol = protocolOf(entry, known);
  if ('error' in protocol) return protocol;
  const url = urlOf(entry, known, protocol.ok);
  if ('error' in url) return url;
  const loopback = isLoopback(url.ok);
  const keys = keysOf(entry, known, loopback, env);
  if ('error' in keys) return keys;
  const vendor = vendorAt(url.ok);
  const facts = known ?? (vendor === undefined ? undefined : KNOWN_PROVIDERS[vendor]);
  const headers = entry.headers ?? {};
  return {
    ok: {
      name: entry.name,
      protocol: protocol.ok,
      baseUrl: url.ok.href.replace(/\/$/, ''),
      loopback,
      ...keys.ok,
      headers,
      groups: entry.groups ?? {},
      consent: consentFor(keys.ok.keys, headers, url.ok, env),
      keyConsent: keyConsentFor(keys.ok.keys, url.ok, vendor !== undefined),
      ...(vendor !== undefined && { vendor }),
      ...(facts?.efforts && { efforts: facts.efforts }),
    },
  };
}
