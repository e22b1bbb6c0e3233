import type { Mark } from './problem.ts';
import type { Entry, TreeNode } from './tree.ts';

/** Where each field of an entry stands. */
export function marksOf(root: TreeNode, section: string, key: string): Readonly<Record<string, Mark>> {
  const list = root.kind === 'map' ? root.entries.get(section)?.node : undefined;
  const node = list?.kind === 'map' ? list.entries.get(key)?.node : undefined;
  return node?.kind === 'map' ? Object.fromEntries([...node.entries.values()].map((entry) => [entry.key, entry.at])) : {};
}

export function markOf(root: TreeNode, ...path: readonly (string | number)[]): Mark {
  let node: TreeNode | undefined = root;
  let at: Mark = root.at;
  for (const step of path) {
    const entry: Entry | undefined = typeof step === 'string' && node?.kind === 'map' ? node.entries.get(step) : undefined;
    const item: TreeNode | undefined = typeof step === 'number' && node?.kind === 'list' ? node.items[step] : undefined;
    node = entry?.node ?? item;
    at = entry?.at ?? node?.at ?? at;
  }
  return at;
}
