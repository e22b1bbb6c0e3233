import { dirname, isAbsolute, join } from 'node:path';
import type { HookOutcome } from '../rules/hook-types.ts';
import { isInside } from '../rules/permit-facts.ts';
import { factsOf, realPathOf } from './files.ts';
import { readWindow } from './read-text.ts';

export interface PromptFilesCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly scrub: (text: string) => string;
  readonly signal: AbortSignal;
}

/** Characters of one file, and of all of one call. */
const LONGEST = 60_000;
const LONGEST_OF_ALL = 200_000;

/** Beyond the working directory only what is prose is read: an agent file must not be able to name `.ssh/id_ed25519` and have it sent away. */
const PROSE = /\.(md|mdc|markdown|txt|rst|adoc)$|^(\.cursorrules|\.windsurfrules|\.clinerules|\.goosehints)$/i;

/**
 * The nearest file of each name, from the working directory upwards, and the one in the home folder; each file once.
 * Docker reads any name; here a name stays below the folder it is looked for in.
 */
export async function promptFiles({ args, cwd, home, scrub, signal }: PromptFilesCall): Promise<Partial<HookOutcome>> {
  const texts: string[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  let room = LONGEST_OF_ALL;
  for (const name of args) {
    if (isAbsolute(name) || name.startsWith('~') || name.split(/[\\/]/).includes('..')) {
      warnings.push(
        `add_prompt_files: ${name} is not read: a name is looked for in the working directory, above it, and in the home folder`,
      );
      continue;
    }
    const found = [await nearest(name, cwd), await fileIn(home, name)].filter((path) => path !== undefined);
    if (found.length === 0) warnings.push(`add_prompt_files: there is no ${name} in ${cwd}, above it, or in the home folder`);
    for (const path of found) {
      if (seen.has(path)) continue;
      seen.add(path);
      const shown = isInside(path, cwd) || PROSE.test(path.slice(path.lastIndexOf('/') + 1));
      if (!shown)
        warnings.push(`add_prompt_files: ${path} is not read: outside the working directory only text files such as .md and .txt are`);
      else if (room === 0)
        warnings.push(`add_prompt_files: ${path} is left out: the files before it are ${LONGEST_OF_ALL} characters long`);
      else {
        const text = await textOf(path, Math.min(LONGEST, room), signal).catch((error: unknown) => {
          signal.throwIfAborted();
          warnings.push(`add_prompt_files: ${(error as Error).message}`);
          return '';
        });
        room -= Math.min(room, text.length);
        if (text.trim() !== '') texts.push(`Instructions from ${path}:\n${scrub(text).trimEnd()}`);
      }
    }
  }
  return { ...(texts.length > 0 && { context: texts.join('\n\n') }), warnings };
}

async function nearest(name: string, cwd: string): Promise<string | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = await fileIn(folder, name);
    if (path !== undefined || dirname(folder) === folder) return path;
  }
}

/** Its real path: a link counts as what it leads to. */
async function fileIn(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name);
  const facts = await factsOf(path).catch(() => undefined);
  return facts?.kind === 'file' ? realPathOf(path) : undefined;
}

async function textOf(path: string, cap: number, signal: AbortSignal): Promise<string> {
  const { text, more } = await readWindow(path, path, { offset: 1, limit: Number.MAX_SAFE_INTEGER, cap }, signal);
  return more ? `${text}\n[… the rest is cut]` : text;
}
