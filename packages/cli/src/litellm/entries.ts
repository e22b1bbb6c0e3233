import type { Deployment } from './deployments.ts';
import { plainName, variableName, type Notes } from './look.ts';
import type { Secret } from './params.ts';

/** A provider of the new file. */
export interface Entry {
  readonly name: string;
  readonly fields: Readonly<Record<string, string | readonly string[] | Readonly<Record<string, string>>>>;
}

export interface Placed {
  readonly entries: readonly Entry[];
  /** `ENTRY/MODEL` of each deployment. */
  readonly refOf: ReadonlyMap<Deployment, string>;
}

/** The address as it is written here; a user, a password or a query in it is a secret, and is left out. */
function addressOf(base: string, prefix: string): { readonly url: string; readonly host: string; readonly cut: boolean } | undefined {
  if (!URL.canParse(base)) return undefined;
  const url = new URL(base);
  const cut = url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '';
  const path = url.pathname.replace(/\/(chat\/completions|v1\/messages|messages|completions)\/?$/, '').replace(/\/+$/, '');
  const own = prefix === 'azure' ? '/openai/v1' : prefix.startsWith('ollama') && path === '' ? '/v1' : path;
  return { url: `${url.protocol}//${url.host}${own}`, host: url.host, cut };
}

const sameKey = (a: Secret | undefined): string =>
  a === undefined ? '' : 'variable' in a ? a.variable : `${a.written.line}:${a.written.column}`;

/** Deployments of one place: the same vendor, address and headers. */
function places(deployments: readonly Deployment[]): ReadonlyMap<string, readonly Deployment[]> {
  const found = new Map<string, Deployment[]>();
  for (const one of deployments) {
    const place = JSON.stringify([one.vendor.known ?? one.prefix, one.base ?? '', Object.entries(one.headers).toSorted()]);
    found.set(place, [...(found.get(place) ?? []), one]);
  }
  return found;
}

/** All in one entry where every model of the place is asked with the same keys; else an entry for each key. */
function byKeys(some: readonly Deployment[]): readonly (readonly Deployment[])[] {
  const keysOf = new Map<string, Set<string>>();
  for (const { model, key } of some) keysOf.set(model, (keysOf.get(model) ?? new Set()).add(sameKey(key)));
  const sets = [...keysOf.values()].map((keys) => [...keys].toSorted().join(' '));
  if (new Set(sets).size === 1) return [some];
  const each = Map.groupBy(some, ({ key }) => sameKey(key));
  return [...each.values()];
}

/** `acme.openai.azure.com` is told apart by its first word. */
const placeName = (host: string): string =>
  host.replace(/^(.+?)\.(openai\.azure|services\.ai\.azure|cognitiveservices\.azure)\.com$/, 'azure-$1').replaceAll('.', '-');

function nameFor(one: Deployment, taken: ReadonlySet<string>): string {
  const host = one.base === undefined ? undefined : addressOf(one.base, one.prefix)?.host;
  const base =
    one.vendor.known !== undefined && host === undefined ? one.vendor.known : plainName(host === undefined ? one.prefix : placeName(host));
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(name)) return name;
  }
}

/** The variables of an entry's keys. One that stood in the file gets a name, and its owner is told. */
function variablesOf(some: readonly Deployment[], name: string, notes: Notes): readonly string[] {
  const found = new Map<string, string>();
  for (const { key, at } of some) {
    const same = sameKey(key);
    if (key === undefined || found.has(same)) continue;
    if ('variable' in key) {
      found.set(same, key.variable);
      continue;
    }
    const variable = variableName(name, 'KEY', ...(found.size > 0 ? [String(found.size + 1)] : []));
    found.set(same, variable);
    notes.left(key.written ?? at, 'api_key', `a key stands in the file: put it into the environment as ${variable}`);
  }
  return [...found.values()];
}

function headersOf(one: Deployment, name: string, notes: Notes): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(one.headers).map(([header, value]) => {
      if (typeof value === 'string') return [header, value];
      if ('variable' in value) return [header, `\${env.${value.variable}}`];
      const variable = variableName(name, header);
      notes.left(value.written, `extra_headers.${header}`, `a secret stands in the file: put it into the environment as ${variable}`);
      return [header, `\${env.${variable}}`];
    }),
  );
}

function entryOf(some: readonly Deployment[], name: string, notes: Notes): Entry | undefined {
  const one = some[0]!;
  const { vendor, prefix, base, at } = one;
  const address = base === undefined ? undefined : addressOf(base, prefix);
  if (base !== undefined && address === undefined)
    return void notes.left(at, 'api_base', 'no address as it stands: its deployments are left out');
  if (address?.cut) notes.left(at, 'api_base', 'a user, a password or a query in it is left out: use token_key or headers');
  const url = address?.url ?? vendor.url;
  if (url === undefined && vendor.known === undefined)
    return void notes.left(at, 'api_base', `${prefix} needs one: its deployments are left out`);
  const keys = variablesOf(some, name, notes);
  const implied =
    keys.length === 0 && vendor.variable !== undefined && (name !== vendor.known || url !== undefined) ? [vendor.variable] : keys;
  const home = url === undefined && name === vendor.known;
  const headers = headersOf(one, name, notes);
  return {
    name,
    fields: {
      ...(url === undefined && !home && { provider: vendor.known! }),
      ...(url !== undefined && { api: vendor.api ?? 'openai-chat', base_url: url }),
      ...(implied.length === 1 && { token_key: implied[0]! }),
      ...(implied.length > 1 && { token_keys: implied }),
      ...(Object.keys(headers).length > 0 && { headers }),
    },
  };
}

export function placed(deployments: readonly Deployment[], notes: Notes): Placed {
  const entries: Entry[] = [];
  const refOf = new Map<Deployment, string>();
  const taken = new Set<string>();
  for (const some of [...places(deployments).values()].flatMap(byKeys)) {
    const name = nameFor(some[0]!, taken);
    const entry = entryOf(some, name, notes);
    if (entry === undefined) continue;
    taken.add(name);
    entries.push(entry);
    for (const one of some) refOf.set(one, `${name}/${one.model}`);
  }
  return { entries, refOf };
}
