import { readWindow, type TextWindow } from '../io/read-text.ts';
import type { Tool } from '../ports.ts';
import { OUTPUT_CAP } from '../rules/cap.ts';
import { count, done, flag, listOf, object, text, workTool, pathOf, pathsOf } from './define.ts';
import type { FileTools } from './file-tools.ts';

const ALL_LINES = Number.MAX_SAFE_INTEGER;
/** Kept free of the cap for what is said about the text. */
const NOTES = 400;

export const readFileTool = ({ reach, scrub }: FileTools): Tool =>
  workTool({
    name: 'read_file',
    description:
      'Reads a text file. The whole file is returned unless it is very long; offset (first line, from 1) and limit (number of lines) select a part.',
    parameters: object({ path: text('File to read'), offset: count('First line to read, from 1'), limit: count('Most lines to read') }, [
      'path',
    ]),
    readOnly: true,
    idempotent: true,
    sequential: false,
    touches: async (input, context) => ({ reads: [await reach.resolve(pathOf(input), context)], writes: [] }),
    run: async (input, context) => {
      const path = pathOf(input);
      // `line` is what Docker's tool calls it.
      const offset = numberOf(input['offset'] ?? input['line'], 1);
      const range = { offset, limit: numberOf(input['limit'], ALL_LINES), cap: OUTPUT_CAP - NOTES };
      const window = await readWindow(await reach.resolve(path, context), path, range, context.signal);
      return done(shown(window, path, scrub));
    },
  });

export const readMultipleFilesTool = ({ reach, scrub }: FileTools): Tool =>
  workTool({
    name: 'read_multiple_files',
    description: 'Reads several text files at once. Long files are cut; read_file reads the rest.',
    parameters: object({ paths: listOf({ type: 'string' }, 'Files to read'), json: flag('Return the result as JSON') }, ['paths']),
    readOnly: true,
    idempotent: true,
    sequential: false,
    touches: async (input, context) => ({
      reads: await Promise.all(pathsOf(input).map((path) => reach.resolve(path, context))),
      writes: [],
    }),
    run: async (input, context) => {
      const paths = pathsOf(input);
      if (paths.length === 0) throw new Error('paths is empty.');
      const cap = Math.max(200, Math.floor(OUTPUT_CAP / paths.length) - NOTES);
      const read = async (path: string) => {
        try {
          const window = await readWindow(await reach.resolve(path, context), path, { offset: 1, limit: ALL_LINES, cap }, context.signal);
          return { path, content: shown(window, path, scrub), failed: false };
        } catch (error) {
          context.signal.throwIfAborted();
          return { path, content: (error as Error).message, failed: true };
        }
      };
      const files: Awaited<ReturnType<typeof read>>[] = [];
      for (const path of paths) files.push(await read(path));
      const output =
        input['json'] === true
          ? JSON.stringify(files.map(({ path, content }) => ({ path, content })))
          : files.map(({ path, content }) => `=== ${path} ===\n${content}`).join('\n\n');
      return { output, failed: files.every(({ failed }) => failed) };
    },
  });

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** A line that is cut may end in half a secret, which nobody would know: that much less of it is shown. */
const HALF_SECRET = 4096;

/** The text, and in brackets whatever of it is not there or not as it is in the file. */
function shown(window: TextWindow, path: string, scrub: (text: string) => string): string {
  const scrubbed = scrub(window.text);
  const body = window.partial ? scrubbed.slice(0, Math.max(0, scrubbed.length - HALF_SECRET)) : scrubbed;
  const notes = notesOf(window, path, body.length);
  if (notes.length === 0) return body;
  return `${body}${body === '' || body.endsWith('\n') ? '' : '\n'}[${notes.join('; ')}]`;
}

function notesOf({ first, last, more, partial, lines, bytes, encoding }: TextWindow, path: string, length: number): string[] {
  const notes: string[] = [];
  const total = lines === undefined ? `${bytes} bytes` : `${lines} lines`;
  if (bytes === 0) notes.push(`${path} is empty`);
  else if (last < first) notes.push(`${path} has ${total}: there is no line ${first}`);
  else if (partial)
    notes.push(
      `line ${first} of ${path} (${total}) is cut after ${length} characters${lines === first ? '' : `; go on with offset ${first + 1}`}`,
    );
  else if (more) notes.push(`lines ${first}-${last} of ${path} (${total}); go on with offset ${last + 1}`);
  if (encoding === 'broken') notes.push('not valid UTF-8: bytes that are no text are shown as \uFFFD');
  if (encoding.startsWith('utf-16')) notes.push(`the file is ${encoding.toUpperCase()}`);
  return notes;
}
