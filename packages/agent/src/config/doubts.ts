import { nearest, resolveProvider } from '@holdfast/core/engine';
import type { Environment, ProviderEntry, ProviderError } from '@holdfast/core/engine';
import { SERVED_TOOLSETS } from './acts.data.ts';
import { chainOf, expand } from './chain.ts';
import type { ChainSpec, ChainTarget } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile, AgentSpec, ChainSettings } from './file.ts';
import { isKnown, isServed, knownProviders } from './names.ts';
import { markOf } from './normal.ts';
import type { Mark, Problem } from './problem.ts';
import type { TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';

/**
 * What makes a right file unfit to run here and now: keys that are not set, providers and toolsets that are not served. A doubt when a
 * file is checked, an obstacle when an agent of it is to run.
 */
export function doubts(file: AgentFile, root: TreeNode, env: Environment): readonly Placed[] {
  const written = [...file.providers.values()]
    .filter((provider) => provider.tokenCommand === undefined)
    .flatMap(({ entry, vendor }) => entryDoubts(entry, vendor, section(root, 'providers', entry.name), file, env));
  const own = [...file.models.values()].flatMap(({ entry, name, provider }) =>
    entry === undefined
      ? []
      : entryDoubts(entry, file.providers.get(provider)?.vendor ?? provider, section(root, 'models', name), file, env),
  );
  return [...written, ...own, ...impliedDoubts(file, root, env), ...partials(file, root)];
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
    ...[...file.agents.values()].map((agent) => {
      const made = chainOf(file, agent.name, { env });
      const where: Where = { path: `${join('agents', agent.name)}.model`, mark: () => agent.modelAt };
      return { targets: 'chain' in made ? made.chain.targets : [], where };
    }),
    ...[...file.tiers.values()].map(({ name }) => ({
      targets: expand(name, file, env),
      where: { path: join('tiers', name), mark: () => markOf(root, 'tiers', name) },
    })),
  ];
  const seen = new Set<string>();
  return users.flatMap(({ targets, where }) =>
    targets.flatMap(({ entry }) => {
      if (file.providers.has(entry.name) || !isServed(entry.name) || seen.has(entry.name)) return [];
      seen.add(entry.name);
      return entryDoubts(entry, undefined, where, file, env);
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
    return [{ at: mark(field === 'name' ? undefined : field), path, finding: findingOf(answer.error, vendor ?? entry.name) }];
  }
  return answer.ok.missing.map((variable) => {
    const message = `provider "${entry.name}": the environment variable ${variable} is not set; its other keys are used`;
    return { at: mark('token_keys'), path, finding: { level: 'warning', message, wayOut: `set ${variable}` } };
  });
}

function findingOf({ kind, message, wayOut, provider }: ProviderError, vendor: string): Placed['finding'] {
  if (kind === 'missing-key') return { level: 'warning', message, wayOut };
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

const NO_CONTINUE = { message: '"continue" is not there yet', wayOut: 'write restart or fail' };

const partials = (file: AgentFile, root: TreeNode): readonly Placed[] =>
  [...file.tiers.values()]
    .filter((tier) => tier.settings.onPartial === 'continue')
    .map((tier) => ({
      at: markOf(root, 'tiers', tier.name, 'on_partial'),
      path: `${join('tiers', tier.name)}.on_partial`,
      finding: { level: 'warning', ...NO_CONTINUE },
    }));

/** What stands in the way of running this agent with this chain, here and now. Empty: go. */
export function obstacles(file: AgentFile, agent: AgentSpec, chain: ChainSpec, env: Environment): readonly Problem[] {
  const problem = (at: Mark, path: string, message: string, wayOut?: string): Problem => ({
    level: 'error',
    file: file.name,
    line: at.line,
    column: at.column,
    path,
    message,
    ...(wayOut === undefined ? {} : { wayOut }),
  });
  const path = join('agents', agent.name);
  const variables = file.variables
    .filter((use) => use.missing && concerns(use.path, path, chain.targets, file))
    .map((use) => problem(use.at, use.path, `the environment variable ${use.name} is not set`, `set ${use.name}`));
  const waiting = new Set(variables.map((one) => one.path));
  const entries = [...new Map(chain.targets.map((target) => [target.entry.name, target])).values()].flatMap(({ entry }) => {
    const spec = file.providers.get(entry.name);
    if (spec?.tokenCommand !== undefined) return [];
    const answer = resolveProvider(entry, env);
    if ('ok' in answer || [...waiting].some((one) => one.endsWith(`${entry.name}.base_url`))) return [];
    const unserved = spec === undefined && isKnown(entry.name) && !isServed(entry.name);
    const at = spec?.at ?? agent.modelAt;
    if (unserved) return [problem(at, `${path}.model`, `provider "${entry.name}" is not served`, 'name a model of another provider')];
    return [problem(at, spec === undefined ? `${path}.model` : join('providers', entry.name), answer.error.message, answer.error.wayOut)];
  });
  const toolsets = agent.toolsets
    .filter((toolset) => !SERVED_TOOLSETS.includes(toolset.type))
    .map((one) =>
      problem(
        one.at,
        `${path}.toolsets`,
        `toolsets of type "${one.type}" are not served`,
        'take it out, or put it into an agent of its own',
      ),
    );
  return [...variables, ...entries, ...toolsets, ...settingsObstacles(chain.settings, agent, path, problem)];
}

const settingsObstacles = (
  settings: ChainSettings,
  agent: AgentSpec,
  path: string,
  problem: (at: Mark, path: string, message: string, wayOut: string) => Problem,
): readonly Problem[] =>
  settings.onPartial === 'continue'
    ? [problem(agent.modelAt, `${path}.model`, `on_partial: ${NO_CONTINUE.message}`, NO_CONTINUE.wayOut)]
    : [];

/** A variable matters to this run if it stands in its agent, or in a provider, model or toolset it uses. */
function concerns(use: string, agent: string, targets: readonly ChainTarget[], file: AgentFile): boolean {
  if (use.startsWith(`${agent}.`) || use.startsWith('toolsets.') || use.startsWith('permissions.') || use.startsWith('tiers.')) return true;
  const entries = new Set(targets.map((target) => target.entry.name));
  const providers = [...file.providers.keys()].filter((name) => entries.has(name));
  const models = [...file.models.values()].filter((model) => entries.has(model.entry?.name ?? model.provider));
  return (
    providers.some((name) => use.startsWith(`${join('providers', name)}.`)) ||
    models.some((model) => use.startsWith(`${join('models', model.name)}.`))
  );
}
