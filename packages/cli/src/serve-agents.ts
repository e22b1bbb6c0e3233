import { orAbort, systemClock, systemNewId } from '@holdfast/core/engine';
import { keyHash, runApi, type RunApi, type ServedTeam } from '@holdfast/server';
import { CommandError, EXIT, type Context } from './context.ts';
import { fileName } from './io/folders.ts';
import { identity, sessionStore } from './io/session-store.ts';
import { openRuntime, type Opened } from './runtime-setup.ts';
import { sessionProblem } from './session-problem.ts';

/** Agent files that are served, open. Sessions run in this process; their questions are answered over HTTP. */
export interface ServedAgents extends Pick<RunApi, 'routes'> {
  readonly open: number;
  /** What clients call the files. */
  readonly names: readonly string[];
  /** Runs go on for so long, then they are stopped; then everything is closed. */
  leave(graceMs: number): Promise<void>;
}

/** `--agent FILE`, as often as it was given. */
export async function servedAgents(context: Context, files: readonly string[], folder: string): Promise<ServedAgents | undefined> {
  if (files.length === 0) return undefined;
  const names = named(files);
  const opened: Opened[] = [];
  const closeAll = async () => void (await Promise.allSettled(opened.map((one) => one.close())));
  try {
    const teams: ServedTeam[] = [];
    for (const [name, file] of names) {
      const one = await openRuntime(unwatched(context), { file, attended: true });
      opened.push(one);
      const [first] = await one.runtime.agents();
      teams.push({ name, file: one.file.path, agent: first!.name, cwd: context.cwd, runtime: one.runtime });
    }
    const store = await orAbort(sessionStore(folder), context.signal);
    const { alive } = identity();
    const api = runApi({ teams, store, alive, clock: systemClock, newId: systemNewId, hash: keyHash });
    return {
      routes: api.routes,
      names: [...names.keys()],
      get open() {
        return api.open;
      },
      leave: async (grace) => {
        await api.leave(grace);
        await closeAll();
        await store.close();
      },
    };
  } catch (error) {
    await closeAll();
    throw sessionProblem(error);
  }
}

/** Nobody sits here: nothing is asked on this terminal, and only diagnostics go to it. */
const unwatched = (context: Context): Context => ({
  ...context,
  json: false,
  terminal: { ...context.terminal, inIsTty: false, outIsTty: false, out: () => {} },
});

function named(files: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const file of files) {
    const name = fileName(file);
    const other = names.get(name);
    if (other !== undefined)
      throw new CommandError(
        EXIT.usage,
        `${other} and ${file} would both be called "${name}": clients name agents by their file, rename one`,
      );
    names.set(name, file);
  }
  return names;
}
