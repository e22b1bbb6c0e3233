import { resolveProvider } from '@holdfast/core/engine';
import type { Budget, Environment, ProviderEntry } from '@holdfast/core/engine';
import { asksOf } from './asks.ts';
import type { ChainSpec } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile, AgentSpec, VariableUse } from './file.ts';
import { isKnown, isServed } from './names.ts';
import type { Mark, Problem } from './problem.ts';
import { HERE, notHere } from './refs.ts';
import { unpricedBar } from './unpriced.ts';

/** Where something is written: of the agent file, or of the gateway file behind it. */
interface Written {
  readonly file: string;
  readonly at: Mark;
  readonly path: string;
  /** Where its fields stand, if it has any. */
  readonly marks?: Readonly<Record<string, Mark>>;
}

const problem = ({ file, at, path }: Written, message: string, wayOut?: string): Problem => ({
  level: 'error',
  file,
  line: at.line,
  column: at.column,
  path,
  message,
  ...(wayOut !== undefined && { wayOut }),
});

/**
 * What stands in the way of running this agent with this chain, here and now: keys and variables that are not set, providers that are not
 * served, agents from elsewhere, models without a price under `budgets` of money. Empty: go.
 */
export function obstacles(
  file: AgentFile,
  agent: AgentSpec,
  chain: ChainSpec,
  env: Environment,
  budgets: readonly Budget[] = [],
): readonly Problem[] {
  const path = join('agents', agent.name);
  const used = placesOf(file, agent, chain, env);
  const missing = file.variables.filter((use) => use.missing && concerns(use, file, path, used));
  const variables = missing.map((use) => problem(use, `the environment variable ${use.name} is not set`, `set ${use.name}`));
  const entries = [...used.values()].flatMap(({ entry, where }) =>
    missing.some((use) => within(use, where)) ? [] : entryObstacles(entry, where, env),
  );
  const elsewhere = agent.elsewhere.map(({ ref, ...where }) => problem({ ...where, file: file.name }, notHere(ref), HERE));
  return [...variables, ...entries, ...elsewhere, ...barredBy(budgets, file, agent, chain, env)];
}

/** A model without a price under a budget of money, where it is asked. */
function barredBy(budgets: readonly Budget[], file: AgentFile, agent: AgentSpec, chain: ChainSpec, env: Environment): readonly Problem[] {
  const message = unpricedBar(budgets, chain.targets);
  if (message === undefined) return [];
  const refs = new Set(chain.targets.filter((target) => unpricedBar(budgets, [target]) !== undefined).map(({ ref }) => ref));
  const asked = asksOf(file, agent, env).find(({ targets }) => targets.some(({ ref }) => refs.has(ref))) ?? ELSEWHERE;
  return [problem({ ...asked, file: file.name }, message)];
}

/** What no reference of the agent leads to was asked for on the command line: it has no place in the file. */
const ELSEWHERE = { at: { line: 0, column: 0 }, path: '--model' };

/** Each entry of the chain once, and where it is written: as a provider, in a model, or nowhere but in the agent's references. */
function placesOf(
  file: AgentFile,
  agent: AgentSpec,
  chain: ChainSpec,
  env: Environment,
): ReadonlyMap<string, { readonly entry: ProviderEntry; readonly where: Written }> {
  const models = new Map(
    [...file.models.values()].flatMap((model) => (model.entry === undefined ? [] : [[model.entry.name, model] as const])),
  );
  const asks = asksOf(file, agent, env);
  return new Map(
    [...chain.targets, ...chain.routes.flatMap(({ targets }) => targets)].map(({ entry }) => {
      const asked = asks.find(({ entries }) => entries.some(({ name }) => name === entry.name)) ?? ELSEWHERE;
      const [provider, model] = [file.providers.get(entry.name), models.get(entry.name)];
      const written = provider === undefined ? undefined : { ...provider, path: join('providers', entry.name) };
      const own = model === undefined ? undefined : { ...model, path: join('models', model.name) };
      const where: Written = written ?? own ?? { ...asked, file: file.name };
      return [entry.name, { entry, where }];
    }),
  );
}

function entryObstacles(entry: ProviderEntry, where: Written, env: Environment): readonly Problem[] {
  const answer = resolveProvider(entry, env);
  if ('ok' in answer) return [];
  if (isKnown(entry.name) && !isServed(entry.name))
    return [problem(where, `provider "${entry.name}" is not served`, 'name a model of another provider')];
  const { field, message, wayOut } = answer.error;
  return [problem({ ...where, at: where.marks?.[field] ?? where.at }, message, wayOut)];
}

const within = (use: VariableUse, where: Written): boolean => use.file === where.file && use.path.startsWith(`${where.path}.`);

/** A variable matters to this run if it stands in its agent, in an entry it asks, or in what all agents share. */
function concerns(use: VariableUse, file: AgentFile, agent: string, used: ReturnType<typeof placesOf>): boolean {
  if ([...used.values()].some(({ where }) => within(use, where))) return true;
  return use.file === file.name && (use.path.startsWith(`${agent}.`) || /^(toolsets|permissions|tiers|classify)\b/.test(use.path));
}
