import type { Elicited, Tool, ToolContext, ToolOutput } from '../ports.ts';
import type { Elicitation } from '../rules/events.ts';

/** The context of one call, as a run would give it. Nobody answers what it asks. */
export const toolContext = (over: Partial<ToolContext> = {}): ToolContext => ({
  id: 'call-1',
  cwd: '/nowhere',
  signal: new AbortController().signal,
  session: 'session-1',
  agent: 'root',
  path: [],
  live: () => {},
  elicit: async (_ask: Elicitation): Promise<Elicited> => ({ action: 'decline' }),
  ...over,
});

/** Runs a tool as a run does, looking at what it touches first. */
export async function callTool(tools: readonly Tool[], name: string, input: object, over: Partial<ToolContext> = {}): Promise<ToolOutput> {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`there is no tool ${name} among ${tools.map((one) => one.name).join(', ')}`);
  const context = toolContext(over);
  const given = input as Readonly<Record<string, unknown>>;
  await tool.touches(given, context);
  return (await tool.prepare(given, context)).run();
}
