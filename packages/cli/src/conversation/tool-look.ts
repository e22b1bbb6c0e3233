import {
  patternFor,
  type AgentParts,
  type Pending,
  type Tool,
  type ToolCall,
  type ToolContext,
  type Touches,
} from '@holdfast/agent/engine';
import { speakerOf } from '../render/row-words.ts';
import type { Ground } from './ground.ts';

/** A call of an agent's tool, looked at but not made. */
export interface Looked {
  readonly parts: AgentParts;
  readonly tool: Tool;
  readonly input: Readonly<Record<string, unknown>>;
  readonly touches: Touches;
  readonly context: ToolContext;
}

export interface CallOf {
  readonly agent: string;
  readonly session: string;
  readonly path: readonly string[];
  readonly call: ToolCall;
}

/** Every tool an agent has now. A toolset that does not start has none. */
export async function toolsOf({ tools, toolsets = [] }: AgentParts, signal: AbortSignal): Promise<readonly Tool[]> {
  const found = await Promise.all(toolsets.map((toolset) => toolset.tools(signal).catch((): readonly Tool[] => [])));
  signal.throwIfAborted();
  return [...tools, ...found.flat()];
}

/** Rejects with a plain Error when the tool refuses the arguments; undefined: there is no such tool here. */
export async function lookAt(
  { parts: partsOf }: { readonly parts?: Ground['parts'] | undefined },
  { agent, session, path, call }: CallOf,
  signal: AbortSignal,
): Promise<Looked | undefined> {
  const parts = partsOf?.(agent);
  if (!parts) return undefined;
  const tool = (await toolsOf(parts, signal)).find(({ name }) => name === call.name);
  if (!tool) return undefined;
  const input = JSON.parse(call.input === '' ? '{}' : call.input) as Looked['input'];
  const context: ToolContext = {
    id: call.id,
    cwd: parts.agent.cwd,
    signal,
    session,
    agent,
    path,
    live: () => {},
    elicit: async () => ({ action: 'decline' }),
  };
  return { parts, tool, input, touches: await tool.touches(input, context), context };
}

/** The rule that would allow what is like a call that is asked about; undefined where none can be made, or the tools are elsewhere. */
export async function ruleFor(
  ground: Ground,
  session: string,
  agent: string,
  question: Pending,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (question.about !== 'approval') return undefined;
  try {
    const looked = await lookAt(
      ground,
      { agent: speakerOf(question.path) || agent, session, path: question.path, call: question.call },
      signal,
    );
    const rule = looked && patternFor(looked, looked.parts.agent.cwd);
    // A rule that is the tool's name is what "always" says.
    return rule === question.call.name ? undefined : rule;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
