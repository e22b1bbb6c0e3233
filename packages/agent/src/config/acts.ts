import { HOOK_EVENTS } from '../rules/hook-types.ts';
import { expandCommand } from '../rules/slash-command.ts';
import type { ActSpec } from './agent-spec.ts';
import { join } from './check-node.ts';
import { substitute } from './substitute.ts';
import type { Entry, TreeNode } from './tree.ts';

/**
 * What the agents of a file run or send by themselves: commands of hooks, of MCP servers and of `post_edit`, calls in the text of slash
 * commands, variables in headers. Read from the tree, so that nothing of a variable's value is in it.
 */
export function actsOf(root: TreeNode): readonly ActSpec[] {
  return entries(child(root, 'agents')).flatMap((agent) => {
    const place: Place = { agent: agent.key, of: `of agent "${agent.key}"`, path: join('agents', agent.key) };
    const own = items(child(agent.node, 'toolsets')).map((node, index) => ({ node, path: `${place.path}.toolsets[${index}]` }));
    const used = texts(child(agent.node, 'use_toolsets')).flatMap((key) => {
      const node = child(child(root, 'toolsets'), key);
      return node ? [{ node, path: join('toolsets', key) }] : [];
    });
    return [
      ...hookActs(agent.node, place),
      ...[...own, ...used].flatMap(({ node, path }) => toolsetActs(node, { ...place, path }, root)),
      ...commandActs(root, agent.node, place),
    ];
  });
}

interface Place {
  readonly agent: string;
  readonly of: string;
  readonly path: string;
}

function hookActs(agent: TreeNode, { agent: name, of, path }: Place): readonly ActSpec[] {
  const hooks = child(agent, 'hooks');
  return HOOK_EVENTS.flatMap((event) =>
    items(child(hooks, event))
      .flatMap((entry) => (child(entry, 'hooks') ? items(child(entry, 'hooks')) : [entry]))
      .flatMap((hook): readonly ActSpec[] => {
        const own = { agent: name, at: hook.at, path: `${path}.hooks.${event}`, what: `hook ${event} ${of}${inFolder(hook)}` };
        const [type, command, args] = [text(child(hook, 'type')), text(child(hook, 'command')), texts(child(hook, 'args'))];
        if (type === 'command') return [{ ...own, command: [command, ...args], variables: environment(child(hook, 'env')) }];
        if (type !== 'builtin' || command !== 'http_post' || args[0] === undefined) return [];
        return [{ ...own, to: args[0], tells: true, variables: usedIn(args[0]) }];
      }),
  );
}

function toolsetActs(written: TreeNode, place: Place, root: TreeNode): readonly ActSpec[] {
  const at = { agent: place.agent, at: written.at, path: place.path };
  const type = text(child(written, 'type'));
  const definition = type === 'mcp' ? child(child(root, 'mcps'), text(child(written, 'ref'))) : undefined;
  const get = (key: string): TreeNode | undefined => child(written, key) ?? child(definition, key);
  const sends = (what: string, to: TreeNode | undefined, headers: TreeNode | undefined): readonly ActSpec[] => {
    const variables = [...new Set([text(to), ...entries(headers).map(({ node }) => text(node))].flatMap(usedIn))];
    return variables.length === 0 ? [] : [{ ...at, what: `${what} ${place.of}`, variables, to: to ? text(to) : 'every site it fetches' }];
  };
  if (type === 'filesystem')
    return items(get('post_edit')).map((edit) => ({
      ...at,
      at: edit.at,
      what: `post_edit ${place.of}, after a change of ${text(child(edit, 'path'))},`,
      command: [text(child(edit, 'cmd'))],
      variables: environment(get('env')),
    }));
  if (type === 'api') return sends('an api tool', child(get('api_config'), 'endpoint'), child(get('api_config'), 'headers'));
  if (type === 'openapi') return sends('an openapi toolset', get('url'), get('headers'));
  if (type === 'fetch') return sends('the fetch tool', undefined, get('headers'));
  if (type !== 'mcp') return [];
  const command = get('command');
  if (!command) return sends('an MCP server', child(get('remote'), 'url'), child(get('remote'), 'headers'));
  const what = `an MCP server ${place.of}${inFolder(written)}`;
  return [{ ...at, what, command: [text(command), ...texts(get('args'))], variables: environment(get('env')) }];
}

function commandActs(root: TreeNode, agent: TreeNode, { agent: name, of, path }: Place): readonly ActSpec[] {
  const groups = texts(child(agent, 'use_commands')).flatMap((key) => child(child(root, 'commands'), key) ?? []);
  return [...groups, ...[child(agent, 'commands') ?? []].flat()].flatMap((group) =>
    (group.kind === 'list' ? group.items : [group]).flatMap(entries).flatMap(({ key, at, node }) =>
      expandCommand(text(child(node, 'instruction') ?? node), '', () => undefined).calls.map(({ tool, args }) => ({
        agent: name,
        at,
        path: join(`${path}.commands`, key),
        what: `the command /${key} ${of}`,
        command: [`!${tool}`, ...Object.entries(args).map(([argument, value]) => `${argument}=${value}`)],
        variables: [],
      })),
    ),
  );
}

const inFolder = (node: TreeNode): string => {
  const folder = text(child(node, 'working_dir'));
  return folder === '' ? '' : `, in ${folder},`;
};

/** `NAME` where it is passed on, else `NAME=value` as it is written: what a variable is set to can be as much as a command. */
const environment = (env: TreeNode | undefined): readonly string[] =>
  entries(env).map(({ key, node }) => (text(node) === `\${env.${key}}` ? key : `${key}=${text(node)}`));

const usedIn = (written: string): readonly string[] => substitute(written, () => undefined, true).used;

const entries = (node: TreeNode | undefined): readonly Entry[] => (node?.kind === 'map' ? [...node.entries.values()] : []);
const items = (node: TreeNode | undefined): readonly TreeNode[] => (node?.kind === 'list' ? node.items : []);
const child = (node: TreeNode | undefined, key: string): TreeNode | undefined =>
  node?.kind === 'map' ? node.entries.get(key)?.node : undefined;
const text = (node: TreeNode | undefined): string => (node?.kind === 'text' ? node.value : node?.kind === 'number' ? node.written : '');
const texts = (node: TreeNode | undefined): readonly string[] => items(node).map(text);
