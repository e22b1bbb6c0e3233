import { type AgentFile, type AgentSettings, type AgentSpec } from '@holdfast/agent/engine';
import type { Environment } from '@holdfast/core/engine';
import type { Member } from './agent-setup.ts';
import { machineFacts } from './io/folders.ts';
import { factsOf, modelOf } from './side-models.ts';

/** What the command line and the machine add to what the file says of an agent. */
export interface AgentPlace {
  readonly file: AgentFile;
  /** Real path of the agent file. */
  readonly path: string;
  readonly cwd: string;
  readonly env: Environment;
  /** The run may only read. */
  readonly readOnly: boolean;
  /** Of the agent that is run; the others have their own. */
  readonly maxIterations?: number;
}

/** `told`: its instruction, and what files, tools and skills add to it, in order. */
export function settingsOf({ spec, chain }: Member, place: AgentPlace, told: readonly string[]): AgentSettings {
  const { file, path, cwd, env, readOnly, maxIterations } = place;
  const threshold = modelOf(file, spec)?.compactionThreshold ?? spec.compaction.threshold;
  const facts = chain.targets.map((target) => factsOf(target, env));
  const window = facts[0]?.window;
  return {
    name: spec.name,
    file: path,
    instruction: told.filter((text) => text.trim() !== '').join('\n\n'),
    cwd,
    description: spec.description,
    ...(spec.welcome !== undefined && { welcome: spec.welcome }),
    subAgents: spec.subAgents,
    handoffs: spec.handoffs,
    ...(spec.forceHandoff !== undefined && { forceHandoff: spec.forceHandoff }),
    readOnly: readOnly || spec.readOnly,
    background: spec.toolsets.some(({ type }) => type === 'background_agents'),
    maxIterations: maxIterations ?? spec.maxIterations,
    maxConsecutiveToolCalls: spec.maxConsecutiveToolCalls,
    ...(spec.limits && { limits: spec.limits }),
    historyItems: spec.historyItems,
    ...(spec.oldToolTokens !== undefined && { toolResultTokens: spec.oldToolTokens }),
    compaction: { auto: spec.compaction.auto, ...(threshold !== undefined && { threshold }) },
    ...(spec.structured && { structured: spec.structured }),
    addDate: spec.addDate,
    ...(spec.addEnvironmentInfo && { environment: machineFacts(cwd) }),
    ...(chain.targets[0] && { ref: chain.targets[0].ref }),
    ...(window !== undefined && { window }),
    ...(facts.length > 0 && facts.every(({ images }) => images === false) && { images: false }),
    commands: commandsOf(spec),
  };
}

const commandsOf = ({ commands }: AgentSpec): NonNullable<AgentSettings['commands']> =>
  [...commands.values()].map(({ name, description }) => ({ name, ...(description !== undefined && { description }) }));
