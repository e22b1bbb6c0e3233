import { nearest, resolveProvider, tierFlaws } from '@holdfast/core/engine';
import type { Environment, ProviderEntry, ProviderError } from '@holdfast/core/engine';
import { asksOf } from './asks.ts';
import { expand } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile } from './file.ts';
import { isKnown, isServed, knownProviders } from './names.ts';
import { markOf } from './marks.ts';
import type { Mark } from './problem.ts';
import type { TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';

/**
 * What makes a right file unfit to run here and now: keys that are not set, providers that are not served. A doubt when a file is checked,
 * an obstacle (`obstacles.ts`) when an agent of it is to run. Of what the file itself says, not of the gateway file behind it.
 */
export function doubts(file: AgentFile, root: TreeNode, env: Environment): readonly Placed[] {
  const entries = [...file.providers.values()]
    .filter((provider) => provider.file === file.name)
    .flatMap(({ entry, vendor }) => entryDoubts(entry, vendor, section(root, 'providers', entry.name), file, env));
  const own = [...file.models.values()].flatMap(({ entry, name, provider, file: written }) =>
    entry === undefined || written !== file.name
      ? []
      : entryDoubts(entry, file.providers.get(provider)?.vendor ?? provider, section(root, 'models', name), file, env),
  );
  return [...entries, ...own, ...impliedDoubts(file, root, env), ...tierDoubts(file)];
}

/** Where an entry is written: its path, and the mark of one of its fields. */
interface Where {
  readonly path: string;
  readonly mark: (field?: string) => Mark;
}

const section = (root: TreeNode, name: string, key: string): Where => ({
  path: join(name, key),
  mark: (field) => markOf(root, name, key, ...(field === undefined ? [] : [field])),
});

/** Vendors that are used without an entry: said at the first agent, else tier, that asks them. */
function impliedDoubts(file: AgentFile, root: TreeNode, env: Environment): readonly Placed[] {
  const users = [
    ...[...file.agents.values()].flatMap((agent) => asksOf(file, agent, env)),
    ...ownTiers(file).map(({ name }) => ({
      entries: expand(name, file, env).map(({ entry }) => entry),
      path: join('tiers', name),
      at: markOf(root, 'tiers', name),
    })),
  ];
  const seen = new Set<string>();
  return users.flatMap(({ entries, path, at }) =>
    entries.flatMap((entry) => {
      if (file.providers.has(entry.name) || !isServed(entry.name) || seen.has(entry.name)) return [];
      seen.add(entry.name);
      return entryDoubts(entry, undefined, { path, mark: () => at }, file, env);
    }),
  );
}

function entryDoubts(
  entry: ProviderEntry,
  vendor: string | undefined,
  { path, mark }: Where,
  file: AgentFile,
  env: Environment,
): readonly Placed[] {
  if (file.variables.some((use) => use.missing && use.path.startsWith(`${path}.`))) return [];
  const answer = resolveProvider(entry, env);
  if ('error' in answer) {
    const { field } = answer.error;
    return [
      {
        at: mark(field === 'name' ? undefined : field),
        path,
        finding: findingOf(answer.error, vendor ?? entry.name),
      },
    ];
  }
  return answer.ok.missing.map((variable) => {
    const message = `provider "${entry.name}": the environment variable ${variable} is not set; its other keys are used`;
    return { at: mark('token_keys'), path, finding: { level: 'warning', message, wayOut: `set ${variable}` } };
  });
}

function findingOf({ kind, message, wayOut, provider }: ProviderError, vendor: string): Placed['finding'] {
  if (kind === 'missing-key') return { level: 'warning', message, wayOut: `${wayOut}; without it a run that may ask this provider stops` };
  if (kind === 'unknown-api') return { level: 'warning', message, wayOut };
  if (isKnown(vendor) && !isServed(vendor) && kind !== 'bad-url') {
    return {
      level: 'warning',
      message: `provider "${vendor}" is not served`,
      wayOut: 'if it speaks a known API, give it api and base_url',
    };
  }
  const near = kind === 'unknown-provider' ? nearest(provider, knownProviders()) : undefined;
  return { level: 'error', message, wayOut, ...(near === undefined ? {} : { nearest: near }) };
}

const ownTiers = (file: AgentFile) => [...file.tiers.values()].filter((tier) => tier.file === file.name);

/** What stands in a tier twice, and too much of it. */
const tierDoubts = (file: AgentFile): readonly Placed[] =>
  ownTiers(file).flatMap(({ name, models }) =>
    tierFlaws(models.map(({ ref, at: _at, ...own }) => ({ text: ref, id: JSON.stringify([ref, own]) }))).map(({ index, message }) => ({
      at: models[index]!.at,
      path: join('tiers', name),
      finding: { level: 'error', message, wayOut: 'take it out' } as const,
    })),
  );
