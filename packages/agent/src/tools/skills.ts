import { join } from 'node:path';
import { nearest } from '@holdfast/core/engine';
import { realPathOf } from '../io/files.ts';
import { readWindow } from '../io/read-text.ts';
import { walk } from '../io/walk.ts';
import type { Tool, ToolContext, ToolOutput } from '../ports.ts';
import { isInside } from '../rules/permit.ts';
import type { Skill } from '../rules/skill.ts';
import { done, object, text, workTool } from './define.ts';

/** Runs a skill of its own conversation as a child, or goes on with the one this call began; answers what it came to. */
export type RunSkill = (skill: Skill, task: string, context: ToolContext) => Promise<ToolOutput>;

/** Lines and characters of one file that are read at once. */
const WINDOW = { offset: 1, limit: 2_000, cap: 100_000 };
const MOST_LISTED = 100;

const READS = {
  readOnly: true,
  idempotent: true,
  sequential: false,
  category: 'skills',
  // The file of the agent says that it has them: what lies in their folders needs no question, wherever they are.
  touches: async () => ({ reads: [], writes: [] }),
} as const;

/** `read_skill`, `read_skill_file`, and `run_skill` where a skill runs as a child. */
export function skillTools(skills: readonly Skill[], run: RunSkill): readonly Tool[] {
  if (skills.length === 0) return [];
  const forks = skills.filter(({ fork }) => fork);
  const foldered = skills.some(({ folder }) => folder !== undefined);
  return [readSkill(skills), ...(foldered ? [readSkillFile(skills)] : []), ...(forks.length > 0 ? [runSkill(forks, run)] : [])];
}

const readSkill = (skills: readonly Skill[]): Tool =>
  workTool({
    ...READS,
    name: 'read_skill',
    description: 'Reads the instructions of a skill. Do it before you work on what the skill is about.',
    parameters: object({ name: text('Name of the skill') }, ['name']),
    run: async (input, { signal }) => {
      const skill = named(input['name'], skills);
      if (skill.fork) throw new Error(`The skill "${skill.name}" does its work apart: call run_skill with the task.`);
      const more = skill.folder === undefined ? [] : await filesOf(skill.folder, signal);
      return done(more.length === 0 ? skill.body : `${skill.body}\n\nIts files, for read_skill_file:\n${more.join('\n')}`);
    },
  });

const readSkillFile = (skills: readonly Skill[]): Tool =>
  workTool({
    ...READS,
    name: 'read_skill_file',
    description: 'Reads a file that belongs to a skill, by its path in the folder of the skill.',
    parameters: object({ name: text('Name of the skill'), path: text('Path in its folder, such as "references/api.md"') }, [
      'name',
      'path',
    ]),
    run: async (input, { signal }) => {
      const { name, folder } = named(input['name'], skills);
      const path = input['path'] as string;
      if (folder === undefined) throw new Error(`The skill "${name}" has no files.`);
      if (path.includes('\0')) throw new Error('The path holds a NUL character.');
      const real = await realPathOf(join(folder, path), path);
      if (path.startsWith('/') || !isInside(real, folder)) throw new Error(`${path} is outside the folder of the skill "${name}".`);
      const { text: shown, more } = await readWindow(real, path, WINDOW, signal);
      return done(more ? `${shown}\n[… the file goes on]` : shown);
    },
  });

const runSkill = (forks: readonly Skill[], run: RunSkill): Tool =>
  workTool({
    name: 'run_skill',
    description: `Has a skill do a task apart, with your tools and a conversation of its own, and answers what it came to. There are: ${forks.map(({ name }) => name).join(', ')}.`,
    parameters: object({ name: text('Name of the skill'), task: text('What it is to do, with all it has to know') }, ['name', 'task']),
    // Its calls are asked about one by one.
    readOnly: true,
    idempotent: true,
    sequential: false,
    category: 'skills',
    touches: async () => ({ reads: [], writes: [] }),
    run: async (input, context) => run(named(input['name'], forks), input['task'] as string, context),
  });

function named(wanted: unknown, skills: readonly Skill[]): Skill {
  const name = String(wanted).trim().replace(/^\//, '');
  const skill = skills.find((one) => one.name === name);
  if (skill) return skill;
  const names = skills.map((one) => one.name);
  const near = nearest(name, names);
  throw new Error(`There is no skill "${name}"${near === undefined ? `; there are ${names.join(', ')}` : `. Did you mean "${near}"?`}`);
}

async function filesOf(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { kind, relative } of walk(folder, { ignoreVcs: false, wanted: () => true, depth: 4, signal })) {
    if (kind !== 'file' || relative === 'SKILL.md') continue;
    if (files.length === MOST_LISTED) return [...files, '…'];
    files.push(relative);
  }
  return files;
}
