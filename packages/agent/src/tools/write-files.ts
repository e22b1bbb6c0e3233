import { readFile } from 'node:fs/promises';
import { factsOf, fileError, regularFile, replaceFile } from '../io/files.ts';
import { encodingOf } from '../io/read-text.ts';
import type { Tool } from '../ports.ts';
import { editText, type Edit } from '../rules/text-edit.ts';
import { done, listOf, object, text, workTool, pathOf, type Input } from './define.ts';
import type { FileTools } from './file-tools.ts';

/** Larger files are for a shell to edit. */
const LARGEST_EDIT = 20_000_000;

const touches =
  ({ reach }: FileTools): Tool['touches'] =>
  async (input, context) => ({ reads: [], writes: [await reach.resolve(pathOf(input), context)] });

/** The same call twice leaves the same file: idempotent. An edit finds something else the second time: not. */
export const writeFileTool = (tools: FileTools): Tool =>
  workTool({
    name: 'write_file',
    description: 'Creates a file or replaces the whole content of an existing one. Missing folders are made.',
    parameters: object({ path: text('File to write'), content: text('Its whole content') }, ['path', 'content']),
    readOnly: false,
    idempotent: true,
    sequential: true,
    touches: touches(tools),
    run: async (input, context) => {
      const path = pathOf(input);
      const content = input['content'] as string;
      const real = await tools.reach.resolve(path, context);
      const before = await factsOf(real, path);
      await replaceFile(real, content, path);
      return done(`File written successfully: ${path} (${Buffer.byteLength(content)} bytes, ${before ? 'replaced' : 'new'}).`);
    },
  });

export const editFileTool = (tools: FileTools): Tool =>
  workTool({
    name: 'edit_file',
    description:
      'Replaces exact text in a file. Each oldText must stand in the file exactly once; edits are made in order, and if one does not fit nothing is changed.',
    parameters: object(
      {
        path: text('File to edit'),
        edits: listOf(
          object({ oldText: text('Exact text to replace, with enough around it to be unique'), newText: text('What replaces it') }, [
            'oldText',
            'newText',
          ]),
          'Replacements, in order',
        ),
      },
      ['path', 'edits'],
    ),
    readOnly: false,
    idempotent: false,
    sequential: true,
    touches: touches(tools),
    run: (input, context) => edit(tools, input, context),
  });

async function edit(tools: FileTools, input: Input, context: Parameters<Tool['touches']>[1]) {
  const path = pathOf(input);
  const real = await tools.reach.resolve(path, context);
  const { size, version } = await regularFile(real, path);
  if (size > LARGEST_EDIT) throw new Error(`${path} is too large to be edited (${size} bytes).`);
  const bytes = await readFile(real).catch((error: unknown) => {
    throw fileError(error, path);
  });
  const result = editText(textOf(bytes, path), input['edits'] as readonly Edit[]);
  if ('error' in result) throw new Error(`${path}: ${result.error}`);
  await replaceFile(real, result.text, path, version);
  const { lines } = result;
  return done(
    `File edited successfully: ${path}, ${lines.length} ${lines.length === 1 ? 'edit in line' : 'edits in lines'} ${lines.join(', ')}.`,
  );
}

/** Only what can be written back byte for byte. */
function textOf(bytes: Buffer, path: string): string {
  const encoding = encodingOf(bytes.subarray(0, 8192));
  if (encoding === 'binary') throw new Error(`${path} is a binary file: it cannot be edited as text.`);
  if (encoding !== 'utf-8') throw new Error(`${path} is ${encoding.toUpperCase()}: only UTF-8 files can be edited.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${path} is not valid UTF-8: an edit would change bytes that cannot be shown.`);
  }
}
