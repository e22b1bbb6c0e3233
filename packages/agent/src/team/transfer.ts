import type { AgentParts } from '../agent-parts.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import type { ChildTask, RunEvent } from '../rules/events.ts';
import type { HookEvent, HookInput } from '../rules/hook-types.ts';
import { taskText, transferFault } from '../rules/team.ts';
import { stepOf } from '../rules/tree.ts';
import type { ChildEnd, ChildRuns, ChildStart } from '../scope.ts';
import { object, text, workTool, type Input } from '../tools/define.ts';

export interface TeamPorts {
  readonly children: ChildRuns;
  readonly parts: (agent: string) => AgentParts;
  /** Who answers at the root. */
  readonly root: () => string;
  /** The run that calls may only read. */
  readonly readOnly: boolean;
  /** What the user attached to this conversation. */
  readonly files: () => readonly string[];
}

/**
 * Gives a task to a sub-agent and waits for its answer. The child's run is in the log under this call: run again after a restart the
 * call goes on with it, so it is idempotent.
 */
export const transferTaskTool = (ports: TeamPorts, { agent }: AgentParts): Tool =>
  workTool({
    name: 'transfer_task',
    category: 'team',
    description: 'Gives a task to another agent of the team and waits for its answer. The agent sees only what is written here.',
    parameters: object(
      {
        agent: text('Name of the agent that does the task'),
        task: text('What it is to do, complete in itself'),
        expected_output: text('What its answer should hold'),
      },
      ['agent', 'task'],
    ),
    readOnly: true,
    idempotent: true,
    sequential: false,
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, context) => {
      const fault = transferFault(
        { from: agent.name, path: context.path, root: ports.root() },
        String(input['agent']),
        agent.subAgents ?? [],
      );
      if (fault !== undefined) return { output: fault, failed: true };
      const to = String(input['agent']);
      const tell = teller(ports, agent.name, context);
      const there = await tell('on_agent_switch', { from_agent: agent.name, to_agent: to, agent_switch_kind: 'transfer_task' });
      const end = await ports.children.run(childOf(ports, 'transfer', input, context), context.signal);
      const events = [
        ...there,
        ...(await tell('subagent_stop', stopFacts(to, end, context))),
        ...(await tell('on_agent_switch', { from_agent: to, to_agent: agent.name, agent_switch_kind: 'transfer_task_return' })),
      ];
      return { ...outputOf(to, end), ...(events.length > 0 && { events }) };
    },
  });

/** The child that does a task, and what it hears first. */
export function childOf(ports: TeamPorts, kind: ChildTask['kind'], input: Input, context: ToolContext): ChildStart {
  const agent = String(input['agent']);
  const expected = input['expected_output'] as string | undefined;
  const readOnly = ports.readOnly || (ports.parts(context.agent).agent.readOnly ?? false);
  const task: ChildTask = {
    kind,
    call: context.id,
    task: String(input['task']),
    ...(expected !== undefined && { expected }),
    ...(readOnly && { readOnly }),
  };
  const files = ports.files();
  return {
    path: [...context.path, stepOf(agent, context.id)],
    agent,
    task,
    opening: opening(taskText({ ...task, files })),
    readOnly,
  };
}

/** Its task stands with its instruction; what it answers to is ours. */
const opening = (task: string): readonly RunEvent[] => [
  { type: 'input', text: task, system: true, hidden: true },
  { type: 'input', text: 'Please proceed.', hidden: true },
];

export function outputOf(agent: string, { why, answer, message }: ChildEnd): ToolOutput {
  if (why === 'done') return { output: answer || `${agent} has finished without a word.`, failed: false };
  const rest = answer === '' ? '' : `\n\nWhat it said before:\n${answer}`;
  return { output: `${agent} could not finish the task (${why}${message ? `: ${message}` : ''}).${rest}`, failed: true };
}

export const stopFacts = (agent: string, end: ChildEnd, { session }: Pick<ToolContext, 'session'>): HookInput => ({
  agent_name: agent,
  from_agent: agent,
  reason: end.why,
  stop_response: end.answer,
  parent_session_id: session,
});

/** Tells the hooks of who called; what they want the user to know goes with the result. */
export const teller =
  ({ parts }: Pick<TeamPorts, 'parts'>, caller: string, { session, cwd, signal }: Pick<ToolContext, 'session' | 'cwd' | 'signal'>) =>
  async (event: HookEvent, facts: HookInput): Promise<readonly RunEvent[]> => {
    const { hooks } = parts(caller);
    if (!hooks?.has(event)) return [];
    const { warnings } = await hooks.run(event, { session_id: session, cwd, agent_name: caller, ...facts }, signal);
    return warnings.map((text) => ({ type: 'notice', text }));
  };
