import { parseTree, type TreeNode } from './tree.ts';

/** What the head of a `SKILL.md` says, and the text below it. */
export interface SkillFile {
  readonly name: string;
  readonly description: string;
  readonly body: string;
  /** It runs as a child with a conversation of its own. */
  readonly fork: boolean;
  readonly model?: string;
  /** Of a fork: only tools of these names or globs. */
  readonly allowedTools?: readonly string[];
}

/** `folder`: its name, the skill's where the file gives none. A text without a head or a description is no skill. */
export function skillOf(text: string, folder: string): SkillFile | { readonly error: string } {
  const whole = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const head = /^---[ \t]*\n([\s\S]*?)\n---[ \t]*(?:\n|$)/.exec(whole);
  if (!head) return { error: 'it has no head between two lines of ---' };
  const { root, faults } = parseTree(head[1]!);
  const fault = faults.find(({ level }) => level === 'error');
  if (fault) return { error: `its head is ${fault.message} (line ${fault.line + 1})` };
  const description = wordOf(root, 'description');
  if (description === undefined) return { error: 'its head has no "description"' };
  const allowed = listOf(root, 'allowed-tools');
  const model = wordOf(root, 'model');
  return {
    name: wordOf(root, 'name') ?? folder,
    description,
    body: whole.slice(head[0].length).trim(),
    fork: wordOf(root, 'context') === 'fork',
    ...(model !== undefined && { model }),
    ...(allowed !== undefined && { allowedTools: allowed }),
  };
}

const valueOf = (root: TreeNode | undefined, key: string): TreeNode | undefined =>
  root?.kind === 'map' ? root.entries.get(key)?.node : undefined;

function wordOf(root: TreeNode | undefined, key: string): string | undefined {
  const node = valueOf(root, key);
  const text = node?.kind === 'text' ? node.value.trim() : node?.kind === 'number' ? node.written : '';
  return text === '' ? undefined : text;
}

/** A list, or words with commas between them. */
function listOf(root: TreeNode | undefined, key: string): readonly string[] | undefined {
  const node = valueOf(root, key);
  if (node?.kind === 'list') return node.items.flatMap((item) => (item.kind === 'text' ? item.value : []));
  return node?.kind === 'text' ? node.value.split(',').flatMap((word) => word.trim() || []) : undefined;
}
