/**
 * A LiteLLM proxy file as a gateway file of ours. Pure.
 *
 * I1. No value of the file is repeated that may be a secret: a key that stands in it becomes the name of a variable, headers whose names
 *     sound like one too; what is left out is told by its path alone.
 * I2. Nothing is left out silently: what is known and has no place is a comment with its line, what nobody knows is told as such.
 */
import type { TreeNode } from '@holdfast/agent/engine';
import { deploymentsOf, type Deployment } from './deployments.ts';
import { placed } from './entries.ts';
import { flow, scalar, section } from './file-text.ts';
import { LEFT } from './litellm.data.ts';
import { entriesOf, newNotes, plainName, type Note, type Notes } from './look.ts';
import { masterKeyOf, tiersOf, type Target, type Tier } from './tiers.ts';

export interface Imported {
  readonly text: string;
  readonly notes: readonly Note[];
  /** Deployments that can be asked. */
  readonly deployments: number;
}

const READ: Readonly<Record<string, readonly string[]>> = {
  router_settings: [
    'model_group_alias',
    'num_retries',
    'timeout',
    'cooldown_time',
    'fallbacks',
    'context_window_fallbacks',
    'content_policy_fallbacks',
    'default_fallbacks',
  ],
  litellm_settings: [
    'num_retries',
    'request_timeout',
    'cooldown_time',
    'fallbacks',
    'context_window_fallbacks',
    'content_policy_fallbacks',
    'default_fallbacks',
  ],
  general_settings: ['master_key'],
  environment_variables: [],
};
const TOP = new Set(['model_list', 'credential_list']);

function tellSections(root: TreeNode, notes: Notes): void {
  for (const { key: name, node, at } of entriesOf(root)) {
    if (TOP.has(name)) continue;
    const read = READ[name];
    if (read === undefined) {
      notes.unknown(at, name, 'unknown section');
      continue;
    }
    for (const { key, at: place } of entriesOf(node)) {
      if (read.includes(key)) continue;
      const why = LEFT[name]?.[key] ?? LEFT[name]?.['*'];
      if (why === undefined) notes.unknown(place, `${name}.${key}`, 'unknown key');
      else notes.left(place, `${name}.${key}`, why);
    }
  }
}

/** Prices and windows that the file gives: a model by name. */
function modelsOf(deployments: readonly Deployment[], refOf: ReadonlyMap<Deployment, string>) {
  const models = new Map<string, readonly [string, Parameters<typeof flow>[0]]>();
  for (const one of deployments) {
    const ref = refOf.get(one);
    if (ref === undefined || models.has(ref) || (one.cost === undefined && one.context === undefined)) continue;
    const [provider] = ref.split('/', 1);
    const fields = {
      provider: provider!,
      model: one.model,
      ...(one.context && { context: one.context }),
      ...(one.cost && { cost: one.cost }),
    };
    models.set(ref, [plainName(`${ref}-model`), fields]);
  }
  return models;
}

function lanesOf(deployments: readonly Deployment[], refOf: ReadonlyMap<Deployment, string>) {
  const limits = new Map<string, Record<string, number>>();
  for (const one of deployments) {
    const ref = refOf.get(one);
    if (ref === undefined || Object.keys(one.limits).length === 0) continue;
    const sum = limits.get(ref) ?? {};
    for (const [key, value] of Object.entries(one.limits)) sum[key] = (sum[key] ?? 0) + value;
    limits.set(ref, sum);
  }
  return [...limits].map(([ref, sum]) => [plainName(ref), { match: [ref], ...sum }] as const);
}

const targetText = ({ ref, ...settings }: Target): string =>
  Object.keys(settings).length === 0 ? scalar(ref) : flow({ model: ref, ...settings });

function tierLines({ name, targets, settings }: Tier): readonly string[] {
  const rest = Object.entries(settings).map(([key, value]) => `    ${key}: ${flow(value)}`);
  return [`  ${scalar(name)}:`, '    models:', ...targets.map((target) => `      - ${targetText(target)}`), ...rest];
}

const commentLines = (notes: readonly Note[], file: string): readonly string[] =>
  notes.length === 0
    ? []
    : ['', `# Not carried over from ${file}:`, ...notes.map(({ at, path, message }) => `#   ${at.line}:${at.column}  ${path}: ${message}`)];

export function importLitellm(root: TreeNode, file: string): Imported {
  const notes = newNotes();
  const deployments = deploymentsOf(root, notes);
  const { entries, refOf } = placed(deployments, notes);
  const models = modelsOf(deployments, refOf);
  const groups = new Map<string, readonly Target[]>();
  for (const one of deployments) {
    const ref = refOf.get(one);
    if (ref === undefined) continue;
    groups.set(one.group, [...(groups.get(one.group) ?? []), { ...one.settings, ref: models.get(ref)?.[0] ?? ref } as Target]);
  }
  const taken = new Set([...entries.map(({ name }) => name), ...[...models.values()].map(([name]) => name)]);
  const { tiers, aliases } = tiersOf(root, groups, taken, notes);
  const master = masterKeyOf(root, notes);
  tellSections(root, notes);
  const server = [
    ...(master === undefined ? [] : ['  keys:', `    - ${flow({ name: 'master', env: master, admin: true })}`]),
    ...(Object.keys(aliases).length === 0
      ? []
      : ['  aliases:', ...Object.entries(aliases).map(([from, to]) => `    ${scalar(from)}: ${scalar(to)}`)]),
  ];
  const sorted = notes.all.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const lines = [
    `# Made from ${file} by: holdfast config import litellm`,
    '# A tier is a chain: its models are asked in this order, and a broken answer is finished by the next one.',
    ...section(
      'providers',
      entries.map(({ name, fields }) => [name, fields] as const),
    ),
    ...section('models', [...models.values()]),
    ...(tiers.length === 0 ? [] : ['tiers:', ...tiers.flatMap(tierLines)]),
    ...section('lanes', lanesOf(deployments, refOf)),
    ...(server.length === 0 ? [] : ['server:', ...server]),
    ...commentLines(sorted, file),
  ];
  return { text: `${lines.join('\n')}\n`, notes: sorted, deployments: refOf.size };
}
