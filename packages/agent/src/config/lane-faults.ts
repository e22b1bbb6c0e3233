import {
  DEFAULT_LANE,
  innerAbove,
  LANE_DEFAULTS,
  laneOf,
  laneRules,
  laneRulesOf,
  laneSettingsOf,
  nearest,
  type Environment,
} from '@holdfast/core/engine';
import { expand } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile, TierSpec } from './file.ts';
import { isKnown, knownProviders } from './names.ts';
import { markOf } from './marks.ts';
import type { Finding } from './refs.ts';
import type { TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';
import { short } from './words.ts';

/** What is wrong with the lanes of this file: patterns that are none, or stand twice, or name nobody; times that a model inside would never reach. */
export function laneFaults(file: AgentFile, root: TreeNode, env: Environment): readonly Placed[] {
  const own = root.kind === 'map' ? root.entries.get('lanes')?.node : undefined;
  if (own?.kind !== 'map') return tooLongFor(file, root, env, []);
  const names = [...own.entries.keys()];
  const error = (path: readonly (string | number)[], finding: Omit<Finding, 'level'>): Placed => ({
    at: markOf(root, 'lanes', ...path),
    path: path.reduce<string>((before, step) => (typeof step === 'number' ? `${before}[${step}]` : join(before, step)), 'lanes'),
    finding: { level: 'error', ...finding },
  });
  const patterns = Object.fromEntries(Object.entries(file.lanes).map(([lane, { match }]) => [lane, match ?? []]));
  const { wrong } = laneRules(patterns);
  const bare = names.filter((lane) => !patterns[lane]?.length && lane !== DEFAULT_LANE);
  const strangers = names.flatMap((lane) =>
    (patterns[lane] ?? []).map((pattern, at) => ({ lane, at, provider: pattern.split('/', 1)[0]! })),
  );
  const twice = wrong.filter(({ lane }) => names.includes(lane));
  return [
    ...bare.map((lane) =>
      error([lane], { message: '"match" is missing', wayOut: 'write provider/model, provider/prefix*, provider or *' }),
    ),
    ...twice.map(({ lane, at, message }) => error([lane, 'match', at], { message })),
    ...strangers.flatMap(({ lane, at, provider }) => {
      if (provider === '' || provider.includes('*') || isNamed(provider, file)) return [];
      const near = nearest(provider, [...file.providers.keys(), ...file.models.keys(), ...knownProviders()]);
      const message = `there is no provider "${short(provider)}": nothing would be in this lane`;
      return [error([lane, 'match', at], { message, ...(near !== undefined && { nearest: near }) })];
    }),
    ...(wrong.length > 0
      ? []
      : [...[...file.tiers.values()].flatMap((tier) => tooLong(tier, file, env, names, error)), ...tooLongFor(file, root, env, names)]),
  ];
}

/** Limits of this file's tiers that a lane of the gateway file behind it would cut short: said at the limit. */
function tooLongFor(file: AgentFile, root: TreeNode, env: Environment, own: readonly string[]): readonly Placed[] {
  const others = Object.keys(file.lanes).filter((lane) => !own.includes(lane));
  return [...file.tiers.values()]
    .filter((tier) => tier.file === file.name)
    .flatMap((tier) =>
      tooLong(tier, file, env, others, ([lane], { message }) => ({
        at: markOf(root, 'tiers', tier.name, 'timeouts'),
        path: join(join('tiers', tier.name), 'timeouts'),
        finding: { level: 'error', message: `the exec_timeout of lane ${lane}, ${message}`, wayOut: 'make the limit shorter' },
      })),
    );
}

const isNamed = (name: string, file: AgentFile): boolean =>
  file.providers.has(name) || file.models.has(name) || isKnown(name) || [...file.models.values()].some(({ entry }) => entry?.name === name);

/** A lane's `exec_timeout` that cuts short a limit of a tier whose models are in it. */
function tooLong(
  tier: TierSpec,
  file: AgentFile,
  env: Environment,
  names: readonly string[],
  error: (path: readonly string[], finding: Omit<Finding, 'level'>) => Placed,
): readonly Placed[] {
  const { timeouts } = tier.settings;
  if (!timeouts) return [];
  const rules = laneRulesOf(file.lanes);
  const inside = expand(tier.name, file, env).map(({ ref, entry, model }) => ({
    ref,
    lane: laneOf(rules, { ref, entry: entry.name, model }),
  }));
  const first = new Map(inside.map(({ ref, lane }) => [lane, ref] as const).toReversed());
  return names.flatMap((lane) => {
    const ref = first.get(lane);
    const settings = { ...LANE_DEFAULTS, ...laneSettingsOf(file.lanes[lane]!, (option) => option) };
    const inner = ref === undefined ? undefined : innerAbove(settings, timeouts);
    if (inner === undefined) return [];
    const message = `${seconds(settings.execTimeout!)} is not longer than the limit ${snake(inner)} (${seconds(timeouts[inner]!)}) of tier ${tier.name}, whose ${ref} is in this lane`;
    return [error([lane, 'exec_timeout'], { message, wayOut: 'make it longer than every limit inside it, or leave it out' })];
  });
}

const seconds = (ms: number): string => `${ms / 1000}s`;
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
