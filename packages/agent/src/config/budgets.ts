import { readBudgets, type Budget } from '@holdfast/core/engine';
import type { AgentFile } from './file.ts';
import type { Mark } from './problem.ts';
import type { RawFile } from './raw.ts';
import type { Finding } from './refs.ts';
import type { TreeNode } from './tree.ts';

const scalar = (node: TreeNode): unknown => ('value' in node ? node.value : undefined);

/** What the shape of a budget does not show: a name that stands twice, no limit at all, a place or an hour that does not exist. */
export function budgetProblems(root: TreeNode): readonly { readonly at: Mark; readonly path: string; readonly finding: Finding }[] {
  const list = root.kind === 'map' ? root.entries.get('budgets')?.node : undefined;
  if (list?.kind !== 'list') return [];
  const maps = list.items.flatMap((node, index) => (node.kind === 'map' ? [{ node, index }] : []));
  const given = maps.map(({ node }) => Object.fromEntries([...node.entries.values()].map((entry) => [entry.key, scalar(entry.node)])));
  return readBudgets(given, 'snake').problems.flatMap(({ index: at, key, message }) => {
    const { node, index } = maps[at]!;
    const entry = key === undefined ? undefined : node.entries.get(key);
    // The rest is told by the shape, with the words of every other section.
    const ours = key === undefined || key === 'time_zone' || key === 'renews_at' || message.includes('another budget');
    if (!ours || (key !== undefined && !entry)) return [];
    const path = `budgets[${index}]${key === undefined ? '' : `.${key}`}`;
    return [
      {
        at: entry?.at ?? node.at,
        path,
        finding: { level: 'error' as const, message: key === undefined ? `the budget ${message}` : message },
      },
    ];
  });
}

/** Those of the file, those of the gateway file below it, and those of the gateway's keys: a key is a caller. */
export function budgetsOf(raw: RawFile, base: AgentFile | undefined): readonly Budget[] {
  const own = readBudgets([...(raw.budgets ?? []), ...keysOf(raw.server)], 'snake').budgets;
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...(base?.budgets ?? []).filter(({ name }) => !names.has(name))];
}

const keysOf = (server: RawFile['server']): readonly unknown[] =>
  (server?.keys ?? []).flatMap(({ name, budget }) => (budget === undefined ? [] : [{ name: `key ${name}`, caller: name, ...budget }]));
