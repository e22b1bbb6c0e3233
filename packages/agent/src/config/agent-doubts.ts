import { nearest } from '@holdfast/core/engine';
import { expandCommand } from '../rules/slash-command.ts';
import { TEAM_TOOLS, TOOLS_OF } from './acts.data.ts';
import { isWeb } from './agents.ts';
import { join } from './check-node.ts';
import type { AgentFile, AgentSpec, CommandSpec } from './file.ts';
import { markOf } from './marks.ts';
import { listed, parts } from './refs.ts';
import type { Finding } from './refs.ts';
import { rings } from './team.ts';
import type { TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';
import { short } from './words.ts';

/** What is odd or wrong in how agents go together, and in what they say by commands and files. */
export function agentDoubts(file: AgentFile, root: TreeNode): readonly Placed[] {
  return [
    ...circles(file, root),
    ...routers(file, root),
    ...[...file.agents.values()].flatMap((agent) => [
      ...instructionFiles(agent, root),
      ...[...agent.commands.values()].flatMap((command) => commandDoubts(agent, command)),
      ...toolsetDoubts(agent),
      ...webSkills(agent, root),
    ]),
  ];
}

const placed = (at: Placed['at'], path: string, level: Finding['level'], message: string, more: Partial<Finding> = {}): Placed => ({
  at,
  path,
  finding: { level, message, ...more },
});

/** Tasks may go round, within the limit of depth; what goes on by itself would never end. */
function circles({ agents }: AgentFile, root: TreeNode): readonly Placed[] {
  const place = (name: string, key: string) => [markOf(root, 'agents', name, key), `${join('agents', name)}.${key}`] as const;
  const tasks = rings(agents.keys(), (name) => agents.get(name)?.subAgents ?? []).map((ring) =>
    placed(
      ...place(ring[0]!, 'sub_agents'),
      'warning',
      `tasks can go in a circle: ${ring.join(' → ')}; how deep they go is limited when it runs`,
    ),
  );
  const forced = rings(agents.keys(), (name) => [agents.get(name)?.forceHandoff ?? []].flat()).map((ring) =>
    placed(...place(ring[0]!, 'force_handoff'), 'error', `the conversation would go in a circle for ever: ${ring.join(' → ')}`, {
      wayOut: 'take one of them out, or use "handoffs"',
    }),
  );
  return [...tasks, ...forced];
}

/** A router routes where an agent names it alone. */
function routers({ agents, models }: AgentFile, root: TreeNode): readonly Placed[] {
  const alone = new Set([...agents.values()].map(({ model }) => model?.trim()));
  return [...models.values()]
    .filter(({ name, routing = [] }) => routing.length > 0 && !alone.has(name))
    .filter(({ name }) => [...agents.values()].some(({ model = '', fallback }) => [...parts(model), ...fallback].includes(name)))
    .map(({ name }) =>
      placed(
        markOf(root, 'models', name, 'routing'),
        `${join('models', name)}.routing`,
        'warning',
        'routes nothing: no agent names this model alone',
        { wayOut: 'write it as the whole of an agent\'s "model"' },
      ),
    );
}

function instructionFiles({ name, instruction, instructionFiles: files }: AgentSpec, root: TreeNode): readonly Placed[] {
  const [at, path] = [markOf(root, 'agents', name, 'instruction_file'), `${join('agents', name)}.instruction_file`];
  const both = files.length > 0 && instruction.trim() !== '';
  return [
    ...(both ? [placed(at, path, 'error', 'an agent has "instruction" or "instruction_file", not both', { wayOut: 'take one out' })] : []),
    ...files
      .filter((file) => file === '' || /^([\\/~]|[A-Za-z]:)/.test(file) || file.split(/[\\/]/).includes('..'))
      .map((file) =>
        placed(at, path, 'error', `"${short(file)}" is not below the folder of the agent file`, { wayOut: 'write a path from there' }),
      ),
  ];
}

function commandDoubts(agent: AgentSpec, { name, at, instruction, agent: answering }: CommandSpec): readonly Placed[] {
  const path = join(`${join('agents', agent.name)}.commands`, name);
  const { calls, unread } = expandCommand(instruction, '', () => undefined);
  // Another agent's tools run the calls of a command that goes to it.
  const known = answering === undefined ? toolNames(agent) : undefined;
  return [
    ...[...new Set(unread)].map((text) =>
      placed(
        at,
        path,
        'warning',
        `"${short(text)}" is left as it is; $1, \${args}, \${args[0]}, \${env.NAME} and \${TOOL({…})} are filled in`,
      ),
    ),
    ...(known === undefined ? [] : calls.filter(({ tool }) => !known.includes(tool))).map(({ tool }) => {
      const near = nearest(tool, known ?? []);
      return placed(at, path, 'warning', `the agent has no tool "${short(tool)}"`, near === undefined ? {} : { nearest: near });
    }),
  ];
}

/** Undefined: some of its tools are not known before it runs. */
function toolNames({ toolsets }: AgentSpec): readonly string[] | undefined {
  const kinds = toolsets.map(({ type }) => TOOLS_OF[type]);
  if (kinds.some((kind) => kind === undefined || kind.open)) return undefined;
  return [...kinds.flatMap((kind) => kind?.here ?? []), ...TEAM_TOOLS];
}

/** An allow list beside a block list is a mistake of one of them. */
const toolsetDoubts = ({ name, toolsets }: AgentSpec): readonly Placed[] =>
  toolsets
    .filter(({ type, raw }) => type === 'fetch' && raw['allowed_domains'] !== undefined && raw['blocked_domains'] !== undefined)
    .map(({ at }) =>
      placed(at, `${join('agents', name)}.toolsets`, 'error', 'a fetch toolset has "allowed_domains" or "blocked_domains", not both', {
        wayOut: 'take one out',
      }),
    );

function webSkills({ name }: AgentSpec, root: TreeNode): readonly Placed[] {
  const agents = root.kind === 'map' ? root.entries.get('agents')?.node : undefined;
  const agent = agents?.kind === 'map' ? agents.entries.get(name)?.node : undefined;
  const skills = agent?.kind === 'map' ? agent.entries.get('skills')?.node : undefined;
  return (skills?.kind === 'list' ? skills.items : []).flatMap((item, index) =>
    item.kind === 'text' && isWeb(item.value)
      ? placed(item.at, `${join('agents', name)}.skills[${index}]`, 'warning', `skills are not loaded from "${short(item.value)}"`, {
          wayOut: `put them into a folder of ${listed(['.agents/skills', '.claude/skills'])}`,
        })
      : [],
  );
}
