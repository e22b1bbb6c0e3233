import { KNOWN_PROVIDERS, parseDuration, parseTier } from '@holdfast/core/engine';
import type { Effort, ProviderEntry, TierNames } from '@holdfast/core/engine';
import type {
  AgentFile,
  AgentSpec,
  ChainSettings,
  ModelSettings,
  ModelSpec,
  ProviderSpec,
  TierSpec,
  ToolsetSpec,
  VariableUse,
} from './file.ts';
import { knownProviders } from './names.ts';
import type { Mark } from './problem.ts';
import type { RawAgent, RawFile, RawModel, RawProvider, RawSettings, RawTier, RawToolset } from './raw.ts';
import { parts } from './refs.ts';
import type { Entry, TreeNode } from './tree.ts';

/** A checked file in our own words. `root` gives the positions, `raw` the values. */
export function normalise(name: string, root: TreeNode, raw: RawFile, variables: readonly VariableUse[]): AgentFile {
  const named = <T, S>(section: string, values: Readonly<Record<string, T>> | undefined, make: (name: string, value: T, at: Mark) => S) =>
    new Map(Object.entries(values ?? {}).map(([key, value]) => [key, make(key, value, markOf(root, section, key))]));
  const providers = named('providers', raw.providers, (key, value, at) => providerOf(key, value ?? {}, at));
  const names = {
    providers: [...Object.keys(raw.providers ?? {}), ...knownProviders()],
    models: Object.keys(raw.models ?? {}),
    tiers: Object.keys(raw.tiers ?? {}),
  };
  return {
    name,
    agents: named('agents', raw.agents, (key, value, at) => agentOf(key, value, at, root, raw)),
    providers,
    models: named('models', raw.models, (key, value, at) => modelOf(key, value, at, providers)),
    tiers: named('tiers', raw.tiers, (key, value, at) => tierOf(key, value, at, names)),
    permissions: { allow: raw.permissions?.allow ?? [], ask: raw.permissions?.ask ?? [], deny: raw.permissions?.deny ?? [] },
    classify: (raw.classify ?? []).map(({ code, ...row }) => ({ ...row, ...(code === undefined ? {} : { code: String(code) }) })),
    lanes: raw.lanes ?? {},
    server: raw.server ?? {},
    variables,
  };
}

export function markOf(root: TreeNode, ...path: readonly (string | number)[]): Mark {
  let node: TreeNode | undefined = root;
  let at: Mark = root.at;
  for (const step of path) {
    const entry: Entry | undefined = typeof step === 'string' && node?.kind === 'map' ? node.entries.get(step) : undefined;
    const item: TreeNode | undefined = typeof step === 'number' && node?.kind === 'list' ? node.items[step] : undefined;
    node = entry?.node ?? item;
    at = entry?.at ?? node?.at ?? at;
  }
  return at;
}

function agentOf(name: string, raw: RawAgent, at: Mark, root: TreeNode, file: RawFile): AgentSpec {
  const own = (raw.toolsets ?? []).map((toolset, index) => toolsetOf(toolset, markOf(root, 'agents', name, 'toolsets', index)));
  const used = (raw.use_toolsets ?? []).flatMap((key) => {
    const toolset = file.toolsets?.[key];
    return toolset === undefined ? [] : [toolsetOf(toolset, markOf(root, 'toolsets', key))];
  });
  return {
    name,
    at,
    description: raw.description ?? '',
    instruction: raw.instruction ?? '',
    ...(raw.model === undefined ? {} : { model: raw.model }),
    modelAt: markOf(root, 'agents', name, 'model'),
    fallback: raw.fallback?.models ?? [],
    settings: fallbackSettings(raw.fallback ?? {}),
    toolsets: [...own, ...used],
    maxIterations: raw.max_iterations ?? 0,
    maxConsecutiveToolCalls: raw.max_consecutive_tool_calls ?? 0,
    addDate: raw.add_date ?? false,
    addEnvironmentInfo: raw.add_environment_info ?? false,
    readOnly: raw.readonly ?? false,
  };
}

const toolsetOf = (raw: RawToolset, at: Mark): ToolsetSpec => ({
  type: raw.type,
  at,
  readOnly: raw.readonly ?? false,
  ...(raw.tools === undefined ? {} : { tools: raw.tools }),
  ...(raw.instruction === undefined ? {} : { instruction: raw.instruction }),
  env: raw.env ?? {},
  raw,
});

/** Docker's meanings: 0 is the default, of tries and of rests alike; -1 is no further try. */
function fallbackSettings({ retries, cooldown }: NonNullable<RawAgent['fallback']>): ChainSettings {
  const rest = msOf(cooldown);
  return {
    ...(retries === undefined || retries === 0 ? {} : { retries: Math.max(0, retries) }),
    ...(rest === undefined || rest === 0 ? {} : { cooldown: rest }),
  };
}

/** What an entry leaves out is its vendor's: the one it names with `provider`, else the one it is called after. */
function providerOf(name: string, raw: RawProvider, at: Mark): ProviderSpec {
  const { settings, effort } = settingsOf(raw);
  const { api, api_type, base_url, token_key, token_keys, headers, account, groups } = raw;
  const entry: ProviderEntry = { name, ...given({ api: api ?? api_type, base_url, token_key, token_keys, headers, account, groups }) };
  return {
    at,
    ...(raw.provider === undefined ? {} : { vendor: raw.provider }),
    entry: raw.provider === undefined || raw.provider === name ? entry : afterVendor(entry, raw.provider),
    settings,
    ...(effort === undefined ? {} : { effort }),
    ...(raw.token_command === undefined ? {} : { tokenCommand: raw.token_command }),
  };
}

function afterVendor(entry: ProviderEntry, vendor: string): ProviderEntry {
  const known = Object.hasOwn(KNOWN_PROVIDERS, vendor) ? KNOWN_PROVIDERS[vendor] : undefined;
  if (known === undefined) return entry;
  return {
    ...given({
      api: entry.base_url === undefined ? known.protocol : (known.elsewhere ?? known.protocol),
      base_url: known.baseUrl,
      token_key: entry.token_keys === undefined ? known.keyVariable : undefined,
    }),
    ...entry,
  };
}

function modelOf(name: string, raw: RawModel, at: Mark, providers: ReadonlyMap<string, ProviderSpec>): ModelSpec {
  const { settings, effort } = settingsOf(raw);
  const provider = raw.provider ?? '';
  const spec: ModelSpec = { name, at, provider, model: raw.model ?? '', settings, ...(effort === undefined ? {} : { effort }) };
  if (raw.first_available !== undefined) return { ...spec, firstAvailable: raw.first_available };
  if (raw.base_url === undefined && raw.token_key === undefined) return spec;
  const base = providers.get(provider)?.entry ?? { name: provider };
  const { token_keys, account: _account, groups: _groups, ...rest } = base;
  const keys = raw.token_key === undefined ? given({ token_keys, token_key: base.token_key }) : { token_key: raw.token_key };
  const own: ProviderEntry = { ...rest, ...keys, ...given({ base_url: raw.base_url }), name: `${provider}@${name}` };
  return { ...spec, entry: afterVendor(own, provider) };
}

function tierOf(name: string, raw: string | readonly string[] | RawTier, at: Mark, names: TierNames): TierSpec {
  const written = typeof raw === 'object' && 'models' in raw ? raw.models : raw;
  const models = (typeof written === 'string' ? [written] : written).flatMap(parts);
  const parsed = parseTier(raw, names);
  return { name, at, models, settings: 'settings' in parsed ? parsed.settings : {} };
}

function settingsOf(raw: RawSettings): { readonly settings: ModelSettings; readonly effort?: Effort } {
  const size = raw.provider_opts?.['context_size'];
  const settings = given({
    maxTokens: raw.max_tokens,
    temperature: raw.temperature,
    topP: raw.top_p,
    frequencyPenalty: raw.frequency_penalty,
    presencePenalty: raw.presence_penalty,
    parallelToolCalls: raw.parallel_tool_calls,
    thinkingTokens: typeof raw.thinking_budget === 'number' ? raw.thinking_budget : undefined,
    window: raw.context ?? (typeof size === 'number' ? size : undefined),
    images: raw.capabilities?.image,
    options: raw.provider_opts,
  });
  const effort = effortOf(raw.thinking_budget);
  return effort === undefined ? { settings } : { settings, effort };
}

/** `adaptive/high` is an effort too; `adaptive` alone leaves it to the model. */
function effortOf(budget: string | number | undefined): Effort | undefined {
  if (typeof budget !== 'string') return budget === 0 ? 'none' : undefined;
  const word = budget.replace(/^adaptive\/?/, '');
  return word === '' ? undefined : (word as Effort);
}

const msOf = (duration: string | number | undefined): number | undefined => {
  const parsed = duration === undefined ? undefined : parseDuration(duration);
  return parsed === undefined || 'error' in parsed ? undefined : parsed.ms;
};

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what is there: an absent key and an undefined one are not the same to who merges. */
const given = <T extends object>(values: T): Given<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
