import type { AgentParts } from './agent-parts.ts';
import type { Judgement, PermitAsk, Tool, ToolContext } from './ports.ts';
import type { Arguments } from './rules/arguments.ts';
import { BY } from './rules/decision-source.ts';
import { afterHooks, type HookVerdict } from './rules/hook-decision.ts';
import { UNHOOKED } from './rules/hook-types.ts';

export interface CommandJudged {
  readonly judgement: Judgement;
  /** What would run: a hook may have written other arguments. */
  readonly input: Arguments;
  /** What hooks said of it. */
  readonly hook?: HookVerdict;
}

/** A call that the text of a command makes, outside of any run: hooks and rules judge it as they judge a model's. */
export async function judgedCommand(
  { agent, hooks, permit }: Pick<AgentParts, 'agent' | 'hooks' | 'permit'>,
  tool: Tool,
  given: Arguments,
  context: ToolContext,
  grants: Pick<PermitAsk, 'allowed' | 'allowAll' | 'session'>,
): Promise<CommandJudged> {
  const facts = {
    session_id: context.session,
    cwd: agent.cwd,
    agent_name: agent.name,
    tool_name: tool.name,
    tool_use_id: context.id,
    tool_input: given,
    ...(tool.category !== undefined && { tool_category: tool.category }),
  };
  const after = afterHooks(hooks?.has('pre_tool_use') ? await hooks.run('pre_tool_use', facts, context.signal) : UNHOOKED);
  if (after.do === 'refuse') return { judgement: { do: 'refuse', output: after.output, by: BY.hook }, input: given };
  const { input = given, hook } = after;
  const touches = await tool.touches(input, context);
  const judgement = permit({ tool, input, touches, attended: true, ...grants, ...(hook && { hook }) });
  return { judgement, input, ...(hook && { hook }) };
}
