import { agentOfStep } from './tree.ts';

/** Children below children. */
const DEEPEST = 10;
/** Background children that run at once, and that are remembered, of one session. */
export const BACKGROUND_RUNNING = 20;
export const BACKGROUND_KEPT = 100;
/** Bytes of a background child's text that are kept for who looks. */
export const BACKGROUND_TEXT = 10_000_000;

/**
 * May a task go to an agent? Undefined: yes; else what the model is told.
 * V1. Only to the agents it may call.
 * V2. Never to one that waits for this very task, and not below `DEEPEST`.
 */
export function transferFault(
  { from, path, root }: { readonly from: string; readonly path: readonly string[]; readonly root: string },
  to: string,
  allowed: readonly string[],
): string | undefined {
  if (!allowed.includes(to)) {
    const available = allowed.length === 0 ? 'No agents are configured in this list.' : `Available agent IDs are: ${allowed.join(', ')}`;
    return `Agent ${from} cannot transfer task to ${to}: target agent not in sub-agents list. ${available}`;
  }
  const above = [root, ...path.map(agentOfStep)];
  if (above.includes(to)) return `Agent ${from} cannot transfer task to ${to}: it waits for this task itself (${above.join(' → ')}).`;
  if (path.length >= DEEPEST)
    return `Agent ${from} cannot transfer task to ${to}: tasks are nested ${DEEPEST} deep already. Do it yourself.`;
  return undefined;
}

/** What a child is told beside its agent's instruction. */
export function taskText({
  task,
  expected,
  files = [],
}: {
  readonly task: string;
  readonly expected?: string;
  readonly files?: readonly string[];
}): string {
  const parts = [`You are a member of a team. Your part of the work:\n\n<task>\n${task}\n</task>`];
  if (expected?.trim()) parts.push(`<expected_output>\n${expected}\n</expected_output>`);
  if (files.length > 0) parts.push(`<attached_files>\n${files.map((file) => `- ${file}`).join('\n')}\n</attached_files>`);
  return parts.join('\n\n');
}
