import { actsOf } from './acts.ts';
import { agentOf, msOf } from './agents.ts';
import { budgetsOf } from './budgets.ts';
import { parseTier } from '@holdfast/core/engine';
import type { TierNames } from '@holdfast/core/engine';
import { modelOf, providerOf, settingsOf } from './entries.ts';
import type { Written } from './entries.ts';
import { keyWeights, laneTable } from './lane-entries.ts';
import type { AgentFile, RecordsSpec, TierPart, TierSpec, VariableUse } from './file.ts';
import { markOf, marksOf } from './marks.ts';
import { knownProviders } from './names.ts';
import type { Mark } from './problem.ts';
import type { RawFile, RawTier, RawTierList, RawTierTarget } from './raw.ts';
import { parts } from './refs.ts';
import { serverOf } from './server-entries.ts';
import { sessionsOf } from './sessions-spec.ts';
import type { TreeNode } from './tree.ts';

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
      modelOf(key, value, { at, file: name, marks: marksOf(root, 'models', key) }, providers, (index) =>
        markOf(root, 'models', key, 'routing', index),
      ),
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
    acts: actsOf(root),
    classify: [
      ...(raw.classify ?? []).map(({ code, ...row }) => ({ ...row, ...(code === undefined ? {} : { code: String(code) }) })),
      ...(base?.classify ?? []),
    ],
    budgets: budgetsOf(raw, base),
    lanes: keyWeights({ ...base?.lanes, ...laneTable(raw.lanes ?? {}) }, server.keys),
    server,
    records: { ...base?.records, ...recordsOf(raw.records ?? {}) },
    sessions: { ...base?.sessions, ...sessionsOf(raw.sessions ?? {}) },
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
