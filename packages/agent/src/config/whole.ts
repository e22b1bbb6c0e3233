import type { Finding } from './refs.ts';
import { join } from './check-node.ts';
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

/** What no single value shows: names that stand twice, names no reference can reach, models without a model. */
export function checkWhole(root: TreeNode): readonly Placed[] {
  return [...sameNames(root), ...unreachable(root), ...section(root, 'models').flatMap(half), ...noAgents(root)];
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
    ...check('tiers', /[/,]/, '/ or a comma'),
  ];
}

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
