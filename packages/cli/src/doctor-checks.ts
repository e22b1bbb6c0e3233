import type { AgentFile } from '@holdfast/agent/engine';
import { KNOWN_PROVIDERS, type ProviderEntry, type ResolvedProvider, type Target } from '@holdfast/core/engine';
import type { Reached } from './io/reach.ts';
import type { Check } from './render/doctor-lines.ts';

/** What is found out about a machine, turned into checks: no looking here. */

const LEAST_NODE = [22, 19] as const;

export function versionChecks(
  holdfast: string,
  { node, bun, system }: { readonly node: string; readonly bun?: string; readonly system: string },
  packages: readonly (readonly [string, string | undefined])[],
): readonly Check[] {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const old = bun === undefined && (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]));
  const runtime: Check = old
    ? { check: 'versions', level: 'fail', what: `Node ${node} is too old`, way: `install Node ${LEAST_NODE.join('.')} or newer` }
    : { check: 'versions', level: 'ok', what: `holdfast ${holdfast} on ${bun === undefined ? `Node ${node}` : `Bun ${bun}`}, ${system}` };
  const missing = packages.filter(([, version]) => version === undefined).map(([name]) => name);
  const there = packages.flatMap(([name, version]) => (version === undefined ? [] : [`${name} ${version}`]));
  return [
    runtime,
    missing.length === 0
      ? { check: 'versions', level: 'ok', what: there.join(', ') }
      : {
          check: 'versions',
          level: 'fail',
          what: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed`,
          way: 'install holdfast again',
        },
  ];
}

/** An entry of the files, resolved or not. */
export interface Entry {
  readonly entry: ProviderEntry;
  readonly resolved?: ResolvedProvider;
  readonly problem?: { readonly message: string; readonly wayOut: string };
}

export function keyChecks(entries: readonly Entry[]): readonly Check[] {
  return entries.map(({ entry, resolved, problem }): Check => {
    if (!resolved) return { check: 'keys', level: 'fail', what: problem!.message, way: problem!.wayOut };
    const from = resolved.keys.map(
      ({ variable, source }) => variable ?? (source ? ('file' in source ? source.file : 'token_command') : 'no key needed'),
    );
    return { check: 'keys', level: 'ok', what: `${entry.name}: ${from.join(', ')}` };
  });
}

const seconds = (ms: number): string => `${Math.round(Math.abs(ms) / 1000)} s`;

/** Ms by which two clocks may differ before hints that name a moment go wrong. */
const SKEW = 60_000;

export function reachChecks(entries: readonly Entry[], reached: ReadonlyMap<string, Reached>): readonly Check[] {
  const checks = entries.flatMap(({ entry, resolved }): readonly Check[] => {
    const found = resolved && reached.get(resolved.baseUrl);
    if (!resolved || !found) return [];
    const where = `${entry.name} at ${resolved.baseUrl}`;
    if ('error' in found)
      return [{ check: 'endpoints', level: 'fail', what: `${where}: ${found.error}`, way: wayTo(found.code, resolved), passing: true }];
    if (found.status >= 500)
      return [
        {
          check: 'endpoints',
          level: 'warn',
          what: `${where} answers, but with ${found.status}`,
          way: 'it may be down: see its status page',
        },
      ];
    return [{ check: 'endpoints', level: 'ok', what: `${where} answers (${found.status}, ${found.ms} ms)` }];
  });
  return [...checks, ...clockChecks([...reached.values()])];
}

function wayTo(code: string | undefined, { loopback }: ResolvedProvider): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'see the host name, and whether this machine is online';
  if (code === 'ECONNREFUSED') return loopback ? 'start the server, or see its port' : 'nothing listens there: see host and port';
  if (code?.includes('CERT') || code?.includes('SSL')) return 'see the certificate, the clock of this machine, and NODE_EXTRA_CA_CERTS';
  return 'see the network, a firewall or the proxy (HTTPS_PROXY)';
}

function clockChecks(found: readonly Reached[]): readonly Check[] {
  const ahead = found.flatMap((one) => ('ahead' in one && one.ahead !== undefined ? [one.ahead] : [])).toSorted((a, b) => a - b);
  const middle = ahead[Math.floor(ahead.length / 2)];
  if (middle === undefined) return [];
  if (Math.abs(middle) < SKEW) return [{ check: 'clock', level: 'ok', what: 'the clock agrees with the endpoints' }];
  const how = middle > 0 ? 'ahead of' : 'behind';
  return [
    {
      check: 'clock',
      level: 'warn',
      what: `the clock is ${seconds(middle)} ${how} the endpoints'`,
      way: 'set it: rests that end at a moment would end at the wrong one',
    },
  ];
}

/** Entries that send one key, or go to one server, without saying that they share a limit: each would be exhausted by itself. */
export function accountChecks(entries: readonly Entry[]): readonly Check[] {
  const places = entries.flatMap(({ entry, resolved }) =>
    (resolved?.keys ?? []).map((key) => ({ name: entry.name, account: key.account, value: key.value, url: resolved!.baseUrl })),
  );
  const shared = places.flatMap((one, at) =>
    places
      .slice(at + 1)
      .filter((other) => other.name !== one.name && other.account !== one.account && one.value !== undefined && other.value === one.value)
      .map((other) => [one, other] as const),
  );
  const joined = [...new Set(places.map(({ account }) => account))].flatMap((account) => {
    const names = [...new Set(places.filter((one) => one.account === account).map(({ name }) => name))];
    return names.length > 1 ? [`${account}: ${names.join(', ')}`] : [];
  });
  return [
    ...joined.map((what): Check => ({ check: 'accounts', level: 'ok', what: `one account, ${what}` })),
    ...shared.map(([one, other]): Check => ({
      check: 'accounts',
      level: 'warn',
      what: `${one.name} and ${other.name} send the same key, and know nothing of each other's limits`,
      way: 'give both the same `account:`',
    })),
  ];
}

/** Whose limits several processes do not share. */
export function laneChecks(file: AgentFile | undefined): readonly Check[] {
  const lanes = Object.entries(file?.lanes ?? {});
  if (lanes.length === 0) return [];
  const rated = lanes.filter(([, { rpm, tpm }]) => rpm !== undefined || tpm !== undefined).map(([name]) => name);
  const what = `${lanes.map(([name]) => name).join(', ')}: slots and rates are counted by each process by itself`;
  if (rated.length === 0) return [{ check: 'lanes', level: 'ok', what }];
  return [
    {
      check: 'lanes',
      level: 'warn',
      what,
      way: `with several processes divide rpm and tpm of ${rated.join(', ')}, or leave them out: what providers tell is learnt`,
    },
  ];
}

export function priceChecks(targets: readonly Target[]): readonly Check[] {
  const unpriced = [...new Set(targets.filter(({ price, loopback }) => !price && !loopback).map(({ ref }) => ref))];
  if (unpriced.length === 0) return [];
  return [
    {
      check: 'prices',
      level: 'warn',
      what: `no price is known of ${unpriced.join(', ')}`,
      way: 'set `cost` on the model; until then its calls are unpriced',
    },
  ];
}

/** Providers of the files; without a file the vendors there is a key for. */
export function entriesOf(
  file: AgentFile | undefined,
  used: readonly ProviderEntry[],
  env: (name: string) => string | undefined,
): readonly ProviderEntry[] {
  const written = [...(file?.providers.values() ?? [])].map(({ entry }) => entry);
  const all = [...used, ...written];
  if (all.length > 0) return [...new Map(all.map((entry) => [entry.name, entry])).values()];
  return Object.entries(KNOWN_PROVIDERS).flatMap(([name, { keyVariable, otherVariables = [] }]) =>
    [keyVariable, ...otherVariables].some((variable) => variable !== undefined && env(variable)) ? [{ name }] : [],
  );
}
