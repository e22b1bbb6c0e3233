import type { Clock } from '@holdfast/core';
import { factsOf } from '../io/files.ts';
import { spawnHeld, type ShellCommand, type ShellOutcome } from '../io/held-shell.ts';
import type { Prepared, ToolContext, ToolOutput } from '../ports.ts';
import { LiveText } from '../rules/live-text.ts';
import type { Input } from './define.ts';
import type { Reach } from './reach.ts';

/** What tools that run commands share. */
export interface CommandTools {
  readonly reach: Reach;
  readonly clock: Clock;
  readonly scrub: (text: string) => string;
  readonly unsettled?: (text: string) => number;
}

/** The command line of a call. */
export function commandOf(input: Input): string {
  const command = input['cmd'] as string;
  if (command.trim() === '') throw new Error('cmd is empty.');
  if (command.includes('\0')) throw new Error('cmd holds a NUL character.');
  return command;
}

/** The real path of the folder a command runs in. */
export async function folderOf({ reach }: CommandTools, path: string, context: ToolContext, what = 'cwd'): Promise<string> {
  const real = await reach.resolve(path, context);
  const facts = await factsOf(real, path);
  if (!facts) throw new Error(`${what}: ${path} does not exist.`);
  if (facts.kind !== 'folder') throw new Error(`${what}: ${path} is not a folder.`);
  return real;
}

/** A command of a call, held until it may run; what it says is shown as it comes, without secrets. `seconds`: its time limit. */
export async function heldCommand(tools: CommandTools, command: ShellCommand, context: ToolContext, seconds?: number): Promise<Prepared> {
  const { clock, scrub, unsettled } = tools;
  const held = await spawnHeld(command);
  const live = new LiveText({ scrub, ...(unsettled && { unsettled }), show: (text) => context.live(text) });
  const run = async (): Promise<ToolOutput> => {
    const timeoutMs = seconds === undefined ? {} : { timeoutMs: seconds * 1000 };
    const outcome = await held.run({ clock, scrub, signal: context.signal, live: (text) => live.add(text), ...timeoutMs });
    live.end();
    return said(outcome, seconds);
  };
  return { process: held.stamp, run, drop: held.drop };
}

/** What a model is told of a command that is over. */
function said({ output, code, end, leftovers }: ShellOutcome, seconds = 0): ToolOutput {
  const notes = {
    exited: `exit code ${code}`,
    'timed-out': `ended after ${seconds} s, its time limit; exit code ${code}`,
    stopped: 'stopped by the user',
  };
  const rest = leftovers && end === 'exited' ? '; what it left running in the background was ended' : '';
  const body = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  return { output: `${body}[${notes[end]}${rest}]`, failed: end !== 'exited' || code !== 0 };
}
