import { expect, it } from 'vitest';
import type { AgentParts } from '../agent-parts.ts';
import { START } from '../rules/fold.ts';
import type { ChildStart } from '../scope.ts';
import type { ToolContext } from '../ports.ts';
import { backgroundTools } from './background.ts';
import type { TeamPorts } from './transfer.ts';

const agent = { name: 'root', file: '/a.yaml', instruction: '', cwd: '/work', subAgents: ['helper'], background: true };
const parts = { agent, tools: [] } as unknown as AgentParts;
const context = { id: 'new', path: [], agent: 'root', session: 's', cwd: '/work', signal: AbortSignal.abort() } as unknown as ToolContext;

it('B2: a new one is let in beside any number that are over; the newest hundred are listed', async () => {
  const over = Array.from({ length: 130 }, (_, at) => ({
    path: [`helper@c${at}`],
    state: { ...START, agent: 'helper', ended: { why: 'done' as const }, task: { kind: 'background' as const, call: `c${at}`, task: 'x' } },
  }));
  const launched: ChildStart[] = [];
  const children = { list: () => over, running: () => false, launched: () => 0, launch: (child: ChildStart) => launched.push(child) };
  const ports = { children, parts: () => parts, root: () => 'root', readOnly: false, files: () => [] } as unknown as TeamPorts;
  const use = async (name: string, input: object) => {
    const tool = backgroundTools(ports, parts).find((one) => one.name === name)!;
    return (await tool.prepare(input as Record<string, unknown>, context)).run();
  };
  expect(await use('run_background_agent', { agent: 'helper', task: 'look' })).toMatchObject({ failed: false });
  expect(launched.map(({ path }) => path)).toEqual([['helper@new']]);
  const { output } = await use('list_background_agents', {});
  const ids = output.split('\n').map((line) => line.split(':')[0]);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([100, 'agent_task_c30', 'agent_task_c129']);
});
