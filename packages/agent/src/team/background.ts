import type { AgentParts } from '../agent-parts.ts';
import type { Tool, ToolOutput } from '../ports.ts';
import { BACKGROUND_KEPT, BACKGROUND_RUNNING, transferFault } from '../rules/team.ts';
import { describeTask, statusOf, textSoFar, type TaskStatus } from '../rules/background.ts';
import type { RunState } from '../rules/run-state.ts';
import { done, object, text, workTool, type Input } from '../tools/define.ts';
import { childOf, type TeamPorts } from './transfer.ts';

interface Task {
  readonly id: string;
  readonly path: readonly string[];
  readonly state: RunState;
  readonly status: TaskStatus;
}

const READS = { readOnly: true, idempotent: true, sequential: false, touches: async () => ({ reads: [], writes: [] }) } as const;
const ID = { task_id: text('The id that run_background_agent gave') };
const failed = (output: string): ToolOutput => ({ output, failed: true });

/**
 * Sub-agents that work while the conversation goes on. A task's id is made of the call that began it, and its run is in the log under it: a call
 * that is repeated after a restart finds it there. They have the rules of the session and no more: with nobody there they are denied what
 * needs a question.
 */
export const backgroundTools = (ports: TeamPorts, { agent }: AgentParts): readonly Tool[] => [runTool(ports, agent), ...lookTools(ports)];

function tasksOf({ children }: TeamPorts, path: readonly string[]): readonly Task[] {
  return children
    .list(path)
    .filter(({ state }) => state.task?.kind === 'background')
    .slice(-BACKGROUND_KEPT)
    .map(({ path: own, state }) => ({
      id: idOf(state.task?.call ?? ''),
      path: own,
      state,
      status: statusOf(state, children.running(own)),
    }));
}

const runTool = (ports: TeamPorts, agent: AgentParts['agent']): Tool =>
  workTool({
    name: 'run_background_agent',
    category: 'team',
    description: 'Begins a task of a sub-agent and comes back at once with its id. Look at it with view_background_agent.',
    parameters: object(
      {
        agent: text('Name of the agent'),
        task: text('What it is to do, complete in itself'),
        expected_output: text('What its answer should hold'),
      },
      ['agent', 'task'],
    ),
    ...READS,
    run: async (input, context) => {
      if (String(input['agent']).trim() === '' || String(input['task']).trim() === '') return failed('agent and task must not be empty.');
      const fault = transferFault(
        { from: agent.name, path: context.path, root: ports.root() },
        String(input['agent']),
        agent.subAgents ?? [],
      );
      if (fault !== undefined) return failed(fault);
      if (ports.children.launched() >= BACKGROUND_RUNNING)
        return failed(`The maximum of concurrent background agents is reached (${BACKGROUND_RUNNING}). Wait for one, or stop one.`);
      const child = childOf(ports, 'background', input, context);
      ports.children.launch(child);
      return done(`Background task started: ${idOf(context.id)} (agent ${child.agent}).`);
    },
  });

function lookTools(ports: TeamPorts): readonly Tool[] {
  const tasks = (path: readonly string[]): readonly Task[] => tasksOf(ports, path);
  const find = (path: readonly string[], input: Input): Task | undefined => tasks(path).find(({ id }) => id === input['task_id']);
  return [
    workTool({
      name: 'list_background_agents',
      category: 'team',
      description: 'Lists the background tasks and how far they are.',
      parameters: object({}, []),
      ...READS,
      polling: true,
      run: async (_, { path }) => done(tasks(path).map(describeTask).join('\n') || 'There are no background tasks.'),
    }),
    workTool({
      name: 'view_background_agent',
      category: 'team',
      description: 'Shows what a background task has said so far, or its answer.',
      parameters: object(ID, ['task_id']),
      ...READS,
      polling: true,
      run: async (input, { path }) => {
        const task = find(path, input);
        return task ? { output: `${describeTask(task)}\n\n${textSoFar(task)}`, failed: false } : unknown(input, tasks(path));
      },
    }),
    workTool({
      name: 'stop_background_agent',
      category: 'team',
      description: 'Stops a background task.',
      parameters: object(ID, ['task_id']),
      ...READS,
      run: async (input, { path }) => {
        const task = find(path, input);
        if (!task) return unknown(input, tasks(path));
        if (task.status !== 'running') return failed(`Task ${task.id} is not running: it is ${task.status}.`);
        await ports.children.stop(task.path);
        return done(`Task ${task.id} is stopped.`);
      },
    }),
  ];
}

const idOf = (call: string): string => `agent_task_${call}`;

const unknown = (input: Input, known: readonly Task[]): ToolOutput =>
  failed(
    `There is no background task ${String(input['task_id'])}. ${known.length === 0 ? 'None was started.' : `There are: ${known.map(({ id }) => id).join(', ')}.`}`,
  );
