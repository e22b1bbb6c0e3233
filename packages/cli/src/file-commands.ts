import { expandCommand, promptOf, slashLine, typedArguments, type Said, type ToolsetPrompt } from '@holdfast/agent/engine';
import type { Environment } from '@holdfast/core/engine';
import { outputOf, type CallPorts } from './command-calls.ts';
import { CommandError, EXIT } from './context.ts';
import type { Ground } from './conversation/ground.ts';

export interface CommandPorts extends CallPorts {
  readonly agents: Ground['agents'] | undefined;
  readonly env: Environment;
}

/** A command's text filled in, and who answers it where the command says so. */
export interface CommandSaid {
  readonly said: Said;
  readonly agent?: string;
}

/** A command that is not ours: of the agent file, or a prompt of one of the agent's servers. */
export interface OtherCommand {
  readonly name: string;
  readonly description: string;
  /** What it comes to with what was typed after it. Rejects with a `CommandError`. */
  said(rest: string): Promise<CommandSaid>;
}

export async function otherCommands(agent: string, ports: CommandPorts): Promise<readonly OtherCommand[]> {
  return [...fileCommands(agent, ports), ...(await serverPrompts(agent, ports))];
}

/** Those of the file come first: no server is started for them. */
export async function otherCommand(agent: string, name: string, ports: CommandPorts): Promise<OtherCommand | undefined> {
  const named = (one: OtherCommand): boolean => one.name === name;
  return fileCommands(agent, ports).find(named) ?? (await serverPrompts(agent, ports)).find(named);
}

/** A line that begins with the name of a command; undefined: it is said as it is. */
export async function slashSaid(agent: string, line: string, ports: CommandPorts): Promise<CommandSaid | undefined> {
  const typed = slashLine(line);
  return typed && (await otherCommand(agent, typed.name, ports))?.said(typed.rest);
}

export function fileCommands(agent: string, ports: CommandPorts): readonly OtherCommand[] {
  return [...(ports.agents?.get(agent)?.commands.values() ?? [])].map((command) => ({
    name: command.name,
    description: command.description ?? command.instruction,
    said: async (rest) => {
      const expanded = expandCommand(command.instruction, rest, ports.env);
      const outputs: string[] = [];
      for (const call of expanded.calls) outputs.push(await outputOf(command.agent ?? agent, call, ports));
      const text = promptOf(expanded, outputs);
      if (text === '') throw new CommandError(EXIT.usage, `/${command.name} says nothing without words after it`);
      return { said: { text }, ...(command.agent !== undefined && { agent: command.agent }) };
    },
  }));
}

/** A server that does not answer has no prompts; that it does not is said when a run needs it. */
async function serverPrompts(agent: string, { parts, signal }: CommandPorts): Promise<readonly OtherCommand[]> {
  const asked = (parts?.(agent)?.toolsets ?? []).map(async (toolset) => (await toolset.prompts?.(signal).catch(() => [])) ?? []);
  const found = (await Promise.all(asked)).flat();
  signal.throwIfAborted();
  return found.map((prompt) => ({
    name: prompt.name,
    description: [prompt.description ?? '', ...prompt.arguments.map(({ name, required }) => (required ? `${name}=` : `[${name}=]`))]
      .join(' ')
      .trim(),
    said: async (rest) => ({
      said: {
        text: await prompt.text(argumentsOf(prompt, rest), signal).catch((error: unknown) => {
          signal.throwIfAborted();
          const message = error instanceof Error ? error.message : String(error);
          throw new CommandError(EXIT.failed, `/${prompt.name}: ${message}`, { cause: error });
        }),
      },
    }),
  }));
}

/** `name=value` by its name, other words in order; the last takes what is left. */
export function argumentsOf({ name, arguments: known }: Pick<ToolsetPrompt, 'name' | 'arguments'>, rest: string): Record<string, string> {
  const given: Record<string, string> = {};
  const loose: string[] = [];
  for (const word of typedArguments(rest)) {
    const [key = '', ...value] = word.split('=');
    if (value.length > 0 && known.some((one) => one.name === key)) given[key] = value.join('=');
    else loose.push(word);
  }
  const open = known.filter((one) => !(one.name in given));
  if (loose.length > 0 && open.length === 0) throw new CommandError(EXIT.usage, `/${name} takes no more than ${known.length} arguments`);
  open.forEach((one, at) => {
    const words = at === open.length - 1 ? loose.slice(at) : loose.slice(at, at + 1);
    if (words.length > 0) given[one.name] = words.join(' ');
  });
  const missing = known.filter((one) => one.required && !(one.name in given)).map((one) => one.name);
  if (missing.length > 0) throw new CommandError(EXIT.usage, `/${name} needs ${missing.map((one) => `${one}=…`).join(' ')}`);
  return given;
}
