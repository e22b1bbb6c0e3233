import { mkdir, rmdir } from 'node:fs/promises';
import { fileError, factsOf } from '../io/files.ts';
import { walk } from '../io/walk.ts';
import type { Tool, ToolContext } from '../ports.ts';
import { cutEnd, OUTPUT_CAP } from '../rules/cap.ts';
import { count, done, listOf, object, text, workTool, pathOf, pathsOf, type Input } from './define.ts';
import type { FileTools } from './file-tools.ts';

const MOST_ENTRIES = 5000;
const DEEPEST = 64;

const reads =
  ({ reach }: FileTools): Tool['touches'] =>
  async (input, context) => ({ reads: [await reach.resolve(pathOf(input), context)], writes: [] });

/** What a listing of a folder may show, and the folder. */
async function opened({ reach }: FileTools, input: Input, context: ToolContext) {
  const path = pathOf(input);
  const real = await reach.resolve(path, context);
  const facts = await factsOf(real, path);
  if (!facts) throw new Error(`${path} does not exist.`);
  if (facts.kind !== 'folder') throw new Error(`${path} is not a folder.`);
  return { path, real, within: await reach.within(context) };
}

export const listDirectoryTool = (tools: FileTools): Tool =>
  workTool({
    name: 'list_directory',
    description: 'Lists what lies directly in a folder.',
    parameters: object({ path: text('Folder to list') }, ['path']),
    readOnly: true,
    idempotent: true,
    sequential: false,
    touches: reads(tools),
    run: async (input, context) => {
      const { path, real, within } = await opened(tools, input, context);
      const lines: string[] = [];
      let left = 0;
      for await (const { name, kind } of walk(real, { ...tools, depth: 1, signal: context.signal, wanted: (_, at) => within(at) })) {
        if (lines.length < MOST_ENTRIES) lines.push(`${KINDS[kind]} ${name}`);
        else left++;
      }
      if (lines.length === 0) return done(`${path} is empty${tools.ignoreVcs ? ' (what git ignores is not shown)' : ''}.`);
      return done(listing(lines, left));
    },
  });

const KINDS = { folder: 'DIR ', file: 'FILE', link: 'LINK', other: 'OTHER' } as const;

export const directoryTreeTool = (tools: FileTools): Tool =>
  workTool({
    name: 'directory_tree',
    description: 'Shows what lies below a folder as a tree; folders end in /.',
    parameters: object({ path: text('Folder to begin with'), max_depth: count('How deep to look; all of it unless given') }, ['path']),
    readOnly: true,
    idempotent: true,
    sequential: false,
    touches: reads(tools),
    run: async (input, context) => {
      const { path, real, within } = await opened(tools, input, context);
      const depth = Math.min((input['max_depth'] as number | undefined) ?? DEEPEST, DEEPEST);
      const lines = [`${path.replace(/\/+$/, '') || '/'}/`];
      let left = 0;
      for await (const entry of walk(real, { ...tools, depth, signal: context.signal, wanted: (_, at) => within(at) })) {
        const name = `${entry.name}${entry.kind === 'folder' ? '/' : entry.kind === 'link' ? '@' : ''}${entry.closed ? ' (cannot be read)' : ''}`;
        if (lines.length < MOST_ENTRIES) lines.push(`${'  '.repeat(entry.depth)}${name}`);
        else if (++left > MOST_ENTRIES) break;
      }
      return done(listing(lines, left));
    },
  });

function listing(lines: readonly string[], left: number): string {
  const whole = lines.join('\n') + (left > 0 ? `\n[… ${left > MOST_ENTRIES ? 'many' : left} more entries]` : '');
  return cutEnd(whole, OUTPUT_CAP, (cut) => `\n[… ${cut} characters cut: list a folder below, or give max_depth]`);
}

const writes =
  ({ reach }: FileTools): Tool['touches'] =>
  async (input, context) => ({ reads: [], writes: await Promise.all(pathsOf(input).map((path) => reach.resolve(path, context))) });

export const createDirectoryTool = (tools: FileTools): Tool =>
  workTool({
    name: 'create_directory',
    description: 'Makes folders, with those above them that are missing.',
    parameters: object({ paths: listOf({ type: 'string' }, 'Folders to make') }, ['paths']),
    readOnly: false,
    idempotent: true,
    sequential: true,
    touches: writes(tools),
    run: (input, context) => each(tools, input, context, (real) => mkdir(real, { recursive: true }), 'Directory created successfully'),
  });

export const removeDirectoryTool = (tools: FileTools): Tool =>
  workTool({
    name: 'remove_directory',
    description: 'Removes empty folders.',
    parameters: object({ paths: listOf({ type: 'string' }, 'Empty folders to remove') }, ['paths']),
    readOnly: false,
    idempotent: false,
    sequential: true,
    touches: writes(tools),
    run: (input, context) => each(tools, input, context, (real) => rmdir(real), 'Directory removed successfully'),
  });

async function each(
  { reach }: FileTools,
  input: Input,
  context: ToolContext,
  act: (real: string) => Promise<unknown>,
  said: string,
): Promise<{ output: string; failed: boolean }> {
  const lines: string[] = [];
  let failed = pathsOf(input).length === 0;
  for (const path of pathsOf(input)) {
    context.signal.throwIfAborted();
    const problem = await act(await reach.resolve(path, context)).then(
      () => undefined,
      (error: unknown) => fileError(error, path).message,
    );
    failed ||= problem !== undefined;
    lines.push(problem ?? `${said}: ${path}`);
  }
  return { output: lines.join('\n') || 'paths is empty.', failed };
}
