import { isServedToolset, TOOLS_OF } from './acts.data.ts';
import type { AgentSpec, ToolsetSpec } from './agent-spec.ts';

/**
 * The toolsets of an agent that give it tools of its own, as their makers read them. Left out are types that are not served and tools that only
 * Docker's runtime has, both told at check, and `background_agents`, whose tools are the runtime's.
 */
export const servedToolsets = (agent: AgentSpec): readonly ToolsetSpec[] =>
  agent.toolsets
    .filter(({ type }) => isServedToolset(type) && type !== 'background_agents')
    .map(({ tools, ...toolset }) => ({
      ...toolset,
      readOnly: toolset.readOnly || agent.readOnly,
      ...(tools && { tools: tools.filter((name) => TOOLS_OF[toolset.type]?.elsewhere?.includes(name) !== true) }),
    }));
