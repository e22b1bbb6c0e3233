import { mcpToolset } from '../mcp/toolset.ts';
import type { Toolset } from '../ports.ts';
import { mcpSettings } from './mcp-settings.ts';
import type { ToolsetSettings, ToolsPorts } from './settings.ts';

/** A toolset of type `mcp`. A server of Docker's gateway is a toolset too, whose tools are never there: its agent goes on, and is told why. */
export function mcpOf(toolset: ToolsetSettings, { clock, cwd = '.', childEnvironment, fetch, scrub = same }: ToolsPorts): Toolset {
  const settings = mcpSettings(toolset, cwd);
  if (settings) return mcpToolset(settings, { clock, childEnvironment, scrub, ...(fetch && { fetch }) });
  return {
    name: `mcp "${String(toolset.raw?.['ref'] ?? '')}"`,
    tools: async () => {
      throw new Error(
        "it is a server of Docker's MCP gateway, which is not asked; name its own command or its remote url in the agent file",
      );
    },
    close: async () => {},
  };
}

const same = (text: string): string => text;
