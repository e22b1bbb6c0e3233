import { budgetsOf } from './budgets.ts';
import { parseDuration, parseTier } from '@holdfast/core/engine';
import type { TierNames } from '@holdfast/core/engine';
import { modelOf, providerOf, settingsOf } from './entries.ts';
import type { Written } from './entries.ts';
import { keyWeights, laneTable } from './lane-entries.ts';
import type { AgentFile, AgentSpec, ChainSettings, RecordsSpec, TierPart, TierSpec, ToolsetSpec, VariableUse } from './file.ts';
import { knownProviders } from './names.ts';
import type { Mark } from './problem.ts';
import type { RawAgent, RawFile, RawTier, RawTierList, RawTierTarget, RawToolset } from './raw.ts';
import { parts } from './refs.ts';
import { serverOf } from './server-entries.ts';
import type { Entry, TreeNode } from './tree.ts';

/** A checked file, all but what is read from the tree. `base`: a gateway file whose names it may use; its own names win. */
export interface Checked {
  readonly name: string;
  readonly root: TreeNode;
  readonly raw: RawFile;
  readonly variables: readonly VariableUse[];
  readonly base?: AgentFile;
}

/** A checked file in our own words. `root` gives the positions, `raw` the values. */
export function normalise({ name, root, raw, variables, base }: Checked): AgentFile {
  const own = new Set([raw.providers, raw.models, raw.tiers].flatMap((section) => Object.keys(section ?? {})));
  const below = <S>(specs: ReadonlyMap<string, S> | undefined): [string, S][] => [...(specs ?? [])].filter(([key]) => !own.has(key));
  const named = <T, S>(
    section: string,
    values: Readonly<Record<string, T>> | undefined,
    make: (key: string, value: T, at: Mark) => S,
  ): [string, S][] => Object.entries(values ?? {}).map(([key, value]) => [key, make(key, value, markOf(root, section, key))]);
  const providers = new Map([
    ...below(base?.providers),
    ...named('providers', raw.providers, (key, value, at) =>
      providerOf(key, value ?? {}, { at, file: name, marks: marksOf(root, 'providers', key) }),
    ),
  ]);
  const models = new Map([
    ...below(base?.models),
    ...named('models', raw.models, (key, value, at) =>
      modelOf(key, value, { at, file: name, marks: marksOf(root, 'models', key) }, providers),
    ),
  ]);
  const tiers = { ...Object.fromEntries(below(base?.tiers)), ...raw.tiers };
  const server = serverOf(raw.server ?? {}, base?.server, { file: name, keyAt: (index) => markOf(root, 'server', 'keys', index) });
  const names = { providers: [...providers.keys(), ...knownProviders()], models: models.keys().toArray(), tiers: Object.keys(tiers) };
  return {
    name,
    agents: new Map(named('agents', raw.agents, (key, value, at) => agentOf(key, value, at, root, raw))),
    providers,
    models,
    tiers: new Map([
      ...below(base?.tiers),
      ...named('tiers', raw.tiers, (key, value, at) => tierOf(key, value, { at, file: name }, root, names)),
    ]),
    permissions: { allow: raw.permissions?.allow ?? [], ask: raw.permissions?.ask ?? [], deny: raw.permissions?.deny ?? [] },
    classify: [
      ...(raw.classify ?? []).map(({ code, ...row }) => ({ ...row, ...(code === undefined ? {} : { code: String(code) }) })),
      ...(base?.classify ?? []),
    ],
    budgets: budgetsOf(raw, base),
    lanes: keyWeights({ ...base?.lanes, ...laneTable(raw.lanes ?? {}) }, server.keys),
    server,
    records: { ...base?.records, ...recordsOf(raw.records ?? {}) },
    variables: [...variables, ...(base?.variables ?? [])],
  };
}

function recordsOf({ keep, persist_prompts: persistPrompts, keep_prompts: keepPrompts }: NonNullable<RawFile['records']>): RecordsSpec {
  const [kept, keptPrompts] = [msOf(keep), msOf(keepPrompts)];
  return {
    ...(kept !== undefined && { keep: kept }),
    ...(persistPrompts !== undefined && { persistPrompts }),
    ...(keptPrompts !== undefined && { keepPrompts: keptPrompts }),
  };
}

/** Where each field of an entry stands. */
function marksOf(root: TreeNode, section: string, key: string): Readonly<Record<string, Mark>> {
  const list = root.kind === 'map' ? root.entries.get(section)?.node : undefined;
  const node = list?.kind === 'map' ? list.entries.get(key)?.node : undefined;
  return node?.kind === 'map' ? Object.fromEntries([...node.entries.values()].map((entry) => [entry.key, entry.at])) : {};
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
    fallbackAt: (raw.fallback?.models ?? []).map((_, index) => markOf(root, 'agents', name, 'fallback', 'models', index)),
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

function tierOf(
  name: string,
  raw: string | RawTierList | RawTier,
  where: Omit<Written, 'marks'>,
  root: TreeNode,
  names: TierNames,
): TierSpec {
  const inside = typeof raw === 'object' && 'models' in raw;
  const written = inside ? raw.models : raw;
  const path = ['tiers', name, ...(inside ? ['models'] : [])];
  const models =
    typeof written === 'string'
      ? partsOf(written, markOf(root, ...path))
      : written.flatMap((part, index) => partsOf(part, markOf(root, ...path, index)));
  const parsed = parseTier(raw, names);
  return { name, ...where, models, settings: 'settings' in parsed ? parsed.settings : {} };
}

function partsOf(written: string | RawTierTarget, at: Mark): readonly TierPart[] {
  if (typeof written === 'string') return parts(written).map((ref) => ({ ref, at, settings: {} }));
  const { settings, effort: budgeted } = settingsOf(written);
  const effort = written.effort ?? budgeted;
  return [{ ref: written.model.trim(), at, settings, ...(effort === undefined ? {} : { effort }) }];
}

const msOf = (duration: string | number | undefined): number | undefined => {
  const parsed = duration === undefined ? undefined : parseDuration(duration);
  return parsed === undefined || 'error' in parsed ? undefined : parsed.ms;
};
