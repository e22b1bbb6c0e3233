import { readFile } from 'node:fs/promises';
import { factsOf } from '../io/files.ts';
import { regexFinder, textFinder, type Found, type LineFinder } from '../io/line-finder.ts';
import { encodingOf } from '../io/read-text.ts';
import { walk } from '../io/walk.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import { OUTPUT_CAP } from '../rules/cap.ts';
import { pathGlob } from '../rules/ignore.ts';
import { flag, listOf, object, text, workTool, pathOf, type Input } from './define.ts';
import type { FileTools } from './file-tools.ts';

/** Ms a search may take, whatever the pattern. */
const LONGEST = 10_000;
const LARGEST_FILE = 10_000_000;
const MOST_MATCHES = 1000;
const NOTES = 300;

export const searchFilesContentTool = (tools: FileTools): Tool =>
  workTool({
    name: 'search_files_content',
    description:
      'Searches files below a folder (or one file) for a text or, with is_regex, a regular expression, line by line. Answers path:line:column: line.',
    parameters: object(
      {
        path: text('Folder or file to search; the working directory unless given'),
        query: text('Text or regular expression'),
        is_regex: flag('The query is a regular expression'),
        includePatterns: listOf({ type: 'string' }, 'Only files that match one of these globs, such as *.ts'),
        excludePatterns: listOf({ type: 'string' }, 'Globs of files and folders to leave out'),
      },
      ['query'],
    ),
    readOnly: true,
    idempotent: true,
    sequential: false,
    touches: async (input, context) => ({ reads: [await tools.reach.resolve(rootOf(input), context)], writes: [] }),
    run: (input, context) => search(tools, input, context),
  });

const rootOf = (input: Input): string => pathOf(input) ?? '.';

async function search(tools: FileTools, input: Input, context: ToolContext): Promise<ToolOutput> {
  const query = input['query'] as string;
  if (query === '') throw new Error('query is empty.');
  const real = await tools.reach.resolve(rootOf(input), context);
  const facts = await factsOf(real, rootOf(input));
  if (!facts) throw new Error(`${rootOf(input)} does not exist.`);
  using finder = input['is_regex'] === true ? regexFinder(query) : textFinder(query);
  const state = new Search(finder, tools.scrub);
  const end = () => {
    state.late = !context.signal.aborted;
    finder[Symbol.dispose]();
  };
  const letGo = tools.clock.after(LONGEST, end);
  context.signal.addEventListener('abort', end, { once: true });
  try {
    for await (const file of filesOf(tools, input, context, real, facts.kind)) {
      await state.look(file.path, file.shown);
      if (state.over) break;
    }
  } finally {
    letGo();
    context.signal.removeEventListener('abort', end);
  }
  context.signal.throwIfAborted();
  return state.result();
}

async function* filesOf(
  tools: FileTools,
  input: Input,
  context: ToolContext,
  real: string,
  kind: string,
): AsyncGenerator<{ readonly path: string; readonly shown: string }> {
  const asked = rootOf(input).replace(/\/+$/, '');
  const base = asked === '.' || asked === '' ? '' : `${asked}/`;
  if (kind !== 'folder') {
    yield { path: real, shown: asked };
    return;
  }
  const globs = (name: string) => ((input[name] as readonly string[] | undefined) ?? []).map(pathGlob);
  const include = globs('includePatterns');
  // `dist/*` is meant to leave out `dist`, whole.
  const exclude = ((input['excludePatterns'] as readonly string[] | undefined) ?? [])
    .flatMap((glob) => [glob, glob.replace(/\/\*{1,2}$/, '')])
    .map(pathGlob);
  const within = await tools.reach.within(context);
  const wanted = (relative: string, path: string, folder: boolean) =>
    within(path) && !exclude.some((glob) => glob(relative)) && (folder || include.length === 0 || include.some((glob) => glob(relative)));
  for await (const entry of walk(real, { ...tools, depth: 64, signal: context.signal, wanted })) {
    if (entry.kind === 'file') yield { path: entry.path, shown: base + entry.relative };
  }
}

class Search {
  late = false;
  readonly #finder: LineFinder;
  readonly #scrub: (text: string) => string;
  readonly #lines: string[] = [];
  #length = 0;
  #files = 0;
  #matches = 0;
  #binary = 0;
  #large = 0;
  #stuck = '';

  constructor(finder: LineFinder, scrub: (text: string) => string) {
    this.#finder = finder;
    this.#scrub = scrub;
  }

  get over(): boolean {
    return this.late || this.#matches > MOST_MATCHES || this.#length > OUTPUT_CAP - NOTES;
  }

  async look(path: string, shown: string): Promise<void> {
    const facts = await factsOf(path).catch(() => undefined);
    if (facts?.kind !== 'file') return;
    if (facts.size > LARGEST_FILE) return void this.#large++;
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) return;
    const encoding = encodingOf(bytes.subarray(0, 8192));
    if (encoding === 'binary') return void this.#binary++;
    this.#files++;
    const found = await this.#find(new TextDecoder(encoding).decode(bytes));
    if (found === undefined) return void (this.#stuck = shown);
    for (const { line, column, text } of found) {
      if (this.over) return;
      const said = `${shown}:${line}:${column}: ${text}`;
      this.#matches++;
      this.#length += said.length + 1;
      if (!this.over) this.#lines.push(said);
    }
  }

  /** Secrets go before lines are cut: a half of one would not be known again. */
  async #find(text: string): Promise<readonly Found[] | undefined> {
    const found = await this.#finder.find(text);
    const scrubbed = found && found.length > 0 ? this.#scrub(text) : text;
    return scrubbed === text ? found : this.#finder.find(scrubbed);
  }

  result(): ToolOutput {
    const notes: string[] = [];
    if (this.late)
      notes.push(
        `stopped after ${LONGEST / 1000} s${this.#stuck && ` in ${this.#stuck}`}: the rest was not searched; make the pattern simpler or the folder smaller`,
      );
    else if (this.#stuck) notes.push(`the search broke off in ${this.#stuck}`);
    else if (this.over) notes.push('there are more matches: narrow the query, the path or the patterns');
    if (this.#large > 0) notes.push(`${this.#large} files of more than ${LARGEST_FILE / 1e6} MB were left out`);
    if (this.#lines.length === 0)
      notes.unshift(`No results found in ${this.#files} text files${this.#binary > 0 ? ` (${this.#binary} binary files left out)` : ''}`);
    const output = [...this.#lines, ...(notes.length > 0 ? [`[${notes.join('; ')}]`] : [])].join('\n');
    return { output, failed: this.#lines.length === 0 && (this.late || this.#stuck !== '') };
  }
}
