import type { TreeNode } from '@holdfast/agent/engine';
import type { Deployment } from './deployments.ts';
import { entriesOf, field, itemsOf, numberOf, plainName, textOf, variableIn, type Notes } from './look.ts';

/** One target of a tier: a reference alone, or with what it alone is asked with. */
export type Target = { readonly ref: string } & Deployment['settings'];

export interface Tier {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly settings: Readonly<Record<string, string | number | Readonly<Record<string, string>>>>;
}

export interface Tiers {
  readonly tiers: readonly Tier[];
  /** What clients ask for, where it is no tier's name. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** A chain is made of so many targets at most. */
const LONGEST = 8;

const KINDS = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'] as const;

/** Either section may hold them; both are read. */
const SECTIONS = ['router_settings', 'litellm_settings'] as const;

interface Fallback {
  readonly kind: (typeof KINDS)[number];
  readonly of: string;
  readonly to: readonly string[];
}

function fallbacksOf(root: TreeNode): readonly Fallback[] {
  return KINDS.flatMap((kind) =>
    SECTIONS.flatMap((section) => itemsOf(field(field(root, section), kind)))
      .flatMap((item) => entriesOf(item))
      .map(({ key, node }) => ({ kind, of: key, to: itemsOf(node).flatMap((one) => textOf(one) ?? []) })),
  );
}

const defaultsOf = (root: TreeNode): readonly string[] =>
  SECTIONS.flatMap((section) => itemsOf(field(field(root, section), 'default_fallbacks'))).flatMap((one) => textOf(one) ?? []);

/** The names of groups as names of tiers; what is no name here gets another, and an alias. */
function namesOf(groups: readonly string[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set(taken);
  for (const group of groups) {
    let name = plainName(group);
    while (used.has(name)) name = `${name}-tier`;
    used.add(name);
    names.set(group, name);
  }
  return names;
}

const seconds = (node: TreeNode | undefined): string | undefined => {
  const value = numberOf(node);
  return value === undefined ? undefined : Number.isInteger(value) ? `${value}s` : `${Math.round(value * 1000)}ms`;
};

/** What holds for all of LiteLLM's groups, as each tier says it. */
function settingsOf(root: TreeNode): Tier['settings'] {
  const of = (...keys: readonly string[]) =>
    SECTIONS.flatMap((section) => keys.map((key) => field(field(root, section), key))).find((node) => node !== undefined);
  const retries = numberOf(of('num_retries'));
  const cooldown = seconds(of('cooldown_time'));
  const attempt = seconds(of('timeout', 'request_timeout'));
  return {
    ...(retries !== undefined && { retries }),
    ...(cooldown !== undefined && { cooldown }),
    ...(attempt !== undefined && { timeouts: { attempt } }),
  };
}

/** `model_group_alias`: a name, or `{ model, hidden }`. */
const aliasesOf = (root: TreeNode): readonly (readonly [string, string])[] =>
  entriesOf(field(field(root, 'router_settings'), 'model_group_alias')).flatMap(({ key, node }) => {
    const to = textOf(node) ?? textOf(field(node, 'model'));
    return to === undefined ? [] : [[key, to] as const];
  });

/** Each target once: the first time it stands there decides. */
const once = (targets: readonly Target[]): readonly Target[] =>
  [...new Map(targets.toReversed().map((one) => [one.ref, one])).values()].toReversed();

export function tiersOf(root: TreeNode, groups: ReadonlyMap<string, readonly Target[]>, taken: ReadonlySet<string>, notes: Notes): Tiers {
  const names = namesOf([...groups.keys()], taken);
  const [fallbacks, defaults, shared] = [fallbacksOf(root), defaultsOf(root), settingsOf(root)];
  const resolve = (group: string) => aliasesOf(root).find(([alias]) => alias === group)?.[1] ?? group;
  for (const name of new Set([...fallbacks.flatMap(({ of, to }) => [of, ...to]), ...defaults]))
    if (name !== '*' && !groups.has(resolve(name)))
      notes.unknown(root.at, 'fallbacks', `"${plainName(name)}" is no model_name of model_list`);
  const tiers = [...groups].map(([group, own]): Tier => {
    const mine = fallbacks.filter(({ of }) => of === group || of === '*');
    const after = [...mine.flatMap(({ to }) => to), ...defaults].flatMap((to) => groups.get(resolve(to)) ?? []);
    const targets = once([...own, ...after]);
    if (targets.length > LONGEST)
      notes.left(
        root.at,
        `tiers.${names.get(group)!}`,
        `a chain has ${LONGEST} targets at most: the last ${targets.length - LONGEST} are left out`,
      );
    const refused = mine.some(({ kind }) => kind === 'content_policy_fallbacks');
    return { name: names.get(group)!, targets: targets.slice(0, LONGEST), settings: { ...shared, ...(refused && { on_refusal: 'next' }) } };
  });
  const renamed = [...names].filter(([group, name]) => group !== name);
  const alias = aliasesOf(root).flatMap(([from, to]) => {
    const tier = names.get(to);
    if (tier === undefined)
      notes.unknown(root.at, 'router_settings.model_group_alias', `"${plainName(to)}" is no model_name of model_list`);
    return tier === undefined ? [] : [[from, tier] as const];
  });
  return { tiers, aliases: Object.fromEntries([...renamed, ...alias]) };
}

/** The key that may do everything. */
export function masterKeyOf(root: TreeNode, notes: Notes): string | undefined {
  const entry = entriesOf(field(root, 'general_settings')).find(({ key }) => key === 'master_key');
  if (entry === undefined) return undefined;
  const named = variableIn(textOf(entry.node));
  if (named !== undefined) return named;
  notes.left(entry.node.at, 'general_settings.master_key', 'a key stands in the file: put it into the environment as HOLDFAST_KEY_MASTER');
  return 'HOLDFAST_KEY_MASTER';
}
