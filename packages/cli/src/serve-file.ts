import {
  consentPlaces,
  hasErrors,
  load,
  problemLine,
  readConfigFile,
  serverObstacles,
  trustFile,
  unpricedProblems,
  type AgentFile,
  type Loaded,
  type Problem,
} from '@holdfast/agent/engine';
import { systemClock } from '@holdfast/core/engine';
import { mayBind } from '@holdfast/server';
import { guarded } from './consent.ts';
import { CommandError, EXIT, type Context } from './context.ts';

/** A file as it was read: what all workers of a gateway serve is the same text. */
export interface ServedText {
  readonly path: string;
  readonly text: string;
}

/** The file of `--config`, or `holdfast.yaml` here; without one an agent file says who is asked. A gateway without any would ask nobody. */
export async function servedText({ config, signal }: Pick<Context, 'config' | 'signal'>, agent?: string): Promise<ServedText> {
  const path = config?.file ?? 'holdfast.yaml';
  const read = await readConfigFile(path, signal);
  if ('text' in read) return { path, text: read.text };
  if (read.absent && !config?.named && agent !== undefined) return servedText({ config: { file: agent, named: true }, signal });
  if (read.absent && !config?.named)
    throw new CommandError(EXIT.usage, `there is no ${path} here: name the file with --config FILE, or write one (docs/gateway.md)`);
  throw new CommandError(EXIT.usage, problemLine(read.problem));
}

/** Checked, with all that stands in the way of serving it here and now. */
export async function checkServed(context: Context, { path, text }: ServedText, host: string): Promise<Loaded> {
  const { env, state } = context;
  const loaded = load(text, path, { env, likely: 'gateway' });
  const { file } = loaded;
  if (file === undefined) return loaded;
  const obstacles = [
    ...serverObstacles(file, env),
    ...sameKeys(file, context),
    ...openDoor(file, host),
    ...(await unconsented(file, path, env, state)),
    ...unpricedProblems(file, env),
  ];
  const problems = [
    ...loaded.problems.filter(
      (one) => !obstacles.some(({ line, column, path: at }) => one.line === line && one.column === column && one.path === at),
    ),
    ...obstacles,
  ];
  return hasErrors(problems) ? { kind: loaded.kind, problems } : { ...loaded, problems };
}

/** The same, or an error that says all that is wrong. */
export async function servedFile(context: Context, served: ServedText, host: string): Promise<AgentFile> {
  const { file, problems } = await checkServed(context, served, host);
  if (file === undefined) {
    const errors = problems.filter(({ level }) => level === 'error').map(problemLine);
    throw new CommandError(EXIT.usage, [...new Set(errors)].join('\n'));
  }
  const warnings = problems.filter(({ level }) => level === 'warning');
  for (const warning of warnings) context.terminal.err(`${problemLine(warning)}\n`);
  return file;
}

const whole = (file: string, message: string, wayOut: string, path = ''): Problem => ({
  level: 'error',
  file,
  line: 0,
  column: 0,
  path,
  message,
  wayOut,
});

/** Whose call it is must be known by the key. */
function sameKeys({ server }: AgentFile, { env }: Context): readonly Problem[] {
  const first = new Map<string, string>();
  return server.keys.flatMap(({ name, env: variable, file, at }, index) => {
    const value = env(variable)?.trim() ?? '';
    const before = first.get(value);
    if (value === '') return [];
    if (before === undefined) first.set(value, variable);
    if (before === undefined || before === variable) return [];
    const message = `${variable} holds the same key as ${before}`;
    return [{ level: 'error', file, ...at, path: `server.keys[${index}].env`, message, wayOut: `give "${name}" a key of its own` }];
  });
}

const openDoor = ({ name, server }: AgentFile, host: string): readonly Problem[] =>
  mayBind(host, server.keys.length)
    ? []
    : [
        whole(
          name,
          `without keys it listens to this machine alone, and ${host} is another address`,
          'add "server: { keys: … }", or leave --host out',
        ),
      ];

async function unconsented(file: AgentFile, path: string, env: Context['env'], state: string): Promise<readonly Problem[]> {
  const places = consentPlaces(file, env);
  if (places.length === 0) return [];
  const missing = new Set(
    await guarded(
      trustFile(state, () => systemClock.now()).missing(
        path,
        places.map(({ need }) => need),
      ),
    ),
  );
  return places
    .filter(({ need }) => missing.has(need))
    .map(({ need, line, column, file: written, path: at }) => ({
      level: 'error',
      file: written,
      line,
      column,
      path: at,
      message: need.says,
      wayOut: `it needs your consent: holdfast trust ${path}`,
    }));
}
