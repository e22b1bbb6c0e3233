import { chainOf, defaultAgent, obstacles, teamOf, type AgentFile, type AgentSpec, type ChainSpec } from '@holdfast/agent/engine';
import { nearest } from '@holdfast/core/engine';
import { invalid, readAgentFile, sayWarnings } from './config-files.ts';
import { CommandError, EXIT, type Context } from './context.ts';
import { runBudgets } from './run-budgets.ts';

export interface AgentChoice {
  readonly file: string;
  readonly agent?: string;
  /** `[AGENT=]REF`, repeatable. */
  readonly model?: readonly string[];
  /** Whose calls they are, to budgets and lanes; nobody's where absent. */
  readonly caller?: string;
}

/** One agent of a team, and the chain it asks. */
export interface Member {
  readonly spec: AgentSpec;
  readonly chain: ChainSpec;
}

export interface ChosenAgent extends Member {
  readonly file: AgentFile;
  /** All agents a run of it can come to, itself first. */
  readonly team: readonly Member[];
}

/**
 * Reads and checks the agent file and picks the agent, its models and those of its team. Every mistake in it is said with its place. Warnings
 * are said on stderr when it can run: else they would be what stands in the way, once more.
 */
export async function chooseAgent(context: Context, choice: AgentChoice): Promise<ChosenAgent> {
  if (choice.caller?.trim() === '') throw new CommandError(EXIT.usage, '--caller names nobody');
  const { file, warnings } = await readAgentFile(context, choice.file);
  const name = choice.agent ?? defaultAgent(file);
  if (!file.agents.has(name)) throw noAgent(choice.file, name, file);
  const models = modelsFor(choice.model ?? [], file, name, choice.file);
  const team = teamOf(file, name).map((spec): Member => ({ spec, chain: chainFor(file, spec.name, models.get(spec.name), context) }));
  const budgets = runBudgets(file, choice.caller);
  const inTheWay = team.flatMap(({ spec, chain }) => obstacles(file, spec, chain, context.env, budgets));
  if (inTheWay.length > 0) throw invalid(`${choice.file} cannot run here`, inTheWay);
  sayWarnings(context, choice.file, warnings);
  return { ...team[0]!, file, team };
}

function chainFor(file: AgentFile, agent: string, model: string | undefined, { env }: Context): ChainSpec {
  const chosen = chainOf(file, agent, { env, ...(model !== undefined && { model }) });
  if ('chain' in chosen) return chosen.chain;
  const lines = chosen.findings.map(
    ({ message, nearest: near, wayOut }) => `--model: ${message}${near ? `; did you mean "${near}"?` : ''}${wayOut ? `; ${wayOut}` : ''}`,
  );
  throw new CommandError(EXIT.usage, lines.join('\n'));
}

export function noAgent(path: string, name: string, { agents }: AgentFile): CommandError {
  const near = nearest(name, agents.keys());
  const known = [...agents.keys()].join(', ');
  return new CommandError(EXIT.usage, `${path} has no agent "${name}"${near ? `; did you mean "${near}"?` : ''} (it has ${known})`);
}

/** The last `--model` for each agent; without a name it is for the one that is run. */
function modelsFor(overrides: readonly string[], file: AgentFile, agent: string, path: string): ReadonlyMap<string, string> {
  const models = new Map<string, string>();
  for (const override of overrides) {
    const equals = override.indexOf('=');
    const name = equals < 0 ? agent : override.slice(0, equals);
    if (equals >= 0 && !file.agents.has(name)) throw new CommandError(EXIT.usage, `--model ${override}: ${path} has no agent "${name}"`);
    models.set(name, override.slice(equals + 1));
  }
  return models;
}
