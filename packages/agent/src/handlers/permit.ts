import type { Handle } from '../drive.ts';
import type { Judgement, Tool, ToolContext } from '../ports.ts';
import { argumentsOf, type Arguments } from '../rules/arguments.ts';
import { BY } from '../rules/decision-source.ts';
import type { SessionRules, ToolCall } from '../rules/events.ts';
import { afterHooks, type HookVerdict } from '../rules/hook-decision.ts';
import { UNHOOKED, type HookOutcome } from '../rules/hook-types.ts';
import { unknownTool } from '../rules/outcome.ts';
import { callerOf } from '../rules/owed-call.ts';
import type { Verdict } from '../rules/world.ts';
import type { Scope } from '../scope.ts';
import type { Judged } from './judged.ts';

export interface PermitPorts extends Scope {
  readonly judged: Judged;
  readonly attended: boolean;
  /** What the user made the rules of the session, where no run has taken it yet. */
  readonly rules: () => Promise<SessionRules | undefined>;
  readonly context: (agent: string, call: ToolCall, signal: AbortSignal) => ToolContext;
}

/**
 * A call that cannot run is refused here, in words its model can act on; the rest is for hooks and rules.
 * K1. Hooks are asked first and once a call: what they make of its arguments is what the rules judge.
 * K2. A denial wins, of a hook and of a rule.
 */
export function permitHandler(ports: PermitPorts): Handle<'permit'> {
  const hooked = new Map<string, HookOutcome>();
  let turn = 0;
  return ({ state, calls }, signal) => {
    // There are vendors that count the calls of each reply from one: an outcome belongs to a call of one turn.
    if (state.turn !== turn) {
      hooked.clear();
      ports.judged.clear();
    }
    turn = state.turn;
    const agent = callerOf(state);
    return Promise.all(calls.map((call) => judge(ports, hooked, call, agent, signal)));
  };
}

async function judge(
  ports: PermitPorts,
  hooked: Map<string, HookOutcome>,
  call: ToolCall,
  agent: string,
  signal: AbortSignal,
): Promise<Verdict> {
  const { id } = call;
  const tools = await ports.toolbox(agent).all(signal);
  const tool = tools.get(call.name);
  if (!tool) return { id, do: 'refuse', output: unknownTool(call.name, [...tools.keys()]), by: BY.unknownTool };
  const parsed = argumentsOf(call);
  if ('error' in parsed) return { id, do: 'refuse', output: parsed.error, by: BY.wrongArguments };
  const outcome = await beforeUse(ports, hooked, call, tool, parsed.input, agent, signal);
  const after = afterHooks(outcome);
  const said = outcome.fresh && outcome.warnings.length > 0 ? { warnings: outcome.warnings } : {};
  if (after.do === 'refuse') return { id, ...after, ...said };
  const { input = parsed.input, hook } = after;
  const rewritten = after.input ? { input: JSON.stringify(input) } : {};
  // Its maker may have written no `async`: what it throws at once is its rejection.
  const touched = await (async () => tool.touches(input, ports.context(agent, call, signal)))().then(
    (touches) => ({ touches }),
    (error: unknown) => ({ error: messageOf(error) }),
  );
  if ('error' in touched) return { id, do: 'refuse', output: touched.error, by: BY.wrongArguments, ...said };
  ports.judged.set(id, touched.touches);
  return { id, ...rulesOn(ports, tool, input, touched.touches, agent, hook, await ports.rules()), ...rewritten, ...said };
}

/** Once a call: a hook may count, or ask somebody else. */
async function beforeUse(
  { parts, log }: PermitPorts,
  hooked: Map<string, HookOutcome>,
  call: ToolCall,
  tool: Tool,
  input: Arguments,
  caller: string,
  signal: AbortSignal,
): Promise<HookOutcome & { readonly fresh?: true }> {
  const { hooks, agent } = parts(caller);
  if (!hooks?.has('pre_tool_use')) return UNHOOKED;
  const known = hooked.get(call.id);
  if (known) return known;
  const facts = {
    session_id: log.session,
    cwd: agent.cwd,
    agent_name: agent.name,
    tool_name: tool.name,
    tool_use_id: call.id,
    tool_input: input,
  };
  const outcome = await hooks.run(
    'pre_tool_use',
    { ...facts, ...(tool.category !== undefined && { tool_category: tool.category }) },
    signal,
  );
  hooked.set(call.id, outcome);
  return { ...outcome, fresh: true };
}

function rulesOn(
  { parts, grants, readOnly, attended }: PermitPorts,
  tool: Tool,
  input: Arguments,
  touches: Parameters<Judged['set']>[1],
  agent: string,
  hook: HookVerdict | undefined,
  said: SessionRules | undefined,
): Judgement {
  const { allowed, allowAll, rules: taken } = grants();
  const rules = said ?? taken;
  try {
    return parts(agent).permit({
      tool,
      input,
      touches,
      allowed,
      allowAll,
      attended,
      readOnly,
      ...(rules && { session: rules }),
      ...(hook && { hook }),
    });
  } catch (error) {
    // What cannot be judged is not allowed.
    return { do: 'refuse', output: `Not run: the rules of ${agent} failed: ${messageOf(error)}`, by: BY.wrongArguments };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
