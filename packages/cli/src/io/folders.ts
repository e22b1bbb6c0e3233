import { realpathSync, statSync } from 'node:fs';
import { homedir, platform, arch } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { CommandError, EXIT } from '../context.ts';

/** The real path of the working directory of a run. */
export function workingFolder(cwd: string, named: string | undefined): string {
  const path = resolve(cwd, named ?? '.');
  try {
    if (statSync(path).isDirectory()) return realpathSync(path);
  } catch (error) {
    throw new CommandError(EXIT.usage, `--working-dir ${named}: there is no such folder`, { cause: error });
  }
  throw new CommandError(EXIT.usage, `--working-dir ${named}: is a file, not a folder`);
}

/** What `add_environment_info` tells a model. */
export const machineFacts = (cwd: string) => ({ git: existsSync(join(cwd, '.git')), platform: platform(), arch: arch() });

/** What a served file is called: `team.yaml` is team. */
export const fileName = (path: string): string => basename(path, extname(path));

export const home = homedir;

/** Files beside a file. */
export const besideFile = (path: string, relative: string): string => join(dirname(path), relative);
