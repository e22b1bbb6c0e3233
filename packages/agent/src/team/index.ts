import type { AgentParts } from '../agent-parts.ts';
import type { Tool } from '../ports.ts';
import { skillTools } from '../tools/skills.ts';
import { backgroundTools } from './background.ts';
import { handoffTool } from './handoff.ts';
import { skillRunner } from './skill.ts';
import { transferTaskTool, type TeamPorts } from './transfer.ts';

/** The tools by which an agent calls others of its team. */
export function teamTools(ports: TeamPorts, parts: AgentParts): readonly Tool[] {
  const { subAgents = [], handoffs = [], background } = parts.agent;
  return [
    ...(subAgents.length > 0 ? [transferTaskTool(ports, parts)] : []),
    ...(handoffs.length > 0 ? [handoffTool(parts)] : []),
    ...(background ? backgroundTools(ports, parts) : []),
    ...skillTools(parts.skills ?? [], skillRunner(ports)),
  ];
}
