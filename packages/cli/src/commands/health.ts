import {
  clearScopes,
  idsOfProvider,
  nearest,
  parseDuration,
  parseScope,
  RESTING_KINDS,
  setScopes,
  systemClock,
  type FailureKind,
  type HealthStore,
} from '@holdfast/core/engine';
import { gatewayFile } from '../config-files.ts';
import { CommandError, EXIT, type Context } from '../context.ts';
import { healthStore } from '../io/health-store.ts';
import { openStateFolder } from '../io/state-folder.ts';
import { wallTime } from '../io/wall-time.ts';
import { isProvider, providerScopes } from '../provider-entries.ts';
import { healthLines } from '../render/health-table.ts';

export interface HealthOptions {
  readonly action: string;
  readonly scope?: string;
  readonly reason?: string;
  readonly for?: string;
  readonly timeout?: string;
}

const ACTIONS = ['status', 'set', 'clear', 'probe'];

/** `holdfast health [status|set|clear|probe]`. Everything is validated before anything is written. */
export async function health(context: Context, options: HealthOptions): Promise<number> {
  if (!ACTIONS.includes(options.action)) {
    const near = nearest(options.action, ACTIONS);
    throw new CommandError(EXIT.usage, `no action "${options.action}"${near ? `; did you mean ${near}?` : ''}: use ${ACTIONS.join(', ')}`);
  }
  if (options.action === 'probe') return (await import('./health-probe.ts')).probe(context, options.scope, options.timeout);
  const store = healthStore(openStateFolder(context.state), (line) => context.terminal.err(`${line}\n`));
  try {
    if (options.action === 'set') return await set(store, context, options);
    if (options.action === 'clear') return await clear(store, context, options);
    return await status(store, context, options);
  } finally {
    await store.close();
  }
}

async function status(store: HealthStore, { terminal, json }: Context, { scope }: HealthOptions): Promise<number> {
  const all = await store.list();
  const beliefs = scope === undefined ? all : all.filter((one) => one.scope.includes(scope));
  const now = systemClock.now();
  const lines = json ? beliefs.map((one) => JSON.stringify(one)) : healthLines(beliefs, now, (at) => wallTime(at, now));
  if (lines.length > 0) terminal.out(`${lines.join('\n')}\n`);
  return EXIT.done;
}

interface Named {
  readonly provider: string;
  readonly model?: string;
}

function named(scope: string | undefined, action: string): Named {
  if (scope === undefined || scope === '') throw new CommandError(EXIT.usage, `${action} what? Name PROVIDER or PROVIDER/MODEL`);
  const slash = scope.indexOf('/');
  if (slash === 0 || slash === scope.length - 1) throw new CommandError(EXIT.usage, `"${scope}" is no PROVIDER[/MODEL]`);
  return slash < 0 ? { provider: scope } : { provider: scope.slice(0, slash), model: scope.slice(slash + 1) };
}

async function set(store: HealthStore, context: Context, options: HealthOptions): Promise<number> {
  const { provider, model } = named(options.scope, 'set');
  const kind = RESTING_KINDS.find((one) => one === options.reason) as FailureKind | undefined;
  if (kind === undefined) {
    const near = options.reason === undefined ? undefined : nearest(options.reason, RESTING_KINDS);
    const why =
      options.reason === undefined ? '--reason KIND is needed' : `no reason "${options.reason}"${near ? `; did you mean ${near}?` : ''}`;
    throw new CommandError(EXIT.usage, `${why}; one of ${RESTING_KINDS.join(', ')}`);
  }
  if (options.for === undefined) throw new CommandError(EXIT.usage, '--for DURATION is needed, such as 10m');
  const rest = parseDuration(options.for);
  if ('error' in rest) throw new CommandError(EXIT.usage, `--for: ${rest.error}`);
  const scopes = setScopes(await providerScopes(context, store, provider, model), kind, model);
  const now = systemClock.now();
  for (const scope of scopes) await store.set(scope, { until: now + rest.ms, why: { kind } }, now);
  tell(
    context,
    'set',
    scopes.map((scope) => ({ scope, until: now + rest.ms })),
    scopes.map((scope) => `${scope} rests until ${wallTime(now + rest.ms, now)}`),
  );
  return EXIT.done;
}

async function clear(store: HealthStore, context: Context, { scope }: HealthOptions): Promise<number> {
  const scopes = await toClear(store, context, scope);
  let cleared = 0;
  for (const one of scopes) cleared += await store.clear(one);
  tell(
    context,
    'clear',
    [{ scope, cleared }],
    [cleared === 0 ? `nothing was believed of ${scope}` : `cleared ${cleared} ${cleared === 1 ? 'scope' : 'scopes'}`],
  );
  return EXIT.done;
}

/** An id, however it is spelt, if something is believed of it or it is one; else all of a provider or of one of its models. */
async function toClear(store: HealthStore, context: Context, scope: string | undefined): Promise<readonly string[]> {
  const ids = (await store.list()).map((one) => one.scope);
  if (scope !== undefined && (ids.includes(scope) || parseScope(scope) !== undefined)) return [scope];
  const { provider, model } = named(scope, 'clear');
  const own = [...((await gatewayFile(context))?.providers.keys() ?? [])].filter((name) => name !== provider);
  const believed = idsOfProvider(ids, provider, model, own);
  const known = believed.length > 0 && !(await isProvider(context, provider));
  return known ? believed : [...clearScopes(await providerScopes(context, store, provider, model), model), ...believed];
}

function tell({ terminal, json }: Context, action: string, rows: readonly object[], lines: readonly string[]): void {
  const out = json ? rows.map((row) => JSON.stringify({ action, ...row })) : lines;
  terminal.out(`${out.join('\n')}\n`);
}
