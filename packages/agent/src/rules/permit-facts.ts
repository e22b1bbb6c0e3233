import type { Arguments } from './arguments.ts';
import type { Facts } from './permit-pattern.ts';
import { readCommand } from './permit-shell.ts';

/** What a call is and what it was found to touch. */
export interface TouchedCall {
  readonly tool: { readonly name: string; readonly readOnly: boolean };
  readonly input: Arguments;
  /** Real, absolute paths; for a command `reads` holds the folder it runs in. */
  readonly touches: { readonly reads: readonly string[]; readonly writes: readonly string[]; readonly command?: string };
}

export const changes = ({ tool, touches }: TouchedCall): boolean =>
  !tool.readOnly || touches.writes.length > 0 || touches.command !== undefined;

export const outsideOf = ({ touches }: TouchedCall, cwd: string): readonly string[] =>
  [...touches.reads, ...touches.writes].filter((path) => !isInside(path, cwd));

/** By whole segments: `/work2` is not inside `/work`. */
export function isInside(path: string, folder: string): boolean {
  const separator = folder.startsWith('/') ? '/' : '\\';
  return path === folder || path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}

/** From a folder to what lies inside it; `.` for the folder itself. */
export const relativeTo = (path: string, cwd: string): string =>
  path === cwd ? '.' : path.slice(cwd.endsWith('/') ? cwd.length : cwd.length + 1);

export function factsOf({ tool, input, touches }: TouchedCall, cwd: string): Facts {
  const real = touches.command === undefined ? [...touches.reads, ...touches.writes] : [];
  const paths = real.map((path) => {
    if (!isInside(path, cwd)) return [path];
    const relative = relativeTo(path, cwd);
    return [path, relative, `./${relative}`];
  });
  return { tool: tool.name, input, paths, ...(touches.command === undefined ? {} : { command: readCommand(touches.command) }) };
}

/** Why a call is asked about that no rule speaks of. */
export function reasonOf({ tool, touches }: TouchedCall, outside: readonly string[]): string {
  const place = outside[0] === undefined ? '' : `${outside[0]}, outside the working directory`;
  if (touches.command !== undefined) return `No rule allows ${tool.name} to run this command${place && ` in ${place}`}.`;
  if (!tool.readOnly || touches.writes.length > 0)
    return `No rule allows ${tool.name} to write${place ? ` to ${place}` : namely(touches.writes)}.`;
  return `${tool.name} would read ${place}, and no rule allows it.`;
}

const namely = (paths: readonly string[]): string => (paths[0] === undefined ? '' : ` to ${paths[0]}`);
