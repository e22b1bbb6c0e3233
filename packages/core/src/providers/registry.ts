import type { Environment } from '../ports.ts';
import type { ToolIdRule } from '../rules/transcript/tool-ids.ts';
import { isLoopback, keyMayGoTo, knownKeyVariables, vendorAt } from './hosts.ts';
import { API_NAMES, KNOWN_PROVIDERS, type KnownProvider, type ServedProtocol } from './known.data.ts';

export { isLoopback, keyMayGoTo, knownKeyVariables } from './hosts.ts';

/** A provider entry as the files write it. `api_type` is Docker's spelling of `api`. */
export interface ProviderEntry {
  readonly name: string;
  readonly api?: string;
  readonly api_type?: string;
  readonly base_url?: string;
  readonly token_key?: string;
  readonly token_keys?: readonly string[];
  /** `token_key` is what its vendor uses, not what the file names: on loopback it need not be set. */
  readonly impliedKey?: true;
  readonly headers?: Readonly<Record<string, string>>;
  readonly account?: string;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/** One key of an entry; an entry without a key has one with neither variable nor value. */
export interface ResolvedKey {
  readonly variable?: string;
  readonly value?: string;
  /** `E#VARIABLE`, `E#-`. */
  readonly credential: string;
  /** The `account:` label, else the credential. */
  readonly account: string;
}

/** A known vendor's key that the entry would send somewhere else. */
export interface ConsentNeeded {
  readonly variable: string;
  readonly host: string;
}

export interface ResolvedProvider {
  readonly name: string;
  readonly protocol: ServedProtocol;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly loopback: boolean;
  /** The known vendor whose own host this is. */
  readonly vendor?: string;
  readonly keys: readonly ResolvedKey[];
  /** Variables that `token_keys` names and that are not set, while others are. */
  readonly missing: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Not empty: ask before the first request (contracts, Security). */
  readonly consent: readonly ConsentNeeded[];
  readonly toolIds?: ToolIdRule;
  readonly efforts?: readonly string[];
}

export type ProviderErrorKind = 'unknown-provider' | 'unknown-api' | 'missing-url' | 'bad-url' | 'missing-key';

/** What is wrong with an entry: which field, and the way out. `message` names the provider. */
export interface ProviderError {
  readonly kind: ProviderErrorKind;
  readonly provider: string;
  readonly field: 'name' | 'api' | 'base_url' | 'token_key' | 'token_keys';
  readonly message: string;
  readonly wayOut: string;
  readonly variable?: string;
}

export type ProviderAnswer = { readonly ok: ResolvedProvider } | { readonly error: ProviderError };

type Answer<T> = { readonly ok: T } | { readonly error: ProviderError };

const list = (words: readonly string[]): string => words.join(', ');

const atHome = (entry: ProviderEntry): boolean =>
  entry.base_url === undefined || (URL.canParse(entry.base_url) && vendorAt(new URL(entry.base_url)) === entry.name);

function protocolOf(entry: ProviderEntry, known: KnownProvider | undefined): Answer<ServedProtocol> {
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

function urlOf(entry: ProviderEntry, known: KnownProvider | undefined, protocol: ServedProtocol): Answer<URL> {
  const bad = (kind: 'missing-url' | 'bad-url', message: string, wayOut: string): Answer<URL> => ({
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

/** What an environment variable holds; white space around a key is a shell's doing and would break the header. */
const read = (env: Environment, variable: string): string | undefined => env(variable)?.trim() || undefined;

interface Keys {
  readonly keys: readonly ResolvedKey[];
  readonly missing: readonly string[];
}

function keysOf(entry: ProviderEntry, known: KnownProvider | undefined, loopback: boolean, env: Environment): Answer<Keys> {
  const key = (variable?: string, value?: string): ResolvedKey => {
    const credential = `${entry.name}#${variable ?? '-'}`;
    return {
      credential,
      account: entry.account ?? credential,
      ...(variable !== undefined && { variable }),
      ...(value !== undefined && { value }),
    };
  };
  const written = entry.token_keys?.length ? entry.token_keys : entry.token_key !== undefined ? [entry.token_key] : undefined;
  const others = known?.otherVariables ?? [];
  const implied =
    known?.keyVariable === undefined ? [] : [[known.keyVariable, ...others].find((one) => read(env, one)) ?? known.keyVariable];
  const wanted = [...new Set(written ?? implied)];
  const keys = wanted.flatMap((variable) => {
    const value = read(env, variable);
    return value === undefined ? [] : [key(variable, value)];
  });
  const missing = wanted.filter((variable) => read(env, variable) === undefined);
  if (keys.length > 0) return { ok: { keys, missing } };
  const named = written !== undefined && entry.impliedKey !== true;
  if (wanted.length === 0 || (loopback && !named)) return { ok: { keys: [key()], missing: [] } };
  const variable = wanted[0] ?? '';
  const message = `provider "${entry.name}": no key, the environment variable ${list(wanted)} is not set`;
  const field = entry.token_keys?.length ? 'token_keys' : 'token_key';
  const without = loopback ? `, or take \`${field}\` out if the server needs none` : '';
  const wayOut = `export ${variable}=… , or name another variable with \`token_key\`${without}`;
  return { error: { kind: 'missing-key', provider: entry.name, field, message, wayOut, variable } };
}

/** Header values count too: a file may have put a vendor's key into one with `${env.NAME}`. */
function consentFor(keys: readonly ResolvedKey[], headers: Readonly<Record<string, string>>, url: URL, env: Environment): ConsentNeeded[] {
  const inHeaders = knownKeyVariables().filter((variable) => {
    const value = read(env, variable);
    return value !== undefined && value.length >= 6 && Object.values(headers).some((header) => header.includes(value));
  });
  const variables = new Set([...keys.flatMap((key) => key.variable ?? []), ...inHeaders]);
  return [...variables].filter((variable) => keyMayGoTo(variable, url) !== 'yes').map((variable) => ({ variable, host: url.host }));
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
      ...(vendor !== undefined && { vendor }),
      ...(facts?.toolIds && { toolIds: facts.toolIds }),
      ...(facts?.efforts && { efforts: facts.efforts }),
    },
  };
}
