import { nearest } from '@holdfast/core/engine';
import type { PermissionRules } from '../rules/permit.ts';
import type { Mark, Problem } from './problem.ts';
import { listed } from './refs.ts';
import { parseTree, type MapNode, type TreeNode } from './tree.ts';

/** What a user sets for every session. */
export interface UserSettings {
  readonly permissions: PermissionRules;
}

const KEYS = ['permissions'];
const LISTS = ['allow', 'ask', 'deny'] as const;

/** The text of a settings file. Whatever is wrong with it is an error: a denial that was not understood would let through what it names. */
export function readSettings(text: string, file: string): { readonly settings: UserSettings } | { readonly problem: Problem } {
  const rules: Record<(typeof LISTS)[number], string[]> = { allow: [], ask: [], deny: [] };
  try {
    const { root, faults } = parseTree(text);
    const fault = faults.find(({ level }) => level === 'error');
    if (fault) throw new Wrong('', fault, fault.message);
    const permissions = root && keysOf(root, '', KEYS).get('permissions')?.node;
    const lists = permissions && keysOf(permissions, 'permissions', LISTS);
    for (const name of LISTS) rules[name] = textsOf(lists?.get(name)?.node, `permissions.${name}`);
    return { settings: { permissions: rules } };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const { path, at, message } = error;
    return { problem: { level: 'error', file, line: at.line, column: at.column, path, message } };
  }
}

class Wrong extends Error {
  readonly path: string;
  readonly at: Mark;

  constructor(path: string, at: Mark, message: string) {
    super(message);
    this.path = path;
    this.at = at;
  }
}

const NONE: MapNode['entries'] = new Map();

function keysOf(node: TreeNode, path: string, known: readonly string[]): MapNode['entries'] {
  if (node.kind === 'null') return NONE;
  if (node.kind !== 'map') throw new Wrong(path, node.at, `must hold keys (${listed(known)}), not a ${node.kind}`);
  for (const { key, at } of node.entries.values()) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw new Wrong(
      path,
      at,
      `there is no setting "${key}"; ${near === undefined ? `there is ${listed(known)}` : `did you mean "${near}"?`}`,
    );
  }
  return node.entries;
}

function textsOf(node: TreeNode | undefined, path: string): string[] {
  if (node === undefined || node.kind === 'null') return [];
  if (node.kind !== 'list') throw new Wrong(path, node.at, `must be a list of rules, not a ${node.kind}`);
  return node.items.map((item, index) => {
    if (item.kind === 'text' && item.value.trim() !== '') return item.value;
    throw new Wrong(`${path}[${index}]`, item.at, 'must be a rule such as shell:cmd=ls*');
  });
}
