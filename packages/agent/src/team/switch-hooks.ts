import type { Hooks, ToolContext } from '../ports.ts';

interface Switch {
  readonly from: string;
  readonly to: string;
  readonly kind: 'handoff' | 'transfer_task' | 'transfer_task_return';
}

/** Tells hooks that another agent speaks now. They only hear it. */
export async function toldOfSwitch(hooks: Hooks | undefined, { from, to, kind }: Switch, context: ToolContext): Promise<void> {
  if (!hooks?.has('on_agent_switch')) return;
  const { session: session_id, cwd, agent: agent_name, signal } = context;
  await hooks.run('on_agent_switch', { session_id, cwd, agent_name, from_agent: from, to_agent: to, agent_switch_kind: kind }, signal);
}
