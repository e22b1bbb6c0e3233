import { fitsAlias, nearest, type Environment } from '@holdfast/core/engine';
import type { AgentFile } from './file.ts';
import { markOf } from './marks.ts';
import type { Problem } from './problem.ts';
import type { Finding } from './refs.ts';
import type { ServerKeySpec } from './server-spec.ts';
import type { Entry, TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';
import { short } from './words.ts';

const childOf = (node: TreeNode | undefined, key: string): Entry | undefined => (node?.kind === 'map' ? node.entries.get(key) : undefined);

/** What makes a right section unfit to serve here and now, or parts of it useless. Of what the file itself says. */
export function serverDoubts(file: AgentFile, root: TreeNode, env: Environment): readonly Placed[] {
  if (childOf(root, 'server') === undefined) return [];
  const warn = (steps: readonly (string | number)[], path: string, finding: Omit<Finding, 'level'>): Placed => ({
    at: markOf(root, 'server', ...steps),
    path,
    finding: { level: 'warning', ...finding },
  });
  const own = file.server.keys.filter((key) => key.file === file.name);
  const keys = own.flatMap((key, index) => {
    const fault = keyObstacle(key, env) ?? twice(key, own.slice(0, index), env);
    return fault === undefined ? [] : [warn(['keys', index, 'env'], `server.keys[${index}].env`, fault)];
  });
  const idle = own.flatMap(({ weight }, index) =>
    weight !== undefined && Object.keys(file.lanes).length === 0
      ? [
          warn(['keys', index, 'weight'], `server.keys[${index}].weight`, {
            message: 'there is no lane: it has no effect',
            wayOut: 'add "lanes"',
          }),
        ]
      : [],
  );
  return [...keys, ...idle, ...hidden(file, root, warn), ...strangers(file, root)];
}

/** Fewer characters can be guessed. */
const SHORTEST_KEY = 16;

function keyObstacle({ env: name, name: key }: ServerKeySpec, env: Environment): Omit<Finding, 'level'> | undefined {
  const value = env(name)?.trim() ?? '';
  if (value === '')
    return {
      message: `the environment variable ${name} is not set`,
      wayOut: `set it to the key of "${key}"; without it the gateway does not start`,
    };
  return value.length < SHORTEST_KEY
    ? {
        message: `the key in ${name} has fewer than ${SHORTEST_KEY} characters: it can be guessed`,
        wayOut: 'openssl rand -hex 24 makes a good one',
      }
    : undefined;
}

/** Whose call it is must be known by the key. */
function twice(
  { env: name, name: key }: ServerKeySpec,
  above: readonly ServerKeySpec[],
  env: Environment,
): Omit<Finding, 'level'> | undefined {
  const value = env(name)?.trim();
  const other = above.find((one) => one.env !== name && env(one.env)?.trim() === value);
  return (
    other && {
      message: `${name} holds the same key as ${other.env}`,
      wayOut: `give "${key}" a key of its own; without it the gateway does not start`,
    }
  );
}

/** Aliases that no name ever reaches. */
function hidden(
  { server, tiers, models }: AgentFile,
  root: TreeNode,
  warn: (steps: readonly string[], path: string, finding: Omit<Finding, 'level'>) => Placed,
): readonly Placed[] {
  const written = childOf(childOf(root, 'server')?.node, 'aliases')?.node;
  if (written?.kind !== 'map') return [];
  return server.aliases.flatMap(({ pattern }, index) => {
    const above = server.aliases.slice(0, index).find((one) => fitsAlias(one.pattern, pattern));
    const path = `server.aliases[${JSON.stringify(short(pattern))}]`;
    if (above !== undefined)
      return [
        warn(['aliases', pattern], path, {
          message: `"${short(above.pattern)}" above fits all that fits it: it is never meant`,
          wayOut: 'put it first',
        }),
      ];
    const kind = tiers.has(pattern) ? 'tier' : models.has(pattern) ? 'model' : undefined;
    return kind === undefined
      ? []
      : [warn(['aliases', pattern], path, { message: `there is a ${kind} of this name, which is meant: the alias has no effect` })];
  });
}

/** Weights of lanes are by caller, and a key is one: a name that is nearly a key's is a slip. */
function strangers({ server, lanes }: AgentFile, root: TreeNode): readonly Placed[] {
  const names = server.keys.map(({ name }) => name);
  return Object.keys(lanes).flatMap((lane) => {
    const weights = childOf(childOf(childOf(root, 'lanes')?.node, lane)?.node, 'weights')?.node;
    if (weights?.kind !== 'map') return [];
    return [...weights.entries.values()].flatMap(({ key, at }) => {
      const near = names.includes(key.split('/')[0]!) ? undefined : nearest(key, names);
      if (near === undefined) return [];
      const finding = { level: 'warning' as const, message: `no key is called "${short(key)}"`, nearest: near };
      return [{ at, path: `lanes.${lane}.weights.${key}`, finding }];
    });
  });
}

/** Why the gateway cannot be served with this file: keys whose variable is not set. */
export const serverObstacles = ({ server }: AgentFile, env: Environment): readonly Problem[] =>
  server.keys.flatMap((key, index) => {
    const { name, env: variable, file, at } = key;
    if ((env(variable)?.trim() ?? '') !== '') return [];
    const path = `server.keys[${index}].env`;
    return [
      {
        level: 'error',
        file,
        ...at,
        path,
        message: `the environment variable ${variable} is not set`,
        wayOut: `set it to the key of "${name}" and start the gateway again`,
      },
    ];
  });
