import { parseDuration } from '@holdfast/core/engine';
import type { AgentSpec, CommandSpec, ElsewhereSpec, InlineSkill, SkillsSpec, ToolsetSpec } from './agent-spec.ts';
import { join } from './check-node.ts';
import { given } from './given.ts';
import { markOf } from './marks.ts';
import type { Mark } from './problem.ts';
import type { RawAgent, RawCommands, RawSkills, RawToolset } from './raw-agent.ts';
import type { RawFile } from './raw.ts';
import type { TreeNode } from './tree.ts';

/** A checked agent in our own words: groups are merged in, definitions looked up. */
export function agentOf(name: string, raw: RawAgent, at: Mark, root: TreeNode, file: RawFile): AgentSpec {
  const here = (...path: readonly (string | number)[]): Mark => markOf(root, 'agents', name, ...path);
  const mine = (agents: readonly string[] | undefined): readonly string[] => (agents ?? []).filter((agent) => isHere(agent, file));
  const force = raw.force_handoff === undefined || !isHere(raw.force_handoff, file) ? undefined : raw.force_handoff;
  const files = raw.instruction_file ?? [];
  return {
    name,
    at,
    description: raw.description ?? '',
    instruction: raw.instruction ?? '',
    ...given({ model: raw.model, welcome: raw.welcome_message, forceHandoff: force, oldToolTokens: raw.max_old_tool_call_tokens }),
    ...given({ structured: structuredOf(raw), limits: limitsOf(raw), hooks: raw.hooks }),
    modelAt: here('model'),
    fallback: raw.fallback?.models ?? [],
    fallbackAt: (raw.fallback?.models ?? []).map((_, index) => here('fallback', 'models', index)),
    settings: fallbackSettings(raw.fallback ?? {}),
    toolsets: toolsetsOf(raw, root, file, here),
    maxIterations: raw.max_iterations ?? 0,
    maxConsecutiveToolCalls: raw.max_consecutive_tool_calls ?? 0,
    addDate: raw.add_date ?? false,
    addEnvironmentInfo: raw.add_environment_info ?? false,
    readOnly: raw.readonly ?? false,
    subAgents: mine(raw.sub_agents),
    handoffs: mine(raw.handoffs),
    elsewhere: elsewhereOf(name, raw, file, here),
    instructionFiles: typeof files === 'string' ? [files] : files,
    promptFiles: raw.add_prompt_files ?? [],
    historyItems: raw.num_history_items ?? 0,
    compaction: { auto: raw.session_compaction ?? true, ...given({ threshold: raw.compaction_threshold }) },
    commands: commandsOf(raw, file, here),
    skills: skillsOf([...(raw.use_skills ?? []).map((key) => file.skills?.[key]), raw.skills]),
  };
}

type Here = (...path: readonly (string | number)[]) => Mark;

const isHere = (agent: string, file: RawFile): boolean => Object.hasOwn(file.agents ?? {}, agent);

function elsewhereOf(name: string, raw: RawAgent, file: RawFile, here: Here): readonly ElsewhereSpec[] {
  const path = join('agents', name);
  const named = (['sub_agents', 'handoffs'] as const).flatMap((key) =>
    (raw[key] ?? []).map((ref, index) => ({ ref, at: here(key, index), path: `${path}.${key}[${index}]` })),
  );
  const force =
    raw.force_handoff === undefined ? [] : [{ ref: raw.force_handoff, at: here('force_handoff'), path: `${path}.force_handoff` }];
  return [...named, ...force].filter(({ ref }) => !isHere(ref, file));
}

function toolsetsOf(raw: RawAgent, root: TreeNode, file: RawFile, here: Here): readonly ToolsetSpec[] {
  const own = (raw.toolsets ?? []).map((toolset, index) => toolsetOf(toolset, here('toolsets', index), file));
  const used = (raw.use_toolsets ?? []).flatMap((key) => {
    const toolset = file.toolsets?.[key];
    return toolset === undefined ? [] : [toolsetOf(toolset, markOf(root, 'toolsets', key), file)];
  });
  return [...own, ...used];
}

/** What the toolset says wins over the definition in `mcps` that it refers to. */
function toolsetOf(written: RawToolset, at: Mark, { mcps }: RawFile): ToolsetSpec {
  const definition = written.ref !== undefined && Object.hasOwn(mcps ?? {}, written.ref) ? mcps?.[written.ref] : undefined;
  const { ref: _ref, ...own } = written;
  const raw: RawToolset = definition === undefined ? written : { ...definition, ...own };
  return {
    type: raw.type,
    at,
    readOnly: raw.readonly ?? false,
    ...given({ tools: raw.tools, instruction: raw.instruction, model: raw.model, defer: raw.defer }),
    env: raw.env ?? {},
    raw,
  };
}

/** Docker's meanings: 0 is the default, of tries and of rests alike; -1 is no further try. */
function fallbackSettings({ retries, cooldown }: NonNullable<RawAgent['fallback']>): AgentSpec['settings'] {
  const rest = msOf(cooldown);
  return {
    ...(retries === undefined || retries === 0 ? {} : { retries: Math.max(0, retries) }),
    ...(rest === undefined || rest === 0 ? {} : { cooldown: rest }),
  };
}

function structuredOf({ structured_output: output }: RawAgent): AgentSpec['structured'] {
  return output && { name: output.name, ...given({ description: output.description }), schema: output.schema };
}

function limitsOf({ limits }: RawAgent): AgentSpec['limits'] {
  return limits && given({ timeMs: msOf(limits.time), tokens: limits.tokens, usd: limits.usd });
}

/** The agent's own win over those of the groups it uses. */
function commandsOf(raw: RawAgent, file: RawFile, here: Here): ReadonlyMap<string, CommandSpec> {
  const groups = (raw.use_commands ?? []).flatMap((key) => entriesOf(file.commands?.[key]));
  return new Map(
    [...groups, ...entriesOf(raw.commands)].map(([name, command]) => {
      const { instruction = '', description, agent } = typeof command === 'string' ? { instruction: command } : command;
      return [name, { name, at: here('commands', name), instruction, ...given({ description, agent }) }];
    }),
  );
}

const entriesOf = (commands: RawCommands | undefined) =>
  (Array.isArray(commands) ? (commands as readonly Exclude<RawCommands, readonly unknown[]>[]) : [commands ?? {}]).flatMap((one) =>
    Object.entries(one as Exclude<RawCommands, readonly unknown[]>),
  );

/** Names alone mean those of the local ones; sources on the web are told at check. */
function skillsOf(lists: readonly (RawSkills | undefined)[]): SkillsSpec {
  const items = lists.flatMap((list) => (Array.isArray(list) ? (list as Exclude<RawSkills, boolean>) : []));
  const words = items.filter((item) => typeof item === 'string');
  const names = words.filter((word) => word !== 'local' && !isWeb(word));
  const all = lists.includes(true);
  const inline = items
    .filter((item) => typeof item !== 'string')
    .map(({ name, description, instructions, context, model, allowed_tools: allowedTools }): InlineSkill => {
      return { name, description, instructions, fork: context === 'fork', ...given({ model, allowedTools }) };
    });
  const local = all || words.includes('local') || (names.length > 0 && !words.some(isWeb));
  return { local, ...(names.length > 0 && !all && { names }), inline: [...new Map(inline.map((one) => [one.name, one])).values()] };
}

export const isWeb = (source: string): boolean => /^https?:\/\//.test(source);

export const msOf = (duration: string | number | undefined): number | undefined => {
  const parsed = duration === undefined ? undefined : parseDuration(duration);
  return parsed === undefined || 'error' in parsed ? undefined : parsed.ms;
};
