import { chainOf, defaultAgent, obstacles, type AgentFile, type AgentSpec, type ChainSpec } from '@holdfast/agent/engine';
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

export interface ChosenAgent {
  readonly file: AgentFile;
  readonly spec: AgentSpec;
  readonly chain: ChainSpec;
}

/**
 * Reads and checks the agent file and picks the agent and its models. Every mistake in it is said with its place. Warnings are said on
 * stderr when it can run: else they would be what stands in the way, once more.
 */
export async function chooseAgent(context: Context, choice: AgentChoice): Promise<ChosenAgent> {
  if (choice.caller?.trim() === '') throw new CommandError(EXIT.usage, '--caller names nobody');
  const { file, warnings } = await readAgentFile(context, choice.file);
  const name = choice.agent ?? defaultAgent(file);
  const spec = file.agents.get(name);
  if (!spec) throw noAgent(choice.file, name, file);
  const model = modelFor(choice.model ?? [], file, name, choice.file);
  const chosen = chainOf(file, name, { env: context.env, ...(model !== undefined && { model }) });
  if ('findings' in chosen) {
    const lines = chosen.findings.map(
      ({ message, nearest: near, wayOut }) => `--model: ${message}${near ? `; did you mean "${near}"?` : ''}${wayOut ? `; ${wayOut}` : ''}`,
    );
    throw new CommandError(EXIT.usage, lines.join('\n'));
  }
  const inTheWay = obstacles(file, spec, chosen.chain, context.env, runBudgets(file, choice.caller));
  if (inTheWay.length > 0) throw invalid(`${choice.file} cannot run here`, inTheWay);
  sayWarnings(context, choice.file, warnings);
  return { file, spec, chain: chosen.chain };
}

export function noAgent(path: string, name: string, { agents }: AgentFile): CommandError {
  const near = nearest(name, agents.keys());
  const known = [...agents.keys()].join(', ');
  return new CommandError(EXIT.usage, `${path} has no agent "${name}"${near ? `; did you mean "${near}"?` : ''} (it has ${known})`);
}

/** The last `--model` that is for this agent. */
function modelFor(overrides: readonly string[], file: AgentFile, agent: string, path: string): string | undefined {
  let model: string | undefined;
  for (const override of overrides) {
    const equals = override.indexOf('=');
    const name = equals < 0 ? agent : override.slice(0, equals);
    if (equals >= 0 && !file.agents.has(name)) throw new CommandError(EXIT.usage, `--model ${override}: ${path} has no agent "${name}"`);
    if (name === agent) model = override.slice(equals + 1);
  }
  return model;
}
