import { refusal, type Refusal } from './refusal.ts';

/** As node:http gives them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Who may speak to the gateway from inside a browser.
 *
 * G1. A name in `Host` that is neither loopback's nor listed is refused: a page whose name was pointed at this machine (DNS rebinding) sends
 *     its own name there.
 * G2. A page of another origin is refused, listed ones apart; `null` (sandboxed frames, files) is nobody's and cannot be listed.
 */
export interface Names {
  readonly hosts: ReadonlySet<string>;
  readonly origins: ReadonlySet<string>;
}

export const namesOf = (listed: { readonly hosts?: readonly string[]; readonly origins?: readonly string[] }): Names => ({
  hosts: new Set(listed.hosts?.map((host) => host.toLowerCase())),
  origins: new Set(listed.origins?.map((origin) => origin.toLowerCase().replace(/\/$/, '')).filter((origin) => origin !== 'null')),
});

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const PORT = /:\d{1,5}$/;
const LOOPBACK_HOST = new RegExp(`^(?:localhost|127(?:\\.${OCTET}){3}|\\[::1\\])(?::\\d{1,5})?$`, 'i');
const LOOPBACK_ADDRESS = new RegExp(`^(?:localhost|(?:::ffff:)?127(?:\\.${OCTET}){3}|::1|\\[::1\\])$`, 'i');

/** An address or name to bind to, or where a connection comes from. */
export const isLoopback = (address: string): boolean => LOOPBACK_ADDRESS.test(address);

const known = (host: string, { hosts }: Names): boolean => {
  if (LOOPBACK_HOST.test(host)) return true;
  if (hosts.size === 0) return false;
  const name = host.toLowerCase();
  return hosts.has(name) || hosts.has(name.replace(PORT, ''));
};

/** Node keeps the first of several `Host` headers; who reads the other one is deceived. */
const hostsIn = (raw: readonly string[]): number => {
  let count = 0;
  for (let at = 0; at < raw.length; at += 2) if (raw[at]!.length === 4 && raw[at]!.toLowerCase() === 'host') count++;
  return count;
};

export function refusedHost(headers: RequestHeaders, raw: readonly string[], names: Names): Refusal | undefined {
  const { host } = headers;
  if (typeof host !== 'string' || host === '') return refusal(400, 'invalid-request', 'The request has no Host header.');
  if (hostsIn(raw) > 1) return refusal(400, 'invalid-request', 'The request has more than one Host header.');
  if (known(host, names)) return;
  return refusal(
    403,
    'permission',
    'This gateway does not answer to the name in the Host header. Names that it may be called by are listed in server.hosts.',
  );
}

/** A page that this server itself sent: its origin is the name it was called by, which G1 has let pass. */
const own = (origin: string, host: string): boolean => origin === `http://${host.toLowerCase()}`;

/** After `refusedHost`. */
export function refusedOrigin(headers: RequestHeaders, { origins }: Names): Refusal | undefined {
  const { origin } = headers;
  if (origin === undefined) return;
  const name = String(origin).toLowerCase();
  if (origins.has(name) || own(name, String(headers['host']))) return;
  return refusal(403, 'permission', 'Pages of this origin may not use this gateway. Those that may are listed in server.origins.');
}

const EXPOSED = 'request-id, x-request-id, x-holdfast-call, x-holdfast-model, x-holdfast-retry-at, retry-after, x-should-retry';

/** What a listed page's browser wants to read on every answer; only for requests with an `Origin`. */
export const corsHeaders = (origin: string): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': EXPOSED,
  vary: 'origin',
});

const WORDS = /^[\w-]+(?:\s*,\s*[\w-]+)*$/;

export const isPreflight = (method: string, headers: RequestHeaders): boolean =>
  method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined;

/** The answer to a listed page's preflight. The SDKs send a crowd of headers (`x-stainless-*`): what is asked for is allowed. */
export function preflightHeaders(headers: RequestHeaders, methods: string): Readonly<Record<string, string>> {
  const asked = headers['access-control-request-headers'];
  return {
    ...corsHeaders(String(headers['origin'])),
    'access-control-allow-methods': methods,
    ...(typeof asked === 'string' && WORDS.test(asked) && { 'access-control-allow-headers': asked }),
    ...(headers['access-control-request-private-network'] === 'true' && { 'access-control-allow-private-network': 'true' }),
    'access-control-max-age': '600',
  };
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?(?:utf-?8|us-ascii)"?\s*)?;?\s*$/i;

/** Of a request that brings a body. Any other type can be sent by a form of any page without being asked (a browser's "simple request"). */
export function refusedType(headers: RequestHeaders): Refusal | undefined {
  const type = headers['content-type'];
  if (type === 'application/json') return;
  if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') return;
  if (typeof type === 'string' && JSON_TYPE.test(type)) return;
  return refusal(415, 'invalid-request', 'The body must be JSON in UTF-8, with the header content-type: application/json.');
}
