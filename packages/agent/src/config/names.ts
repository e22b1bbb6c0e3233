import { KNOWN_PROVIDERS } from '@holdfast/core/engine';
import { DOCKER_PROVIDERS } from './docker-providers.data.ts';
import type { AgentFile } from './file.ts';
import type { TreeNode } from './tree.ts';

/** The names a file defines, and the provider names known without being written down. */
export interface Names {
  readonly agents: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly tiers: ReadonlySet<string>;
  readonly providers: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
  readonly skills: ReadonlySet<string>;
  readonly toolsets: ReadonlySet<string>;
  /** Entries of `mcps` and `rag`. */
  readonly definitions: ReadonlySet<string>;
}

const keysOf = (root: TreeNode, section: string): string[] => {
  const node = root.kind === 'map' ? root.entries.get(section)?.node : undefined;
  return node?.kind === 'map' ? [...node.entries.keys()] : [];
};

export const namesOf = (root: TreeNode): Names => ({
  agents: new Set(keysOf(root, 'agents')),
  models: new Set(keysOf(root, 'models')),
  tiers: new Set(keysOf(root, 'tiers')),
  providers: new Set(keysOf(root, 'providers')),
  commands: new Set(keysOf(root, 'commands')),
  skills: new Set(keysOf(root, 'skills')),
  toolsets: new Set(keysOf(root, 'toolsets')),
  definitions: new Set([...keysOf(root, 'mcps'), ...keysOf(root, 'rag')]),
});

/** The names of a file and of the gateway file behind it. */
export const withBase = (names: Names, base: AgentFile | undefined): Names =>
  base === undefined
    ? names
    : {
        ...names,
        models: new Set([...names.models, ...base.models.keys()]),
        tiers: new Set([...names.tiers, ...base.tiers.keys()]),
        providers: new Set([...names.providers, ...base.providers.keys()]),
      };

/** Served by Holdfast under its own name. */
export const isServed = (provider: string): boolean => Object.hasOwn(KNOWN_PROVIDERS, provider);

/** Known by name, served or not. */
export const isKnown = (provider: string): boolean => isServed(provider) || DOCKER_PROVIDERS.includes(provider);

export const knownProviders = (): string[] => [...Object.keys(KNOWN_PROVIDERS), ...DOCKER_PROVIDERS];
