import { KNOWN_PROVIDERS } from './known.data.ts';

/** On this machine: no key is needed, and any key may go there. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/\.$/, '');
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const isHost = (host: string, own: string): boolean => host === own || host.endsWith(`.${own}`);

const vendorsOf = (variable: string) =>
  Object.values(KNOWN_PROVIDERS).filter((known) => known.keyVariable === variable || known.otherVariables?.includes(variable));

/**
 * Whether the key in `variable` may be sent to `url` without asking: a known vendor's variable goes only to that vendor's own hosts, over
 * TLS, or to loopback (contracts, Security). A variable of the user's own may go where its file says.
 */
export function keyMayGoTo(variable: string, url: URL): 'yes' | 'needs-consent' {
  const vendors = vendorsOf(variable);
  if (vendors.length === 0 || isLoopback(url)) return 'yes';
  const host = url.hostname.replace(/\.$/, '');
  const own = url.protocol === 'https:' && vendors.some((known) => known.ownHosts.some((one) => isHost(host, one)));
  return own ? 'yes' : 'needs-consent';
}

/** Every variable that is known to hold a vendor's key: children do not get them, logs do not show their values. */
export const knownKeyVariables = (): readonly string[] =>
  Object.values(KNOWN_PROVIDERS).flatMap((known) => [...(known.keyVariable ? [known.keyVariable] : []), ...(known.otherVariables ?? [])]);

/** The vendor whose own host this is, whatever the entry is called. */
export const vendorAt = (url: URL): string | undefined =>
  Object.keys(KNOWN_PROVIDERS).find((name) => KNOWN_PROVIDERS[name]?.ownHosts.some((own) => isHost(url.hostname.replace(/\.$/, ''), own)));
