import { BlockList, isIP } from 'node:net';

/**
 * Docker's `allowed_domains` and `blocked_domains`: `example.com` is the host and what lies below it, `.example.com` and `*.example.com` only
 * what lies below, `10.0.0.0/8` and addresses are networks. The second list wins.
 */
export function domainsOf(allowed: readonly string[], blocked: readonly string[]): { check(url: URL): void } {
  const [open, closed] = [allowed.map(matcherOf), blocked.map(matcherOf)];
  return {
    check: ({ hostname }) => {
      const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
      if (closed.some((matches) => matches(host))) throw new Error(`the host ${host} is blocked (blocked_domains)`);
      if (open.length > 0 && !open.some((matches) => matches(host)))
        throw new Error(`the host ${host} is not allowed (allowed_domains: ${allowed.join(', ')})`);
    },
  };
}

type Matcher = (host: string) => boolean;

function matcherOf(written: string): Matcher {
  const pattern = written.trim().toLowerCase().replace(/\.$/, '').replace(/^\*\./, '.');
  const [address = '', bits] = pattern.replace(/^\[|\]$/g, '').split('/');
  const family = isIP(address);
  if (family > 0) return networkOf(written, address, family === 4 ? 'ipv4' : 'ipv6', bits);
  // A list that means something else than it says would let through what it should not.
  if (!/^\.?[^\s./*:]+(\.[^\s./*:]+)*$/.test(pattern))
    throw new Error(`"${written}" in the domains of the fetch toolset is neither a host, nor *.HOST, nor a network such as 10.0.0.0/8`);
  return pattern.startsWith('.') ? (host) => host.endsWith(pattern) : (host) => host === pattern || host.endsWith(`.${pattern}`);
}

function networkOf(written: string, address: string, family: 'ipv4' | 'ipv6', bits: string | undefined): Matcher {
  const list = new BlockList();
  const most = family === 'ipv4' ? 32 : 128;
  if (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= most))
    throw new Error(`"${written}" in the domains of the fetch toolset is no network: after the slash comes a number up to ${most}`);
  list.addSubnet(address, Number(bits ?? most), family);
  // It also knows an IPv4 address that is written as one of IPv6.
  return (host) => isIP(host) > 0 && list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}
