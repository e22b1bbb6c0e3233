import { expand, refChain, type AgentFile, type ChainSpec } from '@holdfast/agent/engine';
import { KNOWN_PROVIDERS, parseRef, resolveProvider, type Environment } from '@holdfast/core/engine';
import { bareRef, type ModelNames } from './rules/model-names.ts';

/** The chain of a reference that `resolveModel` gave. Throws a `RangeError` for one that this file gives no meaning to. */
export function chainFor(file: AgentFile, ref: string, env: Environment): ChainSpec {
  const found = refChain(file, ref, env);
  if ('findings' in found) throw new RangeError(found.findings.map(({ message }) => message).join('; '));
  const names = { models: new Set(file.models.keys()), tiers: new Set(file.tiers.keys()) };
  // A tier with an effort behind it is that tier still, with its patience and its limits.
  const tier = file.models.has(ref) ? undefined : file.tiers.get(bareRef(ref, names));
  return tier === undefined ? found.chain : { ...found.chain, name: tier.name, settings: tier.settings };
}

/** The names that clients of this file may write; read again with every file and whenever the environment changes. */
export function namesFor(file: AgentFile, env: Environment): ModelNames {
  const { aliases, defaultTier } = file.server;
  const meant = aliases.map(({ ref }) => ref);
  const models = new Set(file.models.keys());
  const refs = [...file.tiers.keys(), ...models, ...meant];
  return {
    tiers: new Set(file.tiers.keys()),
    models,
    providers: new Set([...file.providers.keys(), ...named(file, meant), ...vendorsWithKey(env)]),
    aliases: aliases.map(({ pattern, ref }) => [pattern, ref] as const),
    ...(defaultTier !== undefined && { defaultTier }),
    ids: new Map(refs.map((ref) => [ref, [...new Set(expand(ref, file, env).map(({ model }) => model))]])),
  };
}

/** Providers that the file's own references name. */
function named(file: AgentFile, aliases: readonly string[]): readonly string[] {
  const models = new Set(file.models.keys());
  const written = [
    ...aliases,
    ...[...file.tiers.values()].flatMap((tier) => tier.models.map(({ ref }) => ref)),
    ...[...file.models.values()].flatMap(({ firstAvailable = [] }) => firstAvailable),
  ];
  const refs = written.map((ref) => parseRef(ref, models)).flatMap((ref) => ('provider' in ref ? [ref.provider] : []));
  return [...refs, ...[...file.models.values()].flatMap(({ provider, firstAvailable }) => (firstAvailable ? [] : [provider]))];
}

/**
 * Known vendors whose key is in the environment: whoever set it meant them to be asked, and where they are is in our own table, not in the
 * request. One that needs no key must stand in the file.
 */
const vendorsWithKey = (env: Environment): readonly string[] =>
  Object.entries(KNOWN_PROVIDERS).flatMap(([name, { keyVariable }]) =>
    keyVariable !== undefined && 'ok' in resolveProvider({ name }, env) ? [name] : [],
  );
