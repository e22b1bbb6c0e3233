import { load, problemLine, readConfigFile, type AgentFile, type Problem } from '@holdfast/agent/engine';
import { CommandError, EXIT, type Context } from './context.ts';

/** The file of `--config`, or `holdfast.yaml` here if there is one. */
export async function gatewayFile({ config, env, signal }: Context): Promise<AgentFile | undefined> {
  if (config === undefined) return undefined;
  const read = await readConfigFile(config.file, signal);
  if ('text' in read) return valid(config.file, load(read.text, config.file, { env }));
  if (!config.named && read.problem.message.includes('no such file')) return undefined;
  throw new CommandError(EXIT.usage, problemLine(read.problem));
}

/** An agent file, over the gateway file's names. Errors are all said; warnings are counted on stderr. */
export async function agentFile(context: Context, path: string): Promise<AgentFile> {
  const base = await gatewayFile(context);
  const read = await readConfigFile(path, context.signal);
  if ('problem' in read) throw new CommandError(EXIT.usage, problemLine(read.problem));
  const loaded = load(read.text, path, { env: context.env, ...(base && { base }) });
  const file = valid(path, loaded);
  if (loaded.kind === 'gateway' || file.agents.size === 0) throw new CommandError(EXIT.usage, `${path} has no agents: it is no agent file`);
  const warnings = loaded.problems.length;
  if (warnings > 0) context.terminal.err(`${path}: ${warnings} warning${warnings === 1 ? '' : 's'} (holdfast config check ${path})\n`);
  return file;
}

function valid(path: string, { file, problems }: { readonly file?: AgentFile; readonly problems: readonly Problem[] }): AgentFile {
  if (file) return file;
  throw invalid(`${path} is invalid`, problems);
}

/** All errors of a list, a line each. */
export const invalid = (what: string, problems: readonly Problem[]): CommandError =>
  new CommandError(EXIT.usage, [what, ...problems.filter(({ level }) => level === 'error').map(problemLine)].join('\n'));
