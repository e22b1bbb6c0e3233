import { slashLine } from '@holdfast/agent/engine';
import { nearest } from '@holdfast/core/engine';
import { CommandError, EXIT } from '../context.ts';
import { tameLine } from '../render/width.ts';
import { LOOKING } from './commands-look.ts';
import { STEERING } from './commands-steer.ts';
import { otherCommand, otherCommands } from '../file-commands.ts';
import { commandPorts } from './command-ports.ts';
import type { Command, Talk } from './ground.ts';
import { table } from './table.ts';

const help: Command = {
  name: 'help',
  rest: '',
  says: 'this list',
  run: async (talk) => {
    const own = COMMANDS.map(({ name, rest, says }) => [`/${name} ${rest}`.trimEnd(), says]);
    const others = (await otherCommands(talk.agent, commandPorts(talk))).map(({ name, description }) => [
      `/${name}`,
      tameLine(description),
    ]);
    table(talk, [...own, ...others]);
    talk.print([
      '',
      'A line that ends in \\ goes on with the next. @PATH attaches a text or a picture.',
      'What is typed while a run works is said when it is over; /steer says it at once.',
      'Ctrl-C stops a run, and leaves at an empty prompt; Ctrl-D leaves.',
    ]);
  },
};

const COMMANDS: readonly Command[] = [help, ...STEERING, ...LOOKING];

const ALIASES: Readonly<Record<string, string>> = { quit: 'exit', q: 'exit', '?': 'help', agents: 'agent', resume: 'continue' };

/** Acts on a line that begins with a slash; false: it is no command. Rejects with a `CommandError` when there is none by that name. */
export async function command(talk: Talk, line: string): Promise<boolean> {
  const typed = /^\s*\/\?\s*$/.test(line) ? { name: 'help', rest: '' } : slashLine(line);
  if (!typed) return false;
  const name = ALIASES[typed.name] ?? typed.name;
  const own = COMMANDS.find((one) => one.name === name);
  if (own) {
    await own.run(talk, typed.rest);
    return true;
  }
  const ports = commandPorts(talk);
  const other = await otherCommand(talk.agent, typed.name, ports);
  // A path at the beginning of a message is no command.
  if (!other && typed.rest === '' && /^\s*\/[^\s]*\//.test(line)) return false;
  if (!other)
    throw new CommandError(
      EXIT.usage,
      unknown(
        typed.name,
        [...COMMANDS, ...(await otherCommands(talk.agent, ports))].map((one) => one.name),
      ),
    );
  const { said, agent } = await other.said(typed.rest);
  await talk.say(said, agent);
  return true;
}

function unknown(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `there is no command /${name}${near === undefined ? '' : `; did you mean /${near}?`} (/help lists them)`;
}

/** Names that a slash may go on to. */
export const completions = (begun: string, others: readonly string[]): string[] =>
  [...COMMANDS.map(({ name }) => name), ...others].map((name) => `/${name} `).filter((name) => name.startsWith(begun));
