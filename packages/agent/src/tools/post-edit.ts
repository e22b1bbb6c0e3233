import { relative } from 'node:path';
import { spawnHeld } from '../io/held-shell.ts';
import { realPathOf } from '../io/files.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import { quotedFile } from '../rules/file-place.ts';
import { pathGlob } from '../rules/ignore.ts';
import { specOf, type Input } from './define.ts';
import { mapOf, ToolsetError } from './settings.ts';
import type { CommandTools } from './commands.ts';

/** A command of the agent file that runs after a file was edited. */
export interface PostEdit {
  readonly path: string;
  readonly cmd: string;
}

export interface PostEditTools extends CommandTools {
  readonly environment: () => Readonly<Record<string, string>>;
}

/** Seconds for one command. A formatter that hangs must not hold the run up. */
const LIMIT = 60;
const EDITS: ReadonlySet<string> = new Set(['write_file', 'edit_file']);

/** `post_edit` of a filesystem toolset, and what config asks consent for. Throws a `ToolsetError` where it is none. */
export function postEditsOf(raw: unknown): readonly PostEdit[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw new ToolsetError('settings', 'post_edit', '"post_edit" has to be a list of { path, cmd }');
  return raw.map((item: unknown, at) => {
    const { path, cmd } = mapOf(item);
    if (typeof path === 'string' && path !== '' && typeof cmd === 'string' && cmd.trim() !== '') return { path, cmd };
    throw new ToolsetError('settings', 'post_edit', `"post_edit[${at}]" needs a "path" and a "cmd"`);
  });
}

/** The tools, of which those that edit run the commands of the file afterwards. An edit stands, whatever its commands come to. */
export const withPostEdit = (all: readonly Tool[], edits: readonly PostEdit[], tools: PostEditTools): readonly Tool[] =>
  edits.length === 0 ? all : all.map((tool) => (EDITS.has(tool.name) ? editing(tool, edits, tools) : tool));

/** Nobody knows whether the commands may run twice. */
const editing = (tool: Tool, edits: readonly PostEdit[], tools: PostEditTools): Tool => ({
  ...specOf(tool),
  idempotent: false,
  touches: (input, context) => tool.touches(input, context),
  prepare: async (input, context) => {
    const held = await tool.prepare(input, context);
    return {
      ...(held.process && { process: held.process }),
      run: async () => {
        const result = await held.run();
        return result.failed ? result : after(result, await commandsOf(edits, tools, input, context), tools, context);
      },
      drop: held.drop,
    };
  },
});

interface Command {
  readonly cmd: string;
  readonly file: string;
}

async function commandsOf(
  edits: readonly PostEdit[],
  tools: PostEditTools,
  input: Input,
  context: ToolContext,
): Promise<readonly Command[]> {
  const file = await tools.reach.resolve(input['path'] as string, context);
  const from = relative(await realPathOf(context.cwd), file);
  return edits.flatMap(({ path, cmd }) => (pathGlob(path)(path.startsWith('/') ? file : from) ? [{ cmd, file }] : []));
}

async function after(result: ToolOutput, commands: readonly Command[], tools: PostEditTools, context: ToolContext): Promise<ToolOutput> {
  const said: string[] = [];
  for (const command of commands) said.push(await run(command, tools, context));
  return { ...result, output: [result.output, ...said].join('\n') };
}

async function run({ cmd, file }: Command, tools: PostEditTools, context: ToolContext): Promise<string> {
  const { clock, scrub } = tools;
  const { signal, cwd } = context;
  const note = (text: string): string => `[after the edit: ${cmd}: ${text}]`;
  try {
    const held = await spawnHeld({ command: quotedFile(cmd), cwd, env: { ...tools.environment(), file }, tied: true });
    const { output, code, end } = await held.run({ clock, signal, scrub, timeoutMs: LIMIT * 1000 });
    const ending = { exited: `exit code ${code}`, 'timed-out': `ended after ${LIMIT} s, its time limit`, stopped: 'stopped' }[end];
    const failed = end !== 'exited' || code !== 0 ? ' (the edit stands)' : '';
    return `${output === '' || output.endsWith('\n') ? output : `${output}\n`}${note(`${ending}${failed}`)}`;
  } catch (error) {
    return note(`${(error as Error).message} (the edit stands)`);
  }
}
