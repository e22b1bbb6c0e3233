import { load, problemLine, readConfigFile, type AgentFile, type Problem } from '@holdfast/agent/engine';
import { CommandError, EXIT, type Context } from './context.ts';

export interface Read {
  readonly path: string;
  /** There when nothing in it is an error. */
  readonly file?: AgentFile;
  readonly problems: readonly Problem[];
}

/** The file of `--config`, or `holdfast.yaml` here if there is one, and what is wrong with it. */
export async function readGatewayFile({ config, env, signal }: Context): Promise<Read | undefined> {
  if (config === undefined) return undefined;
  const read = await readConfigFile(config.file, signal);
  if ('text' in read) return { path: config.file, ...load(read.text, config.file, { env, likely: 'gateway' }) };
  if (!config.named && read.absent) return undefined;
  throw new CommandError(EXIT.usage, problemLine(read.problem));
}

export async function gatewayFile(context: Context): Promise<AgentFile | undefined> {
  const read = await readGatewayFile(context);
  if (read === undefined || read.file !== undefined) return read?.file;
  throw invalid(`${read.path} is invalid (the gateway file: in it an unknown key is an error)`, read.problems);
}

/** An agent file over the gateway file's names, and its warnings, which are not said yet. Errors are all said. */
export async function readAgentFile(context: Context, path: string): Promise<{ file: AgentFile; warnings: readonly Problem[] }> {
  const base = await gatewayFile(context);
  const read = await readConfigFile(path, context.signal);
  if ('problem' in read) throw new CommandError(EXIT.usage, problemLine(read.problem));
  const { file, kind, problems } = load(read.text, path, { env: context.env, ...(base && { base }) });
  if (file === undefined) throw invalid(`${path} is invalid`, problems);
  if (kind === 'gateway' || file.agents.size === 0)
    throw new CommandError(
      EXIT.usage,
      `${path} has no agents: it is no agent file${kind === 'gateway' ? '; name one that uses this gateway file' : ''}`,
    );
  return { file, warnings: problems };
}

/** The same, with its warnings said. */
export async function agentFile(context: Context, path: string): Promise<AgentFile> {
  const { file, warnings } = await readAgentFile(context, path);
  sayWarnings(context, path, warnings);
  return file;
}

/**
 * Counted on stderr. Said in full are a denial that denies nothing, since what it was written against runs, and tools an agent will not have.
 */
export function sayWarnings({ terminal }: Context, path: string, warnings: readonly Problem[]): void {
  const grave = warnings.filter(({ path: at, message }) => at.startsWith('permissions.deny') || WITHOUT.test(message));
  for (const warning of grave) terminal.err(`${problemLine(warning)}\n`);
  const rest = warnings.length - grave.length;
  if (rest > 0) terminal.err(`${path}: ${rest} warning${rest === 1 ? '' : 's'} (holdfast config check ${path})\n`);
}

const WITHOUT = /is run without its tools$/;

/** All errors of a list, a line each, each once. */
export const invalid = (what: string, problems: readonly Problem[]): CommandError => {
  const errors = problems.filter(({ level }) => level === 'error').map(problemLine);
  return new CommandError(EXIT.usage, [what, ...new Set(errors)].join('\n'));
};
