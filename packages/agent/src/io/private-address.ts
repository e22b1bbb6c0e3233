import { BlockList, isIP } from 'node:net';

/** Not the public internet's: this machine, private and shared networks, link-local (metadata services), documentation, multicast, reserved. */
const PRIVATE_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const PRIVATE_6: readonly (readonly [string, number])[] = [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
];

const CLOSED = new BlockList();
for (const [network, bits] of PRIVATE_6) CLOSED.addSubnet(network, bits, 'ipv6');
for (const [network, bits] of PRIVATE_4) {
  CLOSED.addSubnet(network, bits, 'ipv4');
  // The same ones behind a NAT64 gateway, and in the old form of an IPv4 address within IPv6.
  for (const prefix of ['64:ff9b::', '::']) CLOSED.addSubnet(`${prefix}${network}`, 96 + bits, 'ipv6');
}

/** An IPv4 address written as one of IPv6 (`::ffff:…`) is what it leads to; what is no address is not public. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  return family === 0 || CLOSED.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
