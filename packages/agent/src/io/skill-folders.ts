import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { skillOf } from '../config/skill-file.ts';
import type { Skill } from '../rules/skill.ts';
import { readConfigFile } from './config-file.ts';

/**
 * Skills of this machine: folders with a `SKILL.md`, where Docker's runtime, Claude Code and others keep them. Later ones of the same name
 * win: home before the project, the root of the repository before the working directory.
 */
export interface SkillFolders {
  readonly skills: readonly Skill[];
  /** Files that are no skills, and why. */
  readonly warnings: readonly string[];
}

/** More folders than this are not looked into; nobody wrote them by hand. */
const MOST_FOLDERS = 2_000;
const DEEPEST = 6;
const FILE = 'SKILL.md';

export async function findSkills(home: string, cwd: string, signal: AbortSignal): Promise<SkillFolders> {
  const places = [
    { folder: join(home, '.codex/skills'), deep: true },
    { folder: join(home, '.claude/skills'), deep: false },
    { folder: join(home, '.agents/skills'), deep: true },
    { folder: join(cwd, '.claude/skills'), deep: false },
    ...(await upFrom(cwd)).map((folder) => ({ folder: join(folder, '.agents/skills'), deep: false })),
  ];
  const [skills, warnings]: [Skill[], string[]] = [[], []];
  for (const { folder, deep } of places) {
    for (const file of await skillFiles(folder, deep, signal)) {
      const found = await readSkill(file, signal);
      if ('error' in found) warnings.push(`${file} is no skill: ${found.error}`);
      else skills.push(found);
    }
  }
  return { skills, warnings };
}

/** The folders from the root of the repository down to here; here alone where there is none. */
async function upFrom(cwd: string): Promise<readonly string[]> {
  const way: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    way.unshift(folder);
    if (await exists(join(folder, '.git'))) return way;
    if (dirname(folder) === folder) return [cwd];
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Hidden folders and links are left out: what is found lies where it seems to lie. */
async function skillFiles(root: string, deep: boolean, signal: AbortSignal): Promise<readonly string[]> {
  const files: string[] = [];
  let wave = [root];
  let looked = 0;
  for (let depth = 0; depth <= (deep ? DEEPEST : 1) && wave.length > 0; depth++) {
    const below: string[] = [];
    for (const folder of wave) {
      signal.throwIfAborted();
      if (looked++ > MOST_FOLDERS) return files;
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        if (entry.isFile() && entry.name === FILE && depth > 0) files.push(join(folder, FILE));
        if (entry.isDirectory() && !entry.name.startsWith('.')) below.push(join(folder, entry.name));
      }
    }
    wave = below;
  }
  return files;
}

async function readSkill(file: string, signal: AbortSignal): Promise<Skill | { readonly error: string }> {
  const read = await readConfigFile(file, signal);
  if ('problem' in read) return { error: read.problem.message };
  const folder = await realpath(dirname(file));
  const found = skillOf(read.text, basename(folder));
  return 'error' in found ? found : { ...found, folder };
}
