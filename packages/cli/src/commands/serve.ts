import type { AgentFile } from '@holdfast/agent/engine';
import { parseDuration, systemClock } from '@holdfast/core/engine';
import { reloading, watchFile, workerLink } from '@holdfast/server';
import { CommandError, EXIT, type Context } from '../context.ts';
import { checkServed, servedFile, servedText } from '../serve-file.ts';
import { listening, tell, told, type ServeOptions } from '../serve-listen.ts';
import { openServed } from '../serve-setup.ts';
import { servedAgents } from '../serve-agents.ts';
import { servedState, type ServedState } from '../serve-stores.ts';

/** `holdfast serve`. Prints where it listens when it can answer, and returns when it has drained. */
export async function serve(context: Context, options: ServeOptions): Promise<number> {
  const grace = graceOf(options.grace);
  const link = workerLink(systemClock);
  if (link) return (await import('../serve-many.ts')).worker(context, options, grace, link);
  const read = await servedText(context, agentsOf(options)[0]);
  const file = await servedFile(context, read, options.host);
  const state = servedState(context);
  const ready = (url: string): void => {
    hint(context, options, file, state);
    tell(context, url, options.workers);
  };
  if (options.workers > 1 && agentsOf(options).length > 0)
    throw new CommandError(EXIT.usage, '--agent and --workers do not go together: the sessions of agents run in one process');
  if (options.workers > 1) return (await import('../serve-many.ts')).manyWorkers(context, options, grace, { ...read, file }, ready);
  return alone(context, options, grace, { file, state, ready });
}

async function alone(
  context: Context,
  options: ServeOptions,
  grace: number | undefined,
  { file, state, ready }: { readonly file: AgentFile; readonly state: ServedState; readonly ready: (url: string) => void },
): Promise<number> {
  let latest = file;
  const agents = await servedAgents(context, agentsOf(options), state.folder);
  const served = await openServed(context, { file, state, host: options.host, agents });
  const url = await listening(options, served.http.listen).catch(async (error: unknown) => {
    await served.leave(0);
    throw error;
  });
  const reload = reloading({
    file,
    load: async () => checkServed(context, await servedText(context, agentsOf(options)[0]), options.host),
    apply: async (next) => {
      await served.apply(next);
      latest = next;
    },
    say: served.say,
    clock: systemClock,
  });
  const unwatch = watchFile(file.name, systemClock, reload.soon);
  using _hup = context.hungUp(() => void reload.now());
  ready(url);
  await told(context.signal);
  unwatch();
  await reload.close();
  if (agents && agents.open > 0)
    served.say(
      `leaving: ${agents.open} ${agents.open === 1 ? 'run goes' : 'runs go'} on, and can be gone on with; a second signal leaves at once`,
    );
  else if (served.http.open > 0)
    served.say(`leaving: ${served.http.open} ${served.http.open === 1 ? 'call goes' : 'calls go'} on; a second signal leaves at once`);
  await served.leave(grace ?? latest.server.grace);
  return EXIT.done;
}

const agentsOf = ({ agent = [] }: ServeOptions): readonly string[] => agent;

/** What is good to know at the start, on stderr. */
function hint({ terminal, logLevel }: Context, { host }: ServeOptions, { server }: AgentFile, { tokenFile }: ServedState): void {
  if (logLevel === 'error') return;
  if (logLevel !== 'warn') terminal.err(`holdfast: /api asks for the token in ${tokenFile}, or for a key with admin: true\n`);
  const wildcard = ['0.0.0.0', '::', '[::]', ''].includes(host);
  if (wildcard && server.hosts.length === 0)
    terminal.err('holdfast: server.hosts is empty: clients that ask by another name than localhost are refused; list the names they use\n');
}

function graceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if ('error' in parsed) throw new CommandError(EXIT.usage, `--grace: ${parsed.error}`);
  return parsed.ms;
}
