import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

/** Where a path that a user wrote leads. */
export const pathFrom = (folder: string, written: string): string =>
  written === '~' || written.startsWith('~/') ? join(homedir(), written.slice(1)) : resolve(folder, written);

export const isThere = existsSync;

/** What a path may go on to: names in its folder, folders with a slash. Nothing where the folder cannot be read. */
export function pathsFrom(folder: string, begun: string): readonly string[] {
  const head = begun.slice(0, begun.lastIndexOf('/') + 1);
  const name = begun.slice(head.length);
  try {
    return readdirSync(pathFrom(folder, head === '' ? '.' : dirname(`${head}x`)), { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(name) && (name.startsWith('.') || !entry.name.startsWith('.')))
      .map((entry) => `${head}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .slice(0, 200);
  } catch {
    return [];
  }
}

/** Whether a program would be found: by its path, or in a folder of `PATH`. One with a path that is not absolute is found where it is started. */
export function isProgram(program: string, path: string): boolean {
  if (program.includes('/')) return !isAbsolute(program) || existsSync(program);
  return path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}
