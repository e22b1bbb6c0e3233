import { skillAgent } from '../rules/skill.ts';
import { stepOf } from '../rules/tree.ts';
import type { RunSkill } from '../tools/skills.ts';
import { outputOf, stopFacts, teller, type TeamPorts } from './transfer.ts';

/** Runs a skill as a child of the agent that asks. Its run is in the log under the call: run again after a restart the call goes on with it. */
export const skillRunner =
  ({ children, parts, readOnly }: TeamPorts): RunSkill =>
  async (skill, task, context) => {
    const { agent: caller, path, id, signal } = context;
    const agent = skillAgent(caller, skill.name);
    const end = await children.run(
      {
        path: [...path, stepOf(agent, id)],
        agent,
        task: { kind: 'skill', call: id, task },
        opening: [{ type: 'input', text: task, hidden: true }],
        readOnly: readOnly || (parts(caller).agent.readOnly ?? false),
      },
      signal,
    );
    const events = await teller({ parts }, caller, context)('subagent_stop', stopFacts(agent, end, context));
    return { ...outputOf(skill.name, end), ...(events.length > 0 && { events }) };
  };
