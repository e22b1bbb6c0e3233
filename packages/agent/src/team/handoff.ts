import { nearest } from '@holdfast/core/engine';
import type { AgentParts } from '../agent-parts.ts';
import type { Tool } from '../ports.ts';
import { object, text, workTool } from '../tools/define.ts';
import { toldOfSwitch } from './switch-hooks.ts';

/** Lets another agent go on with this conversation. What follows the result is its, with its own instruction and tools. */
export const handoffTool = ({ agent, hooks }: AgentParts): Tool =>
  workTool({
    name: 'handoff',
    category: 'team',
    description: 'Hands this conversation to another agent, which goes on with it in your place.',
    parameters: object({ agent: text('Name of the agent that goes on') }, ['agent']),
    readOnly: true,
    idempotent: true,
    sequential: true,
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, context) => {
      const to = String(input['agent']);
      const handoffs = agent.handoffs ?? [];
      if (!handoffs.includes(to)) {
        const near = nearest(to, handoffs);
        return {
          output: `Agent ${agent.name} cannot hand off to ${to}${near === undefined ? '' : ` (did you mean ${near}?)`}. It can hand off to: ${handoffs.join(', ')}.`,
          failed: true,
        };
      }
      await toldOfSwitch(hooks, { from: agent.name, to, kind: 'handoff' }, context);
      return {
        output: `${to} goes on from here. You are ${to} now: use your own tools only, and answer the user.`,
        failed: false,
        events: [{ type: 'agent-switch', from: agent.name, to, how: 'handoff' }],
      };
    },
  });
