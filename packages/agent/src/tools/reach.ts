import { join } from 'node:path';
import { realPathOf } from '../io/files.ts';
import type { ToolContext } from '../ports.ts';
import { isInside } from '../rules/permit.ts';

/** Where a toolset's tools may go: Docker's `allow_list` and `deny_list`, held against real paths. The second wins. */
export interface ReachSettings {
  readonly allowList: readonly string[];
  readonly denyList: readonly string[];
  readonly home: string;
}

export interface Reach {
  /** The real path of an argument. Throws when it is out of reach. */
  resolve(path: string, context: ToolContext): Promise<string>;
  /** For walks: which of the paths met on the way are in reach. */
  within(context: ToolContext): Promise<(path: string) => boolean>;
}

export function reachOf({ allowList, denyList, home }: ReachSettings): Reach {
  const absolute = (path: string, cwd: string): string => {
    if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
    return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : join(cwd, path);
  };
  const roots = (list: readonly string[], cwd: string) => Promise.all(list.map((path) => realPathOf(absolute(path, cwd))));
  const limits = async ({ cwd }: ToolContext) => ({ allowed: await roots(allowList, cwd), denied: await roots(denyList, cwd) });
  const isDenied = (path: string, denied: readonly string[]) => denied.some((root) => isInside(path, root));
  const isAllowed = (path: string, allowed: readonly string[]) => allowed.length === 0 || allowed.some((root) => isInside(path, root));
  return {
    async resolve(path, context) {
      if (path === '') throw new Error('The path is empty.');
      if (path.includes('\0')) throw new Error('The path holds a NUL character.');
      const real = await realPathOf(absolute(path, context.cwd), path);
      const { allowed, denied } = await limits(context);
      if (isDenied(real, denied)) throw new Error(`${path} is inside a denied directory (deny_list: ${denyList.join(', ')}).`);
      if (!isAllowed(real, allowed)) throw new Error(`${path} is outside the allowed directories (allow_list: ${allowList.join(', ')}).`);
      return real;
    },
    async within(context) {
      const { allowed, denied } = await limits(context);
      return (path) => !isDenied(path, denied) && isAllowed(path, allowed);
    },
  };
}
