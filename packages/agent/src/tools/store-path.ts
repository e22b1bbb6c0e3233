import { createHash } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import { realPathOf } from '../io/files.ts';
import type { ToolContext } from '../ports.ts';
import { isInside } from '../rules/permit.ts';

/**
 * Where a toolset keeps its file: `path` of the agent file, `~` being the home folder. A relative one lies in the working directory and
 * cannot lead out of it.
 */
export async function storePath(written: string, home: string, { cwd }: ToolContext): Promise<string> {
  const path = written === '~' || written.startsWith('~/') ? join(home, written.slice(1)) : written;
  if (path.includes('\0')) throw new Error('The path of this toolset holds a NUL character: mend it in the agent file.');
  const real = await realPathOf(resolve(cwd, path), written);
  if (!isAbsolute(path) && !isInside(real, cwd))
    throw new Error(`${written} leads out of the working directory: give the toolset an absolute path in the agent file.`);
  return real;
}

/** An id for what a call makes: the same call makes the same thing again, so that it may be resumed. */
export const callKey = ({ session, path, id }: ToolContext): string =>
  createHash('sha256')
    .update(JSON.stringify([session, path, id]))
    .digest('hex')
    .slice(0, 12);
