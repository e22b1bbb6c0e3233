import type { Clock } from '@holdfast/core';
import { factsOf } from '../io/files.ts';
import { spawnHeld, type ShellOutcome } from '../io/held-shell.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import { OUTPUT_CAP } from '../rules/cap.ts';
import { checked, count, object, text, type Input } from './define.ts';
import type { Reach } from './reach.ts';

export interface ShellTools {
  readonly reach: Reach;
  readonly clock: Clock;
  /** The environment of what is started: without secrets. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Seconds, when a call does not say. */
  readonly timeout: number;
  readonly scrub: (text: string) => string;
}

export const DEFAULT_TIMEOUT = 30;
/** Seconds. Nobody waits longer for one command. */
const LONGEST_TIMEOUT = 86_400;

/** Sequential: a reply that makes a folder and then uses it means its commands in order. */
export const shellTool = (tools: ShellTools): Tool =>
  checked({
    name: 'shell',
    description: `Runs a command with /bin/sh and gives back its output (both streams, at most ${OUTPUT_CAP} characters) and exit code. It has no input and no terminal; it is ended after ${tools.timeout} s unless timeout says otherwise, and so is what it leaves running.`,
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
    touches: async (input, context) => ({ reads: [await folderOf(tools, input, context)], writes: [], command: commandOf(input) }),
    prepare: async (input, context) => {
      const cwd = await folderOf(tools, input, context);
      const held = await spawnHeld({ command: commandOf(input), cwd, env: tools.environment() });
      const seconds = Math.min((input['timeout'] as number | undefined) ?? tools.timeout, LONGEST_TIMEOUT);
      const limits = { timeoutMs: seconds * 1000, clock: tools.clock, signal: context.signal, scrub: tools.scrub };
      return { process: held.stamp, run: async () => said(await held.run(limits), seconds), drop: held.drop };
    },
  });

function commandOf(input: Input): string {
  const command = input['cmd'] as string;
  if (command.trim() === '') throw new Error('cmd is empty.');
  if (command.includes('\0')) throw new Error('cmd holds a NUL character.');
  return command;
}

async function folderOf({ reach }: ShellTools, input: Input, context: ToolContext): Promise<string> {
  const path = (input['cwd'] as string | undefined) || '.';
  const real = await reach.resolve(path, context);
  const facts = await factsOf(real, path);
  if (!facts) throw new Error(`cwd: ${path} does not exist.`);
  if (facts.kind !== 'folder') throw new Error(`cwd: ${path} is not a folder.`);
  return real;
}

function said({ output, code, end, leftovers }: ShellOutcome, seconds: number): ToolOutput {
  const notes = {
    exited: `exit code ${code}`,
    'timed-out': `ended after ${seconds} s, its time limit; exit code ${code}`,
    stopped: 'stopped by the user',
  };
  const rest = leftovers && end === 'exited' ? '; what it left running in the background was ended' : '';
  const body = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  return { output: `${body}[${notes[end]}${rest}]`, failed: end !== 'exited' || code !== 0 };
}
