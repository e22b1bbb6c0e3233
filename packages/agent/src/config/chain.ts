import { parseRef, resolveProvider } from '@holdfast/core/engine';
import type { Effort, Environment, ProviderEntry } from '@holdfast/core/engine';
import type { AgentFile, ChainSettings, ModelSettings, ModelSpec, TierPart, TierSpec } from './file.ts';
import { AUTO, checkRef, parts } from './refs.ts';
import type { Finding } from './refs.ts';
import type { Names } from './names.ts';

/** One place of a chain, before its entry is resolved to a protocol, a URL and keys. */
export interface ChainTarget {
  /** How people write it: `PROVIDER/MODEL`. */
  readonly ref: string;
  readonly entry: ProviderEntry;
  readonly model: string;
  readonly effort?: Effort;
  readonly settings: ModelSettings;
}

export interface ChainSpec {
  /** The tier's name where an agent names just a tier, else the agent's. */
  readonly name: string;
  /** All places, in the order they are asked without a draw. */
  readonly targets: readonly ChainTarget[];
  /**
   * Docker's alloy: for each member of the comma list, its places. For each call one member is drawn to open the chain; the other
   * members follow, then what is no member. One member: no draw.
   */
  readonly members: readonly (readonly number[])[];
  /** Of a router named alone: a message like an example opens the chain with these. */
  readonly routes: readonly Route[];
  readonly settings: ChainSettings;
}

export interface Route {
  readonly examples: readonly string[];
  readonly targets: readonly ChainTarget[];
}

/** Asked in this order when a file leaves the choice to us: the first vendor there is a key for. */
const AUTO_MODELS = ['anthropic/claude-sonnet-4-5', 'openai/gpt-5-mini', 'google/gemini-2.5-flash', 'mistral/mistral-small-latest'];

export interface ChainOptions {
  readonly env: Environment;
  /** Stands in for the agent's `model`; its fallback stays. */
  readonly model?: string;
}

/** The chain of one agent of a checked file. What an override gets wrong comes back as findings. */
export function chainOf(
  file: AgentFile,
  agent: string,
  options: ChainOptions,
): { readonly chain: ChainSpec } | { readonly findings: readonly Finding[] } {
  const spec = file.agents.get(agent);
  if (spec === undefined) throw new RangeError(`no agent "${agent}" in ${file.name}`);
  const findings =
    options.model === undefined ? [] : checkRef('alloy', options.model, namesIn(file)).filter((finding) => finding.level === 'error');
  if (findings.length > 0) return { findings };
  const written = parts(options.model ?? spec.model ?? AUTO);
  const targets: ChainTarget[] = [];
  const members = written.map((part) => {
    const places = expand(part, file, options.env);
    targets.push(...places);
    return places.map((_, index) => targets.length - places.length + index);
  });
  targets.push(...spec.fallback.flatMap((ref) => expand(ref.trim(), file, options.env)));
  const tier = written.map((part) => tierIn(part, file)?.tier).find((one) => one !== undefined);
  const alone = written.length === 1 && spec.fallback.length === 0 ? tier?.name : undefined;
  const routes = written.length === 1 ? routesOf(written[0]!, file, options.env) : [];
  return { chain: { name: alone ?? agent, targets, members, routes, settings: { ...tier?.settings, ...spec.settings } } };
}

const routesOf = (text: string, file: AgentFile, env: Environment): readonly Route[] =>
  (file.models.get(text)?.routing ?? []).map(({ ref, examples }) => ({ examples, targets: expand(ref, file, env) }));

/** The places in the order of one call. `chance` in [0, 1) draws the member that opens an alloy. */
export function drawn(chain: ChainSpec, chance: number): readonly number[] {
  const places = chain.targets.map((_, place) => place);
  const first = chain.members.length > 1 ? (chain.members[Math.floor(chance * chain.members.length)] ?? []) : [];
  return [...first, ...places.filter((place) => !first.includes(place))];
}

/** A reference as places: a tier is spliced in, a name looked up, `auto` and `first_available` settled by the keys there are. */
export function expand(text: string, file: AgentFile, env: Environment): readonly ChainTarget[] {
  if (text === AUTO) return firstWithKey([...namedDefault(env), ...AUTO_MODELS], file, env);
  const found = tierIn(text, file);
  if (found !== undefined) return found.tier.models.flatMap((part) => expandPart(part, file, env)).map(wishing(found.effort));
  const ref = file.models.has(text) ? { name: text } : parseRef(text, new Set(file.models.keys()));
  if ('error' in ref) return [];
  if ('name' in ref) return expandModel(ref.name, ref.effort, file, env);
  const provider = file.providers.get(ref.provider);
  const effort = ref.effort ?? provider?.effort;
  return [
    {
      ref: `${ref.provider}/${ref.model}`,
      entry: provider?.entry ?? { name: ref.provider },
      model: ref.model,
      ...(effort === undefined ? {} : { effort }),
      settings: provider?.settings ?? {},
    },
  ];
}

/** A tier by its name, or by that and an effort for its targets that have none. */
function tierIn(text: string, file: AgentFile): { readonly tier: TierSpec; readonly effort?: Effort } | undefined {
  const plain = file.tiers.get(text);
  if (plain !== undefined) return { tier: plain };
  const ref = parseRef(text, new Set(file.models.keys()));
  const tier = 'name' in ref && !file.models.has(ref.name) ? file.tiers.get(ref.name) : undefined;
  return tier && { tier, ...('effort' in ref && ref.effort !== undefined && { effort: ref.effort }) };
}

const wishing =
  (effort: Effort | undefined) =>
  (target: ChainTarget): ChainTarget =>
    effort === undefined || target.effort !== undefined ? target : { ...target, effort };

/** What the tier says of a target wins over what is said of its model elsewhere. */
const expandPart = ({ ref, effort, settings }: TierPart, file: AgentFile, env: Environment): readonly ChainTarget[] =>
  expand(ref, file, env).map((target) => ({
    ...target,
    ...(effort === undefined ? {} : { effort }),
    settings: { ...target.settings, ...settings },
  }));

function expandModel(name: string, wish: Effort | undefined, file: AgentFile, env: Environment): readonly ChainTarget[] {
  const model = file.models.get(name);
  if (model === undefined) return [];
  const targets = model.firstAvailable === undefined ? [targetOf(model, file)] : firstWithKey(model.firstAvailable, file, env);
  return wish === undefined ? targets : targets.map((target) => ({ ...target, effort: wish }));
}

/** Only of targets that exist: a model cannot be first available within itself, `seen` stops a ring. */
function firstWithKey(
  refs: readonly string[],
  file: AgentFile,
  env: Environment,
  seen: ReadonlySet<string> = new Set(),
): readonly ChainTarget[] {
  const candidates = refs.map((ref) => {
    const again = file.models.get(ref)?.firstAvailable;
    if (again === undefined) return expand(ref, file, env);
    return seen.has(ref) ? [] : firstWithKey(again, file, env, new Set([...seen, ref]));
  });
  const usable = candidates.find(([target]) => target !== undefined && 'ok' in resolveProvider(target.entry, env));
  return usable ?? candidates.find((targets) => targets.length > 0) ?? [];
}

const namedDefault = (env: Environment): string[] => {
  const ref = env('DOCKER_AGENT_DEFAULT_MODEL');
  return ref !== undefined && ref.includes('/') ? [ref] : [];
};

function targetOf(model: ModelSpec, file: AgentFile): ChainTarget {
  const provider = file.providers.get(model.provider);
  const effort = model.effort ?? provider?.effort;
  return {
    ref: `${model.provider}/${model.model}`,
    entry: model.entry ?? provider?.entry ?? { name: model.provider },
    model: model.model,
    ...(effort === undefined ? {} : { effort }),
    settings: { ...provider?.settings, ...model.settings },
  };
}

/** The names that references of a file may use. */
export const namesIn = (file: AgentFile): Names => ({
  agents: new Set(file.agents.keys()),
  models: new Set(file.models.keys()),
  tiers: new Set(file.tiers.keys()),
  providers: new Set(file.providers.keys()),
  commands: new Set(),
  skills: new Set(),
  toolsets: new Set(),
  definitions: new Set(),
});
