import { budgetProblems } from './budgets.ts';
import { nearest } from '@holdfast/core/engine';
import { hasKnownTools, TOOLS_OF } from './acts.data.ts';
import { join } from './check-node.ts';
import { listed } from './refs.ts';
import type { Finding } from './refs.ts';
import { serverProblems } from './server-faults.ts';
import { short } from './words.ts';
import type { Mark } from './problem.ts';
import type { Entry, TreeNode } from './tree.ts';

/** A finding and the place it is about. */
export interface Placed {
  readonly at: Mark;
  readonly path: string;
  readonly finding: Finding;
}

const section = (root: TreeNode, name: string): readonly Entry[] => {
  const node = root.kind === 'map' ? root.entries.get(name)?.node : undefined;
  return node?.kind === 'map' ? [...node.entries.values()] : [];
};

const error = (entry: Entry, path: string, message: string, wayOut?: string): Placed => ({
  at: entry.at,
  path,
  finding: { level: 'error', message, ...(wayOut === undefined ? {} : { wayOut }) },
});

/** What no single value shows: tools a toolset does not have, names that stand twice, names no reference can reach, models without a model. */
export function checkWhole(root: TreeNode): readonly Placed[] {
  return [
    ...sameNames(root),
    ...budgetProblems(root),
    ...serverProblems(root),
    ...unreachable(root),
    ...section(root, 'models').flatMap(half),
    ...noAgents(root),
    ...toolNames(root),
  ];
}

/** A name is one thing: a reference must not depend on where it is looked up first. */
function sameNames(root: TreeNode): readonly Placed[] {
  const first = new Map<string, { readonly section: string; readonly line: number }>();
  const placed: Placed[] = [];
  for (const name of ['providers', 'models', 'tiers']) {
    for (const entry of section(root, name)) {
      const taken = first.get(entry.key);
      if (taken === undefined) first.set(entry.key, { section: name, line: entry.at.line });
      else
        placed.push(
          error(
            entry,
            join(name, entry.key),
            `"${entry.key}" is also in "${taken.section}" (line ${taken.line})`,
            'give one of them another name',
          ),
        );
    }
  }
  return placed;
}

function unreachable(root: TreeNode): readonly Placed[] {
  const check = (name: string, pattern: RegExp, signs: string): Placed[] =>
    section(root, name)
      .filter((entry) => entry.key.trim() === '' || pattern.test(entry.key))
      .map((entry) =>
        error(
          entry,
          join(name, entry.key),
          `a name here cannot be empty or hold ${signs}: no reference could reach it`,
          'choose another name',
        ),
      );
  return [
    ...check('providers', /[/,#@\s]/, '/, a comma, #, @ or white space'),
    ...check('models', /[/,]/, '/ or a comma'),
    ...section(root, 'tiers')
      .filter((entry) => !TIER_NAME.test(entry.key))
      .map((entry) =>
        error(entry, join('tiers', entry.key), "a tier's name consists of a–z, digits, _ and -, as in the library", 'choose another name'),
      ),
  ];
}

const TIER_NAME = /^[a-z0-9_-]+$/;

function half(entry: Entry): readonly Placed[] {
  const { node } = entry;
  if (node.kind !== 'map' || node.entries.has('first_available')) return [];
  const path = join('models', entry.key);
  return ['provider', 'model'].filter((key) => !node.entries.has(key)).map((key) => error(entry, path, `"${key}" is missing`));
}

function noAgents(root: TreeNode): readonly Placed[] {
  const agents = root.kind === 'map' ? root.entries.get('agents') : undefined;
  return agents?.node.kind === 'map' && agents.node.entries.size === 0 ? [error(agents, 'agents', 'no agent is defined')] : [];
}

/** `tools:` of a toolset names tools of that toolset. */
function toolNames(root: TreeNode): readonly Placed[] {
  const lists = section(root, 'agents').flatMap((agent) => {
    const toolsets = agent.node.kind === 'map' ? agent.node.entries.get('toolsets')?.node : undefined;
    const path = `${join('agents', agent.key)}.toolsets`;
    return toolsets?.kind === 'list' ? toolsets.items.map((node, index) => ({ node, path: `${path}[${index}]` })) : [];
  });
  const shared = section(root, 'toolsets').map((entry) => ({ node: entry.node, path: join('toolsets', entry.key) }));
  return [...lists, ...shared].flatMap(({ node, path }) => {
    const [type, tools] = node.kind === 'map' ? [node.entries.get('type')?.node, node.entries.get('tools')?.node] : [];
    if (type?.kind !== 'text' || tools?.kind !== 'list' || !hasKnownTools(type.value)) return [];
    return tools.items.flatMap((item, index) =>
      item.kind === 'text' ? toolName(type.value, item.value, item.at, `${path}.tools[${index}]`) : [],
    );
  });
}

function toolName(type: string, name: string, at: Mark, path: string): readonly Placed[] {
  const { here, elsewhere = [] } = TOOLS_OF[type] ?? { here: [] };
  if (here.includes(name)) return [];
  if (elsewhere.includes(name))
    return [{ at, path, finding: { level: 'warning', message: `the ${type} toolset has no "${name}" here; it is left out` } }];
  const near = nearest(name, [...here, ...elsewhere]);
  const hint = near === undefined ? { wayOut: `there are ${listed(here)}` } : { nearest: near };
  return [{ at, path, finding: { level: 'error', message: `the ${type} toolset has no tool "${short(name)}"`, ...hint } }];
}
