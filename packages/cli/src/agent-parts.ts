import {
  chosenSkills,
  forkKeeps,
  hooksFor,
  permissionPatterns,
  permit,
  servedToolsets,
  skillAgent,
  skillsPrompt,
  toolsetsFor,
  ToolsetError,
  withFlags,
  HOOK_EVENTS,
  type AgentParts,
  type AgentSpec,
  type AgentTools,
  type Hooks,
  type PermissionPatterns,
  type Skill,
  type ToolsPorts,
} from '@holdfast/agent/engine';
import type { Model } from '@holdfast/core/engine';
import { settingsOf, type AgentPlace } from './agent-settings.ts';
import type { Member } from './agent-setup.ts';
import { CommandError, EXIT } from './context.ts';
import { beside, modelOf } from './side-models.ts';
import type { FileModels } from './model-setup.ts';

export interface PartsPorts {
  readonly place: AgentPlace;
  readonly yolo: boolean;
  /** The user's rules for every session. */
  readonly user: PermissionPatterns;
  readonly tools: ToolsPorts;
  readonly models: FileModels;
  /** Skills found in folders. */
  readonly skills: readonly Skill[];
  /** What files say for an agent: its instruction, and more for the one that is run. */
  readonly files: (agent: string) => readonly string[];
  /** Ended with the runtime. */
  readonly opened: (tools: AgentTools) => void;
  readonly modelFor: (agent: string, ref: string) => Model;
}

/** One agent, ready to run: nothing of it is started or asked yet. */
export function partsOf(member: Member, ports: PartsPorts): AgentParts {
  const { spec, chain } = member;
  const { place, models } = ports;
  const tools = toolsOf(spec, ports);
  const { skills } = chosenSkills(ports.skills, spec.skills);
  const told = [spec.instruction, ...ports.files(spec.name), ...tools.instructions, skillsPrompt(skills)];
  const hooks = hooksOf(spec, ports);
  const summarises = modelOf(place.file, spec)?.compactionModel;
  return {
    agent: settingsOf(member, place, told),
    tools: tools.tools,
    toolsets: tools.toolsets,
    skills,
    model: models.model(chain),
    permit: permitOf(spec, ports),
    ...(hooks && { hooks }),
    ...(summarises !== undefined && { summaries: models.model(beside(place.file, summarises, chain, place.env)) }),
    onPartial: chain.settings.onPartial ?? 'restart',
  };
}

function toolsOf(spec: AgentSpec, { tools: ports, opened }: PartsPorts): AgentTools {
  try {
    const tools = toolsetsFor(servedToolsets(spec), ports);
    opened(tools);
    return tools;
  } catch (error) {
    if (!(error instanceof ToolsetError)) throw error;
    throw new CommandError(EXIT.usage, `agent "${spec.name}": ${error.message}`, { cause: error });
  }
}

function hooksOf(spec: AgentSpec, { tools, place: { cwd } }: PartsPorts): Hooks | undefined {
  const saferShell = spec.toolsets.some(({ type, raw }) => type === 'shell' && raw['safer'] === true);
  const config = withFlags(spec.hooks ?? {}, { promptFiles: spec.promptFiles, saferShell });
  const { home, clock, childEnvironment, scrub } = tools;
  const hooks = hooksFor(config, { agent: spec.name, cwd, home, clock, childEnvironment, ...(scrub && { scrub }) });
  return HOOK_EVENTS.some((event) => hooks.has(event)) ? hooks : undefined;
}

function permitOf(spec: AgentSpec, { place: { file, cwd, readOnly }, yolo, user }: PartsPorts): AgentParts['permit'] {
  const policy = { rules: permissionPatterns(file.permissions), user, yolo, readOnlyMode: readOnly || spec.readOnly, cwd };
  return (ask) => permit(ask, policy);
}

/**
 * A skill that runs apart, as an agent: the one that has it, with the skill for its instruction, its tools alone, and nobody to hand the
 * conversation to. It runs no other skill apart.
 */
export function forkOf(owner: AgentParts, name: string, { modelFor }: Pick<PartsPorts, 'modelFor'>): AgentParts | undefined {
  const skill = owner.skills?.find((one) => one.fork && skillAgent(owner.agent.name, one.name) === name);
  if (!skill) return undefined;
  const keeps = (tool: string): boolean => forkKeeps(skill, tool);
  const { handoffs: _handoffs, forceHandoff: _force, structured: _structured, commands: _commands, ...agent } = owner.agent;
  return {
    ...owner,
    agent: {
      ...agent,
      name,
      description: skill.description,
      instruction: skill.body,
      subAgents: keeps('transfer_task') ? (agent.subAgents ?? []) : [],
      background: keeps('run_background_agent') && agent.background === true,
    },
    tools: owner.tools.filter((tool) => keeps(tool.name)),
    toolsets: (owner.toolsets ?? []).map((toolset) => ({
      name: toolset.name,
      ...(toolset.deferred && { deferred: true }),
      ...(toolset.instruction && { instruction: () => toolset.instruction?.() }),
      tools: async (signal) => (await toolset.tools(signal)).filter((tool) => keeps(tool.name)),
      close: async () => {},
    })),
    skills: [...(owner.skills ?? []).filter((one) => !one.fork), { ...skill, fork: false }],
    model: skill.model === undefined ? owner.model : modelFor(owner.agent.name, skill.model),
  };
}
