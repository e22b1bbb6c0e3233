import type { Tool } from '../ports.ts';
import { commandOf, folderOf, heldCommand, type CommandTools } from './commands.ts';
import { checked, count, object, text, type Input } from './define.ts';

export interface ShellTools extends CommandTools {
  /** The environment of what is started: without secrets but for those the file names. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Seconds, when a call does not say. */
  readonly timeout: number;
}

export const DEFAULT_TIMEOUT = 30;
/** Seconds. Nobody waits longer for one command. */
const LONGEST_TIMEOUT = 86_400;

/** Where a call wants its command to run. */
export const cwdOf = (input: Input): string => (input['cwd'] as string | undefined) || '.';

/** Sequential: a reply that makes a folder and then uses it means its commands in order. */
export const shellTool = (tools: ShellTools): Tool =>
  checked({
    name: 'shell',
    description: `Runs a command with /bin/sh and gives back its output (both streams) and exit code. It has no input and no terminal; it is ended after ${tools.timeout} s unless timeout says otherwise, and so is what it leaves running.`,
    parameters: object(
      {
        cmd: text('Command to run'),
        cwd: text('Folder to run it in; the working directory unless given'),
        timeout: count(`Seconds it may take; ${tools.timeout} unless given`),
      },
      ['cmd'],
    ),
    readOnly: false,
    idempotent: false,
    sequential: true,
    category: 'shell',
    touches: async (input, context) => ({ reads: [await folderOf(tools, cwdOf(input), context)], writes: [], command: commandOf(input) }),
    prepare: async (input, context) => {
      const cwd = await folderOf(tools, cwdOf(input), context);
      const seconds = Math.min((input['timeout'] as number | undefined) ?? tools.timeout, LONGEST_TIMEOUT);
      return heldCommand(tools, { command: commandOf(input), cwd, env: tools.environment() }, context, seconds);
    },
  });
