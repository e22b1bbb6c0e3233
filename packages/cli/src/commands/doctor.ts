import { agentChains, load, problemLine, readConfigFile, type AgentFile, type ChainTarget } from '@holdfast/agent/engine';
import { resolveProvider, systemClock, type ProviderEntry, type Target } from '@holdfast/core/engine';
import { gatewayFile } from '../config-files.ts';
import { CommandError, EXIT, type Context } from '../context.ts';
import { accountChecks, entriesOf, keyChecks, laneChecks, priceChecks, reachChecks, versionChecks, type Entry } from '../doctor-checks.ts';
import { runChecks } from '../doctor-run.ts';
import { databaseFaults } from '../io/database-faults.ts';
import { healthStore } from '../io/health-store.ts';
import { machine, packageVersion } from '../io/machine.ts';
import { reachAll } from '../io/reach.ts';
import { keyedHash, openStateFolder } from '../io/state-folder.ts';
import { doctorLines, type Check } from '../render/doctor-lines.ts';
import { COLOR, PLAIN } from '../render/style.ts';
import { quote } from '../shell-words.ts';
import { secretsOf } from '../secrets-setup.ts';
import { targetOf } from '../target-facts.ts';
import { VERSION } from '../version.ts';

const PACKAGES = ['@ai-sdk/anthropic', '@ai-sdk/google', '@ai-sdk/openai', '@ai-sdk/openai-compatible', 'undici'];
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

export interface DoctorOptions {
  readonly file?: string;
  /** Nobody is connected to. */
  readonly offline?: boolean;
}

/** `holdfast doctor [FILE]`: whether what is needed is there. No key is sent anywhere, and no model asked. */
export async function doctor(context: Context, { file: path, offline = false }: DoctorOptions): Promise<number> {
  const secrets = secretsOf(context.environment);
  const read = await fileOf(context, path);
  for (const { name } of read.file?.variables ?? []) secrets.add(name, context.env(name) ?? '');
  const { entries, targets } = usedBy(read.file, context);
  const reached = offline
    ? new Map()
    : await reachAll(
        entries.flatMap(({ resolved }) => (resolved ? [resolved.baseUrl] : [])),
        isProxied(context),
        context.signal,
      );
  const checks: readonly Check[] = [
    ...versionChecks(
      VERSION,
      machine(),
      PACKAGES.map((name) => [name, packageVersion(name)] as const),
    ),
    ...(await stateChecks(context)),
    ...read.checks,
    ...(await runChecks(context, read.file, path)),
    ...(entries.length === 0 ? [NO_PROVIDER] : keyChecks(entries)),
    ...reachChecks(entries, reached),
    ...accountChecks(entries),
    ...laneChecks(read.file),
    ...priceChecks(targets),
  ];
  tell(context, secrets.redactDeep(checks));
  if (read.invalid) return EXIT.usage;
  const failed = checks.filter(({ level }) => level === 'fail');
  if (failed.length === 0) return EXIT.done;
  return failed.every(({ passing }) => passing) ? EXIT.tryLater : EXIT.failed;
}

const NO_PROVIDER: Check = {
  check: 'keys',
  level: 'warn',
  what: 'no file names a provider, and no key of a known vendor is set',
  way: 'holdfast doctor FILE, or export a key such as ANTHROPIC_API_KEY',
};

const isProxied = ({ env }: Context): boolean => PROXIES.some((name) => env(name));

function tell({ terminal, json }: Context, checks: readonly Check[]): void {
  const lines = json
    ? checks.map((check) => JSON.stringify(check))
    : doctorLines(checks, terminal.color ? COLOR : PLAIN, terminal.outIsTty ? terminal.columns() : undefined);
  terminal.out(`${lines.join('\n')}\n`);
}

interface FileRead {
  readonly file?: AgentFile;
  readonly checks: readonly Check[];
  readonly invalid?: true;
}

const checkOf = ({ config }: Context): string => `holdfast config check ${quote(config?.file ?? 'holdfast.yaml')}`;

async function fileOf(context: Context, path: string | undefined): Promise<FileRead> {
  const base = await gatewayFile(context).then(
    (file) => ({ file }),
    (error: unknown) => {
      if (error instanceof CommandError) return { problem: error.message };
      throw error;
    },
  );
  if ('problem' in base)
    return {
      checks: base.problem.split('\n').map((what) => ({ check: 'files', level: 'fail', what, way: checkOf(context) })),
      invalid: true,
    };
  const gateway: readonly Check[] = base.file ? [{ check: 'files', level: 'ok', what: `${base.file.name} is valid` }] : [];
  if (path === undefined) return { ...(base.file && { file: base.file }), checks: gateway };
  const text = await readConfigFile(path, context.signal);
  if ('problem' in text) throw new CommandError(EXIT.usage, problemLine(text.problem));
  const { file, problems } = load(text.text, path, { env: context.env, ...(base.file && { base: base.file }) });
  const errors = problems.filter(({ level }) => level === 'error').length;
  const way = `holdfast config check ${path}`;
  if (!file)
    return {
      checks: [...gateway, { check: 'files', level: 'fail', what: `${path} has ${errors} ${errors === 1 ? 'error' : 'errors'}`, way }],
      invalid: true,
    };
  const found: Check =
    problems.length === 0
      ? { check: 'files', level: 'ok', what: `${path} is valid` }
      : { check: 'files', level: 'warn', what: `${path} has ${problems.length} ${problems.length === 1 ? 'warning' : 'warnings'}`, way };
  return { file, checks: [...gateway, found] };
}

/** Every provider the file leads to, and every target there is a key for. */
function usedBy(
  file: AgentFile | undefined,
  { env }: Context,
): { readonly entries: readonly Entry[]; readonly targets: readonly Target[] } {
  const targets: readonly ChainTarget[] = file ? agentChains(file, env) : [];
  const named = entriesOf(
    file,
    targets.map(({ entry }) => entry),
    env,
  );
  const entries = named.map((entry) => resolvedEntry(entry, env));
  const known = targets.flatMap((target) => {
    const resolved = entries.find(({ entry }) => entry.name === target.entry.name)?.resolved;
    const [key] = resolved?.keys ?? [];
    return resolved && key ? [targetOf(target, resolved, key, (text) => text)] : [];
  });
  return { entries, targets: known };
}

function resolvedEntry(entry: ProviderEntry, env: Context['env']): Entry {
  const answer = resolveProvider(entry, env);
  return 'ok' in answer ? { entry, resolved: answer.ok } : { entry, problem: answer.error };
}

async function stateChecks({ state }: Context): Promise<readonly Check[]> {
  try {
    openStateFolder(state);
    keyedHash(state);
  } catch (error) {
    const [what = '', way] = (error as Error).message.split('\n');
    return [{ check: 'state', level: 'fail', what, ...(way !== undefined && { way }) }];
  }
  const faults = databaseFaults(state);
  const said: string[] = [];
  const health = healthStore(state, (line) => said.push(line));
  const now = systemClock.now();
  const resting = (await health.list()).filter(({ belief }) => belief.tag !== 'cool' && belief.until > now);
  await health.close();
  return [
    { check: 'state', level: 'ok', what: `${state} can be written, and only by you` },
    ...faults.map(({ name, fault }): Check => ({
      check: 'state',
      level: 'fail',
      what: `${name}: ${fault}`,
      way: `move ${name} out of ${state}`,
    })),
    ...said.map((what): Check => ({ check: 'state', level: 'warn', what })),
    ...(resting.length === 0
      ? []
      : [
          {
            check: 'health',
            level: 'warn',
            what: `resting: ${resting.map(({ scope }) => scope).join(', ')}`,
            way: 'holdfast health says why and until when',
          } satisfies Check,
        ]),
  ];
}
