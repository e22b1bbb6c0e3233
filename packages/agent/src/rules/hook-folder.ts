export interface Places {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where a hook runs: `~`, `$VAR`, `${VAR}` and `${env.VAR}` are filled in; relative to the agent's working directory. */
export function folderOf(written: string | undefined, { cwd, home, env }: Places): string {
  if (written === undefined || written.trim() === '') return cwd;
  const filled = written.replace(
    /\$(?:\{(?:env\.)?(\w+)\}|([A-Za-z_]\w*))/g,
    (_, braced: string | undefined, plain: string | undefined) => env[braced ?? plain ?? ''] ?? '',
  );
  const path = filled === '~' || filled.startsWith('~/') ? home + filled.slice(1) : filled;
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : `${cwd}/${path}`;
}
